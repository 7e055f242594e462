//! Moving handled files out of 受付. The place is journalled before the move, so that a start after a kill knows where
//! to look.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::take::{PERSONAL, is_held};
use crate::clock::Moment;
use crate::deliver::naming::numbered;
use crate::deliver::publish::{Replace, publish_with};
use crate::disk::{FileSystem, Files, Found, fault};
use crate::error::{Error, Result};
use crate::journal::{DropRecord, Journal};
use crate::model::Date;
use crate::store::sha256_hex;
use crate::workspace::{DONE, INBOX, QUARANTINE, Workspace};

const HINT: &str = "書き込める場所かどうか確かめてください。";

/// What became of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filed {
    /// It lies where it belongs.
    Moved,
    /// Another program holds it; it stays in 受付 until that lets go.
    Held,
    /// It is not in 受付 any more as it was read; what lies there now is another file.
    Superseded,
}

/// What filing needs.
pub(super) struct Filing<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) files: &'a dyn Files,
    pub(super) journal: &'a mut Journal,
    pub(super) now: Moment,
}

impl Filing<'_> {
    /// Chooses places for drops whose work is done, and journals them.
    ///
    /// # Errors
    /// The journal or a folder that cannot be read or written.
    pub(super) fn choose(&mut self, drops: &[DropRecord], date: Date) -> Result<()> {
        let mut taken = self.promised()?;
        let mut places = Vec::new();
        for drop in drops {
            let to_done =
                drop.outcome.is_some_and(|outcome| outcome.is_taken()) && drop.code.as_deref() != Some(PERSONAL);
            let folder = format!("{}/{date}", if to_done { DONE } else { QUARANTINE });
            let place = self.free_place(&folder, &drop.name, &taken)?;
            taken.insert(place.to_lowercase());
            places.push((drop.id, place));
        }
        if !places.is_empty() {
            self.journal.filled(&places, self.now)?;
            fault::point("filing-chosen");
        }
        Ok(())
    }

    /// Places something is about to be moved to, as Windows compares names.
    fn promised(&self) -> Result<BTreeSet<String>> {
        let filed = self.journal.open_drops()?.into_iter().filter_map(|drop| drop.filed);
        Ok(filed.map(|place| place.to_lowercase()).collect())
    }

    /// A name in the folder that nothing has and nothing is about to get.
    fn free_place(&self, folder: &str, name: &str, taken: &BTreeSet<String>) -> Result<String> {
        for number in 1..=9_999 {
            let name = if number == 1 { name.to_owned() } else { numbered(name, number) };
            let place = format!("{folder}/{name}");
            let path = self.workspace.folder(&place);
            let free = |path: &Path| self.files.stat(path).map(|stat| stat.is_none());
            let free = free(&path).map_err(Error::io(&path, "読み取り", HINT))?;
            if free && !taken.contains(&place.to_lowercase()) {
                return Ok(place);
            }
        }
        Err(Error::Usage(format!(
            "『{folder}』に同じ名前のファイルが多すぎます。要らないものを別の場所へ移してください。"
        )))
    }

    /// Moves a drop whose place is journalled, with its note; done again after a kill it comes to the same end.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub(super) fn finish(&mut self, drop: &DropRecord) -> Result<Filed> {
        let Some(place) = drop.filed.as_deref() else {
            return Err(Error::Internal(format!("移す先がありません: {}", drop.name)));
        };
        let (from, to) = (self.workspace.folder(INBOX).join(&drop.name), self.workspace.folder(place));
        let stat = |path: &Path| self.files.stat(path).map_err(Error::io(path, "読み取り", HINT));
        let here = stat(&from)?.is_some_and(|stat| stat == drop.stat());
        if !here && !self.workspace.folder(INBOX).is_dir() {
            // The whole folder is away (a share that is cut off): nothing can be said of the file.
            return Ok(Filed::Held);
        }
        if !here || stat(&to)?.is_some() {
            // Moved before a kill, taken away, or replaced.
            let moved = self.is_content(&to, drop);
            let note = "処理のあと、「受付」から取り出されるか書き換えられたため、移していません。";
            if moved {
                self.note(drop, &to)?;
            } else if here {
                // Somebody put another file where this one was to go.
                return self.elsewhere(drop);
            }
            self.journal.filed(drop.id, moved.then_some(place), (!moved).then_some(note), self.now)?;
            return Ok(if moved && !here { Filed::Moved } else { Filed::Superseded });
        }
        let folder = to.parent().unwrap_or(Path::new("."));
        self.files.create_dir(folder).map_err(Error::io(folder, "作成", HINT))?;
        fault::point("filing-before-move");
        match self.files.rename_new(&from, &to) {
            Ok(()) => {}
            Err(error) if is_held(&error) => return Ok(Filed::Held),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return self.elsewhere(drop),
            Err(error) => return Err(Error::io(from, "移動", HINT)(error)),
        }
        fault::point("filing-after-move");
        self.files.sync_dir(folder);
        if stat(&to)?.is_none_or(|stat| stat != drop.stat()) && !self.is_content(&to, drop) {
            // Written to in the last moment: this is not what was read, so back with it.
            self.files.rename_new(&to, &from).map_err(Error::io(&to, "移動", HINT))?;
            let note = "処理のあと書き換えられたため、新しいファイルとして扱いました。";
            self.journal.filed(drop.id, None, Some(note), self.now)?;
            return Ok(Filed::Superseded);
        }
        self.note(drop, &to)?;
        fault::point("filing-noted");
        self.journal.filed(drop.id, Some(place), None, self.now)?;
        fault::point("filing-done");
        Ok(Filed::Moved)
    }

    /// The chosen place was taken by somebody else.
    fn elsewhere(&mut self, drop: &DropRecord) -> Result<Filed> {
        let place = drop.filed.as_deref().unwrap_or_default();
        let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
        let taken = self.promised()?;
        let place = self.free_place(folder, &drop.name, &taken)?;
        self.journal.filled(&[(drop.id, place.clone())], self.now)?;
        self.finish(&DropRecord { filed: Some(place), ..drop.clone() })
    }

    fn is_content(&self, path: &Path, drop: &DropRecord) -> bool {
        match (self.files.look(path), &drop.sha256) {
            (Ok(Found::File(bytes)), Some(sha256)) => sha256_hex(&bytes) == *sha256,
            // Too large to have a hash: its size has to do.
            (Ok(Found::File(bytes)), None) => bytes.len() as u64 == drop.size,
            _ => false,
        }
    }

    /// The note beside a file in 隔離.
    fn note(&self, drop: &DropRecord, beside: &Path) -> Result<()> {
        let (Some(text), Some(folder)) = (&drop.note_text, beside.parent()) else { return Ok(()) };
        let name = format!("{}.txt", beside.file_name().unwrap_or_default().to_string_lossy());
        let files: &dyn FileSystem = self.files;
        publish_with(files, folder, &name, text.as_bytes(), Replace::Ours).map(|_| ())
    }
}
