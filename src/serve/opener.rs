//! Opening files, folders and the page with what the PC opens them with.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Opens things on this PC. Tests put another one in its place.
pub trait Opener: Send + Sync {
    /// A file or a folder of the workspace.
    ///
    /// # Errors
    /// The PC does not open it.
    fn open_path(&self, path: &Path) -> io::Result<()>;

    /// The page.
    ///
    /// # Errors
    /// The PC does not open it.
    fn open_page(&self, address: &str) -> io::Result<()>;
}

/// The system's own way.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemOpener;

impl Opener for SystemOpener {
    fn open_path(&self, path: &Path) -> io::Result<()> {
        let mut command = if cfg!(windows) { Command::new("explorer.exe") } else { Command::new("xdg-open") };
        start(command.arg(path))
    }

    fn open_page(&self, address: &str) -> io::Result<()> {
        if cfg!(windows) {
            return start(Command::new("rundll32.exe").args(["url.dll,FileProtocolHandler", address]));
        }
        start(Command::new("xdg-open").arg(address))
    }
}

fn start(command: &mut Command) -> io::Result<()> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    // Nobody waits for Excel; but a child nobody waited for would stay behind as a zombie.
    std::thread::spawn(move || child.wait());
    Ok(())
}
