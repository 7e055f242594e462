//! The certificate of `https://localhost`, which Excel asks of every add-in.
//!
//! A certificate authority of this PC alone signs one certificate and loses its key at once: nobody, not even the
//! user, can sign another with it. It may speak for `localhost` and 127.0.0.1 only (critical name constraints), so
//! trusting it opens no other site. Or a municipality brings a certificate of its own.

mod card;
mod issue;
mod load;
mod trust;

pub use card::{Card, Kind, Status, remove_files, status};
pub use issue::{VALID_DAYS, create, import};
pub use load::{client_config, server_config};
pub use trust::{distrust, forget_replaced, trust, trusted};

/// The name on the certificate authority.
pub const AUTHORITY: &str = "chiiki-sheet localhost only";
/// Days before the end from which renewal is advised.
pub const WARN_DAYS: i64 = 30;

const CA_FILE: &str = "ca.pem";
const CHAIN_FILE: &str = "cert.pem";
const KEY_FILE: &str = "key.pem";
const CARD_FILE: &str = "tls.json";
