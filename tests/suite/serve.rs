//! The local service: its door, its guard, its interface.

mod api;
mod contract;
mod drops;
mod program;
mod schema;
mod socket;
mod support;
