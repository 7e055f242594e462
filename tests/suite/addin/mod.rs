//! Excel's side of the service.

// Helpers of tests may fail loudly too; clippy's own exception covers test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod certificate;
mod install;
mod manifest;
mod officejs;
mod program;
mod refill_vectors;
