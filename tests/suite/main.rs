//! Behaviour tests, one module a feature: a real file in, a value or a text out.

mod architecture;
mod batch;
mod catalog;
mod deliver;
mod demo;
mod docs;
mod explain;
mod fill_apply;
mod handout;
mod hostile_input;
mod identities;
mod inputs;
mod interpret;
mod lint;
mod missing;
mod notation;
mod program;
mod public;
mod read;
mod real_files;
mod refill;
mod refill_property;
mod store;
mod template_file;
mod truth;
