//! Time, so that tests can run a day in a second.

use std::time::{Duration, Instant};

use crate::clock::Moment;

/// The time as the engine uses it.
pub trait Clock: Send + Sync {
    /// Time that only goes forward, from an arbitrary beginning at least a day ago.
    fn now(&self) -> Duration;

    /// The time on the wall, for what people read.
    fn moment(&self) -> Moment;
}

/// The system's time.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

/// So that a file's age can be taken from the time without going below zero.
const HEAD_START: Duration = Duration::from_secs(2 * 24 * 3_600);

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed() + HEAD_START
    }

    fn moment(&self) -> Moment {
        Moment::now()
    }
}
