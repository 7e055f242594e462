//! Places where a test stops the process, and steps of the disk a test makes fail.
//!
//! `CHIIKI_FAIL_AT=name:n` kills the process with SIGKILL when it passes the point `name` for the n-th time: nothing is
//! flushed, no destructor runs, as when the power fails. [`fail`] makes file operations of this thread fail with
//! the system's own error numbers. In a release build both do nothing.

use std::io;

/// What is asked of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Reading a file or a folder
    Read,
    /// Making or writing a file
    Write,
    /// Bringing it down to the disk
    Sync,
    /// Renaming or removing
    Rename,
}

/// Which operation fails, and how.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The n-th operation from now on, counted from 1
    pub nth: u64,
    /// The system's error number (5 access denied, 28 no space, 30 read-only, 32 and 33 held by another program)
    pub raw: i32,
    /// Whether all that follow fail too, as on a full disk
    pub lasting: bool,
}

/// A place between two steps that must survive a kill.
pub fn point(name: &str) {
    #[cfg(debug_assertions)]
    armed::point(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Asked before every operation of the disk.
///
/// # Errors
/// Only what a test ordered.
pub fn io(op: Op) -> io::Result<()> {
    #[cfg(debug_assertions)]
    return armed::io(op);
    #[cfg(not(debug_assertions))]
    {
        let _ = op;
        Ok(())
    }
}

/// Orders failures for this thread; `None` ends them. The answer: whether the plan before was met.
/// Always `false` in a release build.
pub fn fail(plan: Option<Plan>) -> bool {
    #[cfg(debug_assertions)]
    return armed::fail(plan);
    #[cfg(not(debug_assertions))]
    {
        let _ = plan;
        false
    }
}

#[cfg(debug_assertions)]
mod armed {
    use std::cell::RefCell;
    use std::io;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::{Op, Plan};

    struct Stop {
        name: String,
        left: AtomicU64,
    }

    pub(super) fn point(name: &str) {
        static STOP: OnceLock<Option<Stop>> = OnceLock::new();
        let stop = STOP.get_or_init(|| {
            let text = std::env::var("CHIIKI_FAIL_AT").ok()?;
            let (name, count) = text.split_once(':').unwrap_or((&text, "1"));
            Some(Stop { name: name.to_owned(), left: AtomicU64::new(count.parse().unwrap_or(1)) })
        });
        if let Some(stop) = stop
            && stop.name == name
            && stop.left.fetch_sub(1, Ordering::SeqCst) == 1
        {
            die();
        }
    }

    /// Nothing is flushed and nobody is asked.
    fn die() {
        #[cfg(unix)]
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        std::process::abort();
    }

    thread_local! {
        static ORDERED: RefCell<Option<(Plan, u64, bool)>> = const { RefCell::new(None) };
    }

    pub(super) fn fail(plan: Option<Plan>) -> bool {
        let before = ORDERED.replace(plan.map(|plan| (plan, 0, false)));
        before.is_some_and(|(_, _, met)| met)
    }

    pub(super) fn io(op: Op) -> io::Result<()> {
        ORDERED.with_borrow_mut(|ordered| {
            let Some((plan, count, met)) = ordered else { return Ok(()) };
            // A full or read-only disk can still be read.
            let writes_only = matches!(plan.raw, 28 | 30);
            if writes_only && op == Op::Read {
                return Ok(());
            }
            *count += 1;
            let fails = *count == plan.nth || (plan.lasting && *count > plan.nth);
            *met |= fails;
            if fails { Err(io::Error::from_raw_os_error(plan.raw)) } else { Ok(()) }
        })
    }
}
