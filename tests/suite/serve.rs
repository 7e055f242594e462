//! The local service: its door, its guard, its interface.

// Helpers of tests may fail loudly too; clippy's own exception covers test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod api;
mod cancel;
mod contract;
mod drops;
mod library;
mod program;
mod schema;
mod socket;
mod support;
