//! Ctrl+C, a logoff, `kill`: the process is told to end in order.
//!
//! Everything is also safe when it is killed outright; ending in order only spares the next start a look round.
//! A few lines of the system's own interface stand here because the crates for it would bring a dozen others.

use std::sync::atomic::{AtomicU32, Ordering};

/// How often the process was told to end.
static TOLD: AtomicU32 = AtomicU32::new(0);

/// Whether the process was told to end, once [`listen`] was called.
pub fn is_told() -> bool {
    TOLD.load(Ordering::SeqCst) > 0
}

/// From now on the process does not end by itself the first time it is told to.
pub fn listen() {
    system::listen();
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "the system's own interface")]
mod system {
    use std::sync::atomic::Ordering;

    const SIGINT: i32 = 2;
    const SIGTERM: i32 = 15;
    /// The system's own answer, which ends the process.
    const DEFAULT: usize = 0;

    unsafe extern "C" {
        fn signal(number: i32, handler: usize) -> usize;
    }

    extern "C" fn told(number: i32) {
        super::TOLD.fetch_add(1, Ordering::SeqCst);
        // SAFETY: `signal` may be called from a handler. The second time ends the process at once.
        unsafe { signal(number, DEFAULT) };
    }

    pub(super) fn listen() {
        for number in [SIGINT, SIGTERM] {
            // SAFETY: the handler only touches an atomic and calls what may be called from handlers.
            unsafe { signal(number, told as *const () as usize) };
        }
    }
}

#[cfg(windows)]
#[allow(unsafe_code, reason = "the system's own interface")]
mod system {
    use std::sync::atomic::Ordering;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn SetConsoleCtrlHandler(handler: Option<extern "system" fn(u32) -> i32>, add: i32) -> i32;
    }

    /// Called on a thread of its own. Ctrl+C and Ctrl+Break end the process the second time; a closed window, a logoff
    /// and a shutdown end it when this returns, so it gives the work a moment.
    extern "system" fn told(event: u32) -> i32 {
        const CTRL_CLOSE: u32 = 2;
        let before = super::TOLD.fetch_add(1, Ordering::SeqCst);
        if event >= CTRL_CLOSE {
            std::thread::sleep(std::time::Duration::from_secs(4));
        }
        i32::from(before == 0)
    }

    pub(super) fn listen() {
        // SAFETY: the handler is a plain function that lives as long as the process.
        unsafe { SetConsoleCtrlHandler(Some(told), 1) };
    }
}

#[cfg(not(any(unix, windows)))]
mod system {
    pub(super) fn listen() {}
}
