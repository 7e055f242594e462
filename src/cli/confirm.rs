//! Asking before the PC is changed.

use std::io::{IsTerminal as _, Write as _};

use crate::error::{Error, Result};

/// Whether the person says yes. `yes`: they said so on the command line.
pub fn confirm(yes: bool) -> Result<bool> {
    if yes {
        return Ok(true);
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Error::Usage("よろしければ --yes を付けて、もう一度実行してください。".to_owned()));
    }
    print!("よろしければ「はい」と入力してください: ");
    let _ = std::io::stdout().flush();
    let mut answer = String::new();
    stdin.read_line(&mut answer).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(matches!(answer.trim(), "はい" | "y" | "yes"))
}
