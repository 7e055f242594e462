//! Statistics files become a filled 地域分析・検討シート, every figure traceable to the cell it came from.
//!
//! The way a figure goes, stage by stage (arrows point down only):
//!
//! 1. [`read`]: bytes → [`read::Book`] of grids, cells with addresses.
//! 2. [`layout`]: a grid → figures, what a cell says as written; [`form`] finds the form's rows and columns.
//! 3. [`normalize`]: figures → [`model::Observation`]s with area, period, value and source; conflicts settled, rates
//!    derived. [`notation`] reads the spellings of official tables.
//! 4. [`store`]: originals by their hash and an index that can be rebuilt from them.
//! 5. [`compare`]: own area against prefecture, nation and others.
//! 6. [`fill`]: a plan (which cell gets what), then the bytes of the workbook, from a [`template`]; [`refill`] does the
//!    same in the file people worked in and keeps what they wrote.
//! 7. [`handout`]: the same figures and texts as a paper to hand out (PDF); [`papers`] prints and publishes them.
//! 8. [`deliver`]: published whole or not at all.
//!
//! [`missing`] tells which figures lack and which downloads bring them, [`explain`] where a figure of a sheet came from.
//!
//! [`serve`] is the page beside Excel.
//! [`addin`] is Excel's side of the local service: manifest, certificate, Office.js, putting them in place.
//!
//! [`intake`] strings 1–3 together, [`job`] the rest; the fronts ([`cli`]) know only these and [`workspace`].
//! [`watch`] does all this for files dropped into a folder; [`journal`] records every dropped file and every sheet
//! made, so that work goes on where it was cut off.
//!
//! [`disk`] is the file system, and where tests make it fail; [`clock`] is the time in Japan.
//! [`request_file`] understands requests that other programs, or people, leave as files.
//! [`request_file`] understands requests that other programs, or people, leave as files; [`doctor`] looks whether a
//! workspace and the PC are in order.
//! [`model`], [`catalog`] and [`diagnostic`] are the shared words and know no stage.

#![deny(missing_docs)]

pub mod addin;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod deliver;
pub mod diagnostic;
pub mod disk;
pub mod doctor;
pub mod error;
pub mod explain;
pub mod fill;
pub mod form;
pub mod handout;
pub mod intake;
pub mod job;
pub mod journal;
pub mod layout;
pub mod missing;
pub mod model;
pub mod normalize;
pub mod notation;
pub mod papers;
pub mod read;
pub mod refill;
pub mod request;
pub mod request_file;
pub mod serve;
pub mod store;
pub mod template;
pub mod watch;
pub mod workspace;
