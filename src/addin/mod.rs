//! Excel's side of the service: the manifest, its check, the certificate of `https://localhost`, Office.js brought
//! along for PCs without internet, and putting all this in place for one user, or taking it away.
//!
//! Everything that changes the PC is a list of [`system::Step`]s first, shown to the person, then done.

pub mod certificate;
pub mod check;
pub mod doctor;
pub mod install;
pub mod manifest;
pub mod officejs;
pub mod place;
pub mod system;
pub mod update;
