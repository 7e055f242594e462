//! The folder that does the work: files dropped into 受付 are read, sheets are made, files are filed away.
//!
//! A scan of the folder is the truth; events of the system only wake it, because they get lost (an overflow silences
//! the watcher on Windows, network drives send none). A file is taken once nobody has changed it for some seconds.
//! Every step is written into the [`journal`](crate::journal) before the next, and each can be done again, so that a
//! start after a kill or a power cut goes on from there.

mod clock;
mod conditions;
mod engine;
mod filing;
mod inbox;
mod lock;
mod log;
mod memory;
mod requests;
mod round;
mod shared;
mod sheets;
mod status;
mod take;
mod wake;

pub use clock::{Clock, SystemClock};
pub use engine::{Engine, Options, Step};
pub use inbox::{Inbox, Observed, Settled};
pub use lock::{Stopped, is_running, stop};
pub use log::{LOG_FOLDER, last_lines};
pub use round::RoundReport;
pub use shared::{Handle, Listener, News, Snapshot, Watching, Work};
pub use status::STATUS_FILE;
