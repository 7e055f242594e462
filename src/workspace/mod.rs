//! A workspace: the folders people drop files into and find sheets in, its settings and its store.

mod check;
mod mappings;
mod note;
mod sample;
mod settings;

use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

pub use mappings::{MAPPINGS, mappings_in, write_draft, write_mapping};
pub use note::quarantine_note;
pub use sample::{DEMO_MARK, create_sample};
pub use settings::{Change, Lines, SETTINGS_TEMPLATE, SettingValue, Settings, Text, Watching};

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::disk::fault;
use crate::error::{Error, Result};
use crate::intake::{
    Evidence, FileReport, Reader, Taken, files_speak, settle_and_derive, take_bytes, take_path, text_books,
};
use crate::job::{Bases, FillRequest};
use crate::layout::{self, Context};
use crate::model::{Date, SourceFile};
use crate::read::{Limits, unpack};
use crate::store::{FileRecord, Original, Query, Reading, Rebuilt, Store, rebuild};

/// Where files are dropped.
pub const INBOX: &str = "受付";
/// Where files go that were taken, by date.
pub const DONE: &str = "処理済";
/// Where files go that cannot be taken, each with a note.
pub const QUARANTINE: &str = "隔離";
/// Where sheets come out.
pub const OUTPUT: &str = "出力";
/// Where entry forms and samples lie, to be copied into [`INBOX`].
pub const SAMPLES: &str = "見本";
/// The entry form of a request.
pub const REQUEST_FORM: &[u8] = include_bytes!("../../sheet-templates/依頼.xlsx");
/// A request as text, everything in it commented out.
pub const REQUEST_SAMPLE: &str = include_str!("../../sheet-templates/依頼の見本.toml");
/// The settings.
pub const SETTINGS: &str = "設定.toml";

/// An existing workspace folder.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Makes the folders and the commented settings; what is there stays.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub fn create(root: &Path) -> Result<Self> {
        let hint = "書き込める場所かどうか確かめてください。";
        for folder in [INBOX, DONE, QUARANTINE, OUTPUT, SAMPLES] {
            let path = root.join(folder);
            std::fs::create_dir_all(&path).map_err(Error::io(path, "作成", hint))?;
        }
        for (name, bytes) in [
            (SETTINGS.to_owned(), for_notepad(SETTINGS_TEMPLATE)),
            (format!("{SAMPLES}/依頼.xlsx"), REQUEST_FORM.to_vec()),
            (format!("{SAMPLES}/依頼の見本.toml"), for_notepad(REQUEST_SAMPLE)),
        ] {
            let path = root.join(name);
            if !path.exists() {
                std::fs::write(&path, bytes).map_err(Error::io(path, "保存", hint))?;
            }
        }
        Self::open(root)
    }

    /// Opens a workspace made by [`Workspace::create`].
    ///
    /// # Errors
    /// A folder that is no workspace is the user's mistake.
    pub fn open(root: &Path) -> Result<Self> {
        if root.join(INBOX).is_dir() {
            return Ok(Self { root: root.to_owned() });
        }
        Err(Error::Usage(format!(
            "『{}』は作業フォルダーではありません（「受付」フォルダーがありません）。chiiki-sheet init で作ってください。",
            root.display()
        )))
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// One of the workspace's folders.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A path below the workspace as it is noted: relative, with `/`. Another path stays as it is.
    pub fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }

    /// The settings as they stand now.
    ///
    /// # Errors
    /// A file that cannot be read or understood; the sentence names the line.
    pub fn settings(&self) -> Result<Settings> {
        Settings::parse(&self.settings_bytes()?)
    }

    /// The bytes of 設定.toml; none when there is no such file.
    fn settings_bytes(&self) -> Result<Vec<u8>> {
        let path = self.root.join(SETTINGS);
        match crate::disk::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(Error::io(path, "読み取り", "ほかのソフトで開いていないか確かめてください。")),
        }
    }

    /// Changes settings in the file, line by line, and answers how they stand now.
    ///
    /// # Errors
    /// As [`Settings::save_changes`], and a file that cannot be written; then the file is as it was.
    pub fn save_settings(&self, changes: &[Change]) -> Result<Settings> {
        let path = self.root.join(SETTINGS);
        let before = match self.settings_bytes()? {
            bytes if bytes.is_empty() => for_notepad(SETTINGS_TEMPLATE),
            bytes => bytes,
        };
        let after = Settings::save_changes(&before, changes)?;
        let write = || {
            let mut temp = tempfile::Builder::new().prefix(".chiiki-").suffix(".tmp").tempfile_in(&self.root)?;
            temp.write_all(&after)?;
            temp.as_file().sync_all()?;
            temp.persist(&path).map_err(|error| error.error)
        };
        write().map_err(Error::io(&path, "保存", "ほかのソフトで開いていたら閉じて、もう一度保存してください。"))?;
        Settings::parse(&after)
    }

    /// What 設定.toml asks for one own insurer.
    ///
    /// # Errors
    /// Settings that make no sense, a template that would lie outside the workspace.
    pub fn fill_request(&self, settings: &Settings, own: &str, date: Date) -> Result<(FillRequest, Bases)> {
        let wanted = settings.wanted()?;
        let request = FillRequest {
            compare: settings.compare.0.clone(),
            from: settings.from,
            to: settings.to,
            add: settings.add.0.clone(),
            thresholds: settings.thresholds()?,
            xlsx: wanted.xlsx,
            papers: wanted.papers,
            names: settings.names(),
            ..FillRequest::new(own, self.folder(OUTPUT), date)
        };
        let template = settings.template.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let template = template.map(|name| self.inside(name)).transpose()?;
        Ok((request, Bases { template, ..Bases::default() }))
    }

    /// A file or folder a person named, below the workspace and nowhere else.
    ///
    /// # Errors
    /// A name that leads out of it, or to nothing.
    pub fn inside(&self, name: &str) -> Result<PathBuf> {
        let tidy = name.trim().replace('\\', "/");
        let plain = Path::new(&tidy).components().all(|part| matches!(part, Component::Normal(_)));
        if !plain || tidy.is_empty() || tidy.contains(':') {
            return Err(Error::Usage(format!(
                "「{name}」は使えません。作業フォルダーの中の場所を「ひな形/様式.xlsx」のように書いてください。"
            )));
        }
        let path = self.root.join(tidy);
        if path.exists() {
            return Ok(path);
        }
        Err(Error::Usage(format!("作業フォルダーに『{name}』が見つかりません。名前と場所を確かめてください。")))
    }

    /// The shipped catalog with the workspace's own areas and union members.
    ///
    /// # Errors
    /// Settings or areas file that cannot be understood.
    pub fn catalog(&self) -> Result<Catalog> {
        let settings = self.settings()?;
        let mut catalog = Catalog::shipped().clone();
        if let Some(name) = &settings.areas {
            let path = self.root.join(name);
            let text = crate::disk::read_to_string(&path).map_err(Error::io(
                path,
                "読み取り",
                "設定.toml の「地域一覧」に書いたファイルの場所を確かめてください。",
            ))?;
            catalog = catalog.with_areas(&text, name).map_err(several)?;
        }
        for (union, towns) in &settings.unions {
            catalog = catalog.with_members(union, towns).map_err(several)?;
        }
        Ok(catalog)
    }

    /// The store of originals and index.
    ///
    /// # Errors
    /// See [`Store::open`].
    pub fn store(&self) -> Result<Store> {
        Store::open(&self.root)
    }

    /// Takes a file into the store: its original is kept, what was read is indexed. Refused files and such with
    /// personal data leave nothing behind.
    ///
    /// # Errors
    /// A store that cannot be written to.
    pub fn import(
        &self,
        store: &mut Store,
        path: &Path,
        catalog: &Catalog,
        year: Option<i32>,
        reader: &mut Reader,
    ) -> Result<Vec<Taken>> {
        let mappings = self.mappings()?;
        let all = take_path(path, Context { mappings: &mappings, ..Context::new(catalog, year) }, reader)?;
        let originals = originals(path, &Limits::default())?;
        keep(store, &all, &originals, year)?;
        Ok(all)
    }

    /// [`Workspace::import`] of bytes that are at hand, under a name.
    ///
    /// # Errors
    /// A store that cannot be written to.
    pub fn import_bytes(
        &self,
        store: &mut Store,
        (name, bytes): (&str, &[u8]),
        context: Context<'_>,
        reader: &mut Reader,
    ) -> Result<Vec<Taken>> {
        let all = take_bytes(name, bytes, context, reader)?;
        keep(store, &all, &unpack(name, bytes, &Limits::default()), context.year)?;
        Ok(all)
    }

    /// Takes back a file that was taken in, or the files of a zip: what was read from it and the kept original go. Answers
    /// how many contents went; a file is known by its content, whatever its name.
    ///
    /// # Errors
    /// A file that cannot be opened, a store that cannot be written to.
    pub fn forget(&self, store: &mut Store, path: &Path) -> Result<usize> {
        let mut forgotten = 0;
        for (file, _) in originals(path, &Limits::default())? {
            forgotten += usize::from(store.forget(&file.sha256)?);
        }
        Ok(forgotten)
    }

    /// Takes back a file that is at hand no more by the name it came under; `false` when no file of that name is kept.
    ///
    /// # Errors
    /// Several files of that name: which is meant says only their content.
    pub fn forget_named(&self, store: &mut Store, name: &str) -> Result<bool> {
        let mut named: Vec<Original> =
            store.originals()?.filter(|original| original.names.iter().any(|known| known == name)).collect();
        let Some(original) = named.pop() else { return Ok(false) };
        if !named.is_empty() {
            return Err(Error::Usage(format!(
                "『{name}』という名前のファイルは、内容の違うものがいくつか取り込んであります。取り除くファイルを「処理済」の中の場所で指定してください。"
            )));
        }
        store.forget(&original.sha256)
    }

    /// Makes the index anew: every kept original goes through the same reading as a dropped file.
    ///
    /// # Errors
    /// See [`store::rebuild`](crate::store::rebuild).
    pub fn rebuild(&self, catalog: &Catalog, reader: &mut Reader) -> Result<Rebuilt> {
        let mappings = self.mappings()?;
        rebuild(&self.root, |name, bytes, year| {
            let context = Context { mappings: &mappings, ..Context::new(catalog, year) };
            let taken = take_bytes(name, bytes, context, reader)?;
            let Some(one) = taken.into_iter().next() else {
                return Err(Error::Internal(format!("読み取り結果がありません: {name}")));
            };
            let file = one.file.map_or_else(
                || SourceFile { name: name.to_owned(), sha256: one.report.sha256.clone(), exported: None, ours: false },
                |file| (*file).clone(),
            );
            let record = FileRecord {
                file,
                layout: one.report.layout.unwrap_or_default().to_owned(),
                outcome: one.report.outcome,
                message: one.report.message,
                year,
            };
            Ok(Reading { record, observations: one.observations, texts: one.texts })
        })
    }

    /// Everything the store holds, settled and derived as from the files themselves. Of two undated files that differ in
    /// a figure and in nothing else that counts, the one that came later is used.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn evidence(&self, catalog: &Catalog) -> Result<Evidence> {
        let store = self.store()?;
        let observations = store.load(&Query::default())?;
        let texts = store.texts()?;
        let speak = files_speak(&observations);
        let books = text_books(&texts, &speak, |file| store.original_path(&file.sha256));
        let (observations, diagnostics) =
            settle_and_derive(observations, &store.arrivals()?, Context::new(catalog, None));
        let files = store
            .files()?
            .into_iter()
            .map(|record| FileReport {
                file: record.file.name,
                sha256: record.file.sha256,
                layout: layout::known_name(&record.layout),
                outcome: record.outcome,
                message: record.message,
            })
            .collect();
        Ok(Evidence { observations, texts, books, speak, files, diagnostics })
    }
}

/// Originals and index of what was read.
fn keep(store: &mut Store, all: &[Taken], originals: &[(Arc<SourceFile>, Vec<u8>)], year: Option<i32>) -> Result<()> {
    for taken in all {
        let Some(file) = taken.file.clone() else { continue };
        let Some((_, bytes)) = originals.iter().find(|(original, _)| original.sha256 == file.sha256) else {
            // Written to between the two readings: the next round reads it again.
            continue;
        };
        fault::point("import-before-original");
        store.put_original(&file.name, bytes)?;
        fault::point("import-before-index");
        let record = FileRecord {
            file: (*file).clone(),
            layout: taken.report.layout.unwrap_or_default().to_owned(),
            outcome: taken.report.outcome,
            message: taken.report.message.clone(),
            year,
        };
        store.put_file(&record, &taken.observations, &taken.texts)?;
        fault::point("import-after-index");
    }
    Ok(())
}

/// Notepad shows Japanese surely when the file begins with a byte order mark.
fn for_notepad(text: &str) -> Vec<u8> {
    format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes()
}

/// The bytes of a file, or of every file of a zip.
fn originals(path: &Path, limits: &Limits) -> Result<Vec<(Arc<SourceFile>, Vec<u8>)>> {
    let bytes = crate::disk::read(path).map_err(Error::io(
        path,
        "読み取り",
        "ほかのソフトで開いていないか確かめてください。",
    ))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(unpack(&name, &bytes, limits))
}

fn several(diagnostics: Vec<Diagnostic>) -> Error {
    Error::Usage(diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}
