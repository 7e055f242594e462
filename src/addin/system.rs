//! What is asked of Windows: command lines that are shown before they are run.

use std::process::Command;

use crate::error::{Error, Result};

/// One command, with what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, in a Japanese sentence
    pub why: String,
    /// `certutil`, `reg` …
    pub program: &'static str,
    /// Its arguments
    pub arguments: Vec<String>,
    /// Whether it is fine when the command finds nothing to do
    pub may_fail: bool,
}

impl Step {
    /// A command that has to work.
    pub fn new(why: impl Into<String>, program: &'static str, arguments: &[&str]) -> Self {
        Self {
            why: why.into(),
            program,
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            may_fail: false,
        }
    }

    /// A command that takes away what may already be gone.
    #[must_use]
    pub fn or_nothing(mut self) -> Self {
        self.may_fail = true;
        self
    }

    /// The command as one would type it.
    pub fn line(&self) -> String {
        let quoted = self.arguments.iter().map(|argument| {
            let plain = argument.chars().all(|c| c.is_alphanumeric() || "-_./\\:=".contains(c)) && !argument.is_empty();
            if plain { argument.clone() } else { format!("\"{argument}\"") }
        });
        std::iter::once(self.program.to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
    }
}

/// What a command answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Exit status 0
    pub ok: bool,
    /// What it printed
    pub text: String,
}

/// Whoever runs commands.
pub trait System {
    /// Whether commands of Windows can be run here; where not, they are shown only.
    fn is_windows(&self) -> bool;
    /// Runs a command and waits for it.
    ///
    /// # Errors
    /// The program is not there.
    fn run(&self, program: &str, arguments: &[String]) -> std::io::Result<Answer>;
}

/// This PC.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThisPc;

impl System for ThisPc {
    fn is_windows(&self) -> bool {
        cfg!(windows)
    }

    fn run(&self, program: &str, arguments: &[String]) -> std::io::Result<Answer> {
        let out = Command::new(program).args(arguments).output()?;
        // What Windows' tools print is shown only; their code page does not matter for yes and no.
        Ok(Answer { ok: out.status.success(), text: String::from_utf8_lossy(&out.stdout).into_owned() })
    }
}

/// Runs commands one after another; the first that fails stops the rest.
///
/// # Errors
/// Names the command that failed.
pub fn run_all(system: &dyn System, steps: &[Step]) -> Result<()> {
    for step in steps {
        let answer = system
            .run(step.program, &step.arguments)
            .map_err(|error| Error::Usage(format!("{} を実行できませんでした（{error}）。{}", step.program, DENIED)))?;
        if !answer.ok && !step.may_fail {
            return Err(Error::Usage(format!("「{}」ができませんでした。{DENIED}", step.line())));
        }
    }
    Ok(())
}

const DENIED: &str = "職場の設定で止められている場合は、情報システム担当に相談してください。ブラウザーの画面とフォルダーは、そのままで使えます。";

/// The text shown before anything is run.
pub fn shown(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        text.push_str(&format!("  {}\n    {}\n", step.why, step.line()));
    }
    text
}
