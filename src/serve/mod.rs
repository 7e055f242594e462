//! The page beside Excel: a service on 127.0.0.1 for one user and one workspace.
//!
//! [`front`] takes connections within limits, [`guard`] looks at who asks, [`router`] knows every address, [`api`]
//! answers. What is asked for becomes a job of [`jobs`]; what lies in the workspace is held ready by [`mod@bench`] (the
//! figures) and [`library`] (the sheets). [`place`] writes down port and key of each workspace for the user alone.

pub mod api;
pub mod assets;
pub mod bench;
pub mod client;
pub mod comments;
pub mod desk;
pub mod front;
pub mod guard;
pub mod http;
pub mod jobs;
pub mod key;
pub mod library;
pub mod moment;
pub mod notes;
pub mod opener;
pub mod place;
pub mod room;
pub mod router;
mod service;
pub mod texts;
pub mod watched;

pub use service::{App, Options, Service, Watch};
