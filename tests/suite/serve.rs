//! The local service: its door, its guard, its interface.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, like the tests themselves"
)]

mod api;
mod contract;
mod drops;
mod program;
mod schema;
mod socket;
mod support;
