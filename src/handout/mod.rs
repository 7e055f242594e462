//! The paper a committee reads: figures and texts become a PDF.
//!
//! [`data::Handout`] → sentences by Handlebars ([`words`]) → every cell as shown and every chart laid out ([`view`],
//! [`chart`]) → one JSON value, the only thing the layout `handout.typ` sees → Typst ([`render()`]) → bytes.
//!
//! Values are data all the way: a text that looks like markup is printed as it stands. What the fonts cannot print
//! becomes 〓 and is told ([`glyphs`]).

pub mod chart;
pub mod child;
pub mod data;
mod exact;
pub mod files;
mod fonts;
pub mod glyphs;
mod names;
pub mod options;
pub mod prepare;
pub mod problem;
mod remarks;
mod render;
pub mod shown;
pub mod typesetter;
pub mod view;
pub mod words;
mod world;

pub use data::Handout;
pub use files::TemplateFiles;
pub use options::{Kind, Options, PageOptions};
pub use render::{HandoutError, Made, forget, render};
pub use typesetter::Typesetter;
