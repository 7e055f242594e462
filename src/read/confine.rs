//! What keeps a reader child within its memory: each system has its own way, all behind [`Confine`].

use std::fmt::Debug;
use std::io;
use std::process::Child;

/// A system's way to hold a reader child to its memory.
pub(super) trait Confine: Debug + Send + Sized {
    /// Whether the system enforces the cap.
    const CAPS_MEMORY: bool;

    /// In the parent, before the child gets its first file. What is returned lives as long as the child.
    ///
    /// # Errors
    /// The system refused; the child then runs with the limits of its reader and of time alone.
    fn child(child: &Child, memory_bytes: u64) -> io::Result<Self>;

    /// In the child itself.
    fn this_process(memory_bytes: u64);
}

#[cfg(windows)]
pub(super) use job_object::JobObject as System;
#[cfg(not(any(unix, windows)))]
pub(super) use nothing::Nothing as System;
#[cfg(unix)]
pub(super) use rlimit::Rlimits as System;

#[cfg(unix)]
mod rlimit {
    use std::io;
    use std::process::Child;

    use rustix::process::{Resource, Rlimit, setrlimit};

    /// The child caps its own address space; beyond it an allocation fails and the process aborts.
    #[derive(Debug)]
    pub struct Rlimits;

    impl super::Confine for Rlimits {
        const CAPS_MEMORY: bool = true;

        fn child(_child: &Child, _memory_bytes: u64) -> io::Result<Self> {
            Ok(Self)
        }

        fn this_process(memory_bytes: u64) {
            let cap = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
            // A lower limit set by the administrator stays, and then setting this one fails: good enough.
            let _ = setrlimit(Resource::As, cap(memory_bytes));
            let _ = setrlimit(Resource::Core, cap(0));
        }
    }
}

#[cfg(windows)]
mod job_object {
    use std::io;
    use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
    use std::process::Child;
    use std::ptr;

    use windows_sys::Win32::System::JobObjects::{
        AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
        JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
        JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
        SetInformationJobObject,
    };

    /// A job of one process: its memory is capped, it starts no other, and it ends with its parent.
    #[derive(Debug)]
    pub struct JobObject {
        /// Closing it ends the child, also when the parent was killed.
        _job: OwnedHandle,
    }

    impl super::Confine for JobObject {
        const CAPS_MEMORY: bool = true;

        fn child(child: &Child, memory_bytes: u64) -> io::Result<Self> {
            // SAFETY: both pointers may be null: no attributes, no name.
            let job = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
            if job.is_null() {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: the handle was just made and nobody else closes it.
            let job = unsafe { OwnedHandle::from_raw_handle(job) };
            let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
            limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY
                | JOB_OBJECT_LIMIT_ACTIVE_PROCESS
                | JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
                | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
            limits.BasicLimitInformation.ActiveProcessLimit = 1;
            limits.ProcessMemoryLimit = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
            let size = u32::try_from(size_of_val(&limits)).unwrap_or(u32::MAX);
            // SAFETY: `limits` is what this class of information is made of, and `size` is its size.
            let set = unsafe {
                SetInformationJobObject(
                    job.as_raw_handle(),
                    JobObjectExtendedLimitInformation,
                    ptr::from_ref(&limits).cast(),
                    size,
                )
            };
            if set == 0 {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: both handles are open: the job's here, the child's as long as `child` lives.
            if unsafe { AssignProcessToJobObject(job.as_raw_handle(), child.as_raw_handle()) } == 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(Self { _job: job })
        }

        /// The parent has seen to it.
        fn this_process(_memory_bytes: u64) {}
    }
}

#[cfg(not(any(unix, windows)))]
mod nothing {
    use std::io;
    use std::process::Child;

    /// Only the limits of the reader and of time hold.
    #[derive(Debug)]
    pub struct Nothing;

    impl super::Confine for Nothing {
        const CAPS_MEMORY: bool = false;

        fn child(_child: &Child, _memory_bytes: u64) -> io::Result<Self> {
            Ok(Self)
        }

        fn this_process(_memory_bytes: u64) {}
    }
}
