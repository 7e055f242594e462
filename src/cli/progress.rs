//! A progress bar on a terminal for work that takes over a second; nothing otherwise.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::watch::Work;

/// Work shorter than this shows nothing.
const QUIET: Duration = Duration::from_secs(1);
/// Names longer than this would push the bar over the edge of a terminal of 80 columns.
const NAME_LETTERS: usize = 24;

/// Counts files or insurers on stderr: `読み取り中 ████░░ 12/80件 名前.xlsx`.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    shown: bool,
    begun: usize,
}

impl Progress {
    /// A hidden bar over `count` steps of one kind, such as 「読み取り中」.
    pub fn new(count: usize, what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:20} {pos}/{len}件 {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        Self { bar, started: Instant::now(), shown: !std::io::stderr().is_terminal(), begun: 0 }
    }

    /// A step begins; the one before it is done.
    pub fn step(&mut self, name: &str) {
        if !self.shown && self.started.elapsed() >= QUIET {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.shown = true;
        }
        self.bar.set_message(short(name));
        self.bar.set_position(self.begun as u64);
        self.begun += 1;
    }

    /// Prints a line above the bar.
    fn line(&self, text: &str) {
        self.bar.suspend(|| println!("{text}"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Bars one after another, as the watching goes through its work: reading, then sheets, then requests.
#[derive(Default)]
pub struct Bars(Option<((&'static str, usize), Progress)>);

impl Bars {
    /// Work goes on.
    pub fn work(&mut self, work: &Work) {
        let kind = (work.what, work.total);
        if self.0.as_ref().is_none_or(|(shown, _)| *shown != kind) {
            self.rest();
            self.0 = Some((kind, Progress::new(work.total, work.what)));
        }
        if let Some((_, bar)) = &mut self.0 {
            bar.begun = work.done;
            bar.step(&work.name);
        }
    }

    /// Nothing is being done.
    pub fn rest(&mut self) {
        self.0 = None;
    }

    /// Prints a line, above the bar where there is one.
    pub fn line(&self, text: &str) {
        match &self.0 {
            Some((_, bar)) => bar.line(text),
            None => println!("{text}"),
        }
    }
}

/// The end of a file name says more than its middle.
fn short(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= NAME_LETTERS {
        return name.to_owned();
    }
    let half = NAME_LETTERS / 2;
    let head: String = letters.iter().take(half).collect();
    let tail: String = letters.iter().skip(letters.len() - half + 1).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::{NAME_LETTERS, short};

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(short("短い名前.xlsx"), "短い名前.xlsx");
        let long = short("D31-a_受給者1人あたり利用日数・回数（訪問介護）_時系列 (1).xlsx");
        assert!(long.starts_with("D31-a_受給者1人") && long.ends_with(" (1).xlsx"), "{long}");
        assert_eq!(long.chars().count(), NAME_LETTERS);
    }
}
