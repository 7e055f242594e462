//! Having Windows trust the authority made here, for this user alone, and forget it again.

use std::path::Path;

use super::CA_FILE;
use super::card::{Card, Kind};
use crate::addin::system::{Step, System};
use crate::error::{Error, Result};

/// The commands that put the authority into the user's own list, and take replaced ones out of it.
///
/// # Errors
/// There is no certificate made here.
pub fn trust(dir: &Path) -> Result<Vec<Step>> {
    let Some(card) = Card::read(dir)? else {
        return Err(Error::Usage("証明書がありません。先に chiiki-sheet tls create で作ってください。".to_owned()));
    };
    if card.kind == Kind::Imported {
        return Err(Error::Usage(
            "取り込んだ証明書は、発行元の証明書が職場の設定で登録されていれば、そのまま使えます。ここですることはありません。"
                .to_owned(),
        ));
    }
    let file = dir.join(CA_FILE).display().to_string();
    let mut steps = vec![Step::new(
        "このPC専用の証明書を、今サインインしている利用者の「信頼されたルート証明機関」に加えます（管理者の権限は要りません）。",
        "certutil",
        &["-user", "-addstore", "Root", &file],
    )];
    steps.extend(card.replaced.iter().map(|thumbprint| forget(thumbprint)));
    Ok(steps)
}

/// The commands that take every authority of ours out of the user's list, each by its own thumbprint.
///
/// # Errors
/// A record that cannot be read.
pub fn distrust(dir: &Path) -> Result<Vec<Step>> {
    let card = Card::read(dir)?;
    Ok(card.iter().flat_map(Card::thumbprints).map(forget).collect())
}

fn forget(thumbprint: &str) -> Step {
    Step::new(
        "このソフトが加えた証明書を、利用者の「信頼されたルート証明機関」から取り除きます。",
        "certutil",
        &["-user", "-delstore", "Root", thumbprint],
    )
    .or_nothing()
}

/// Whether the authority is in the user's list; `None` where that cannot be asked.
pub fn trusted(dir: &Path, system: &dyn System) -> Option<bool> {
    let thumbprint = Card::read(dir).ok()??.thumbprint?;
    if !system.is_windows() {
        return None;
    }
    let arguments = ["-user", "-store", "Root", &thumbprint].map(str::to_owned);
    system.run("certutil", &arguments).ok().map(|answer| answer.ok)
}

/// Writes down that replaced authorities are gone from Windows' list.
///
/// # Errors
/// A record that cannot be written.
pub fn forget_replaced(dir: &Path) -> Result<()> {
    match Card::read(dir)? {
        Some(mut card) if !card.replaced.is_empty() => {
            card.replaced.clear();
            card.keep(dir)
        }
        _ => Ok(()),
    }
}
