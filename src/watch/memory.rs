//! Memory the allocator holds for later goes back to the system after a round: the program lies idle most of the day.

/// Gives back what is free. Only glibc keeps much of it; elsewhere there is nothing to do.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the allocator's own interface")]
pub(super) fn give_back() {
    unsafe extern "C" {
        fn malloc_trim(pad: usize) -> i32;
    }
    // SAFETY: it may be called at any time; what is in use is not touched.
    unsafe { malloc_trim(0) };
}

/// Gives back what is free. Only glibc keeps much of it; elsewhere there is nothing to do.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn give_back() {}
