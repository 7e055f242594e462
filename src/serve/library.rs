//! The sheets of 出力, known by what `_meta` says in them, and the papers beside them.
//!
//! A book is opened once and remembered by name, size, time and hash, also over restarts: with 1,700 sheets a list must
//! not open one. Books nobody has opened yet are listed at once, by their names, and read behind the scenes.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::key::hex;
use crate::catalog::Catalog;
use crate::deliver::{Replace, publish};
use crate::fill::chart_sheet::{CHART_SHEET, DATA_SHEET};
use crate::fill::memo_sheet::MEMO_SHEET;
use crate::fill::meta_sheet::{META_SHEET, Meta};
use crate::fill::{COMPARE_SHEET, SOURCE_SHEET};
use crate::form::Role;
use crate::handout::Kind;
use crate::intake::is_not_for_reading;
use crate::read::{Book, Limits, read_sheets};
use crate::refill::{NEWS_SHEET, is_backup_name};
use crate::store::{LEDGER_FOLDER, sha256_hex};
use crate::template::package::Package;
use crate::workspace::{OUTPUT, Workspace};

/// Where what was read is remembered.
const REMEMBERED: &str = "sheets.json";
/// So many unknown books are read while the page waits; more are read behind its back.
const READ_AT_ONCE: usize = 6;
/// After so many books read behind the scenes what was learned is written down.
const REMEMBER_EVERY: usize = 200;
/// Changes when more is remembered of a book.
const REMEMBERED_VERSION: u32 = 2;

/// What a book says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Key of the own area: its code, or its name
    pub key: String,
    /// Name of the own area
    pub insurer: String,
    /// Its prefecture
    pub prefecture: String,
    /// Keys and names of the comparison areas
    pub compare: Vec<(String, String)>,
    /// Years shown
    pub years: Vec<i32>,
    /// 作成日
    pub made: String,
    /// Of the 15 texts, those that somebody wrote
    pub texts_filled: usize,
    /// Lines of 「点検」
    pub cautions: usize,
    /// The form's sheet
    pub form: String,
}

/// A sheet of 出力.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Names it in addresses
    pub id: String,
    /// File name
    pub file: String,
    /// Where
    pub path: PathBuf,
    /// When it was last written
    pub changed: SystemTime,
    /// Excel has it open
    pub locked: bool,
    /// What it says of itself; what its name says while nobody has opened it
    pub facts: Arc<Facts>,
    /// Whether it was opened yet
    pub read: bool,
    /// Papers: file name and kind
    pub papers: Vec<(String, Kind)>,
}

impl Sheet {
    /// The name people see.
    pub fn name(&self) -> &str {
        self.file.rsplit_once('.').map_or(self.file.as_str(), |(stem, _)| stem)
    }
}

/// The id of a file name of 出力.
pub fn id_of(file: &str) -> String {
    hex(Sha256::digest(file).get(..10).unwrap_or_default())
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    millis: u128,
}

/// What was learned of a file: its hash, and what it says when it is a book of ours.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Learned {
    stamp: Stamp,
    sha256: String,
    facts: Option<Arc<Facts>>,
}

/// What is known of files, by name and by content.
#[derive(Default)]
struct Known {
    files: HashMap<String, Learned>,
    by_hash: HashMap<String, Option<Arc<Facts>>>,
}

impl Known {
    fn learn(&mut self, name: String, learned: Learned) {
        self.by_hash.insert(learned.sha256.clone(), learned.facts.clone());
        self.files.insert(name, learned);
    }

    /// What is known of a file as the folder lists it.
    fn of(&self, book: &Listed) -> Option<&Learned> {
        self.files.get(&book.name).filter(|learned| learned.stamp == book.stamp)
    }
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    version: u32,
    files: BTreeMap<String, Learned>,
}

/// A file as the folder lists it.
struct Listed {
    name: String,
    stamp: Stamp,
    changed: SystemTime,
}

/// The sheets of a workspace.
pub struct Library {
    folder: PathBuf,
    ledger: PathBuf,
    catalog: Catalog,
    known: Mutex<Known>,
    /// Books to be read behind the scenes, those somebody looks at first
    queue: Mutex<VecDeque<(String, Stamp)>>,
    reading: AtomicBool,
    pending: AtomicUsize,
    opened: AtomicUsize,
    generation: AtomicU64,
    /// When something last came into the folder or went, as far as is known
    folder_changed: Mutex<Option<SystemTime>>,
}

impl Library {
    /// With what was remembered.
    pub fn open(workspace: &Workspace, catalog: Catalog) -> Arc<Self> {
        let ledger = workspace.folder(LEDGER_FOLDER);
        let remembered: Option<Remembered> =
            std::fs::read(ledger.join(REMEMBERED)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut known = Known::default();
        for (name, learned) in remembered
            .filter(|remembered| remembered.version == REMEMBERED_VERSION)
            .map(|remembered| remembered.files)
            .unwrap_or_default()
        {
            known.learn(name, learned);
        }
        Arc::new(Self {
            folder: workspace.folder(OUTPUT),
            ledger,
            catalog,
            known: Mutex::new(known),
            queue: Mutex::default(),
            reading: AtomicBool::new(false),
            pending: AtomicUsize::new(0),
            opened: AtomicUsize::new(0),
            generation: AtomicU64::new(0),
            folder_changed: Mutex::default(),
        })
    }

    /// Books not read yet.
    pub fn pending(&self) -> usize {
        self.pending.load(Ordering::Relaxed)
    }

    /// Whether books are read behind the scenes, or what was learned of them is being written down.
    pub fn is_reading(&self) -> bool {
        self.reading.load(Ordering::SeqCst)
    }

    /// Books that had to be opened since the start; those known by their content are not among them.
    pub fn opened(&self) -> usize {
        self.opened.load(Ordering::Relaxed)
    }

    /// Goes up when books were read, and when something came into the folder or went: people copy and rename books
    /// there, and Excel saves by putting a new file in the old one's place.
    pub fn generation(&self) -> u64 {
        let changed = std::fs::metadata(&self.folder).and_then(|found| found.modified()).ok();
        let mut known = self.folder_changed.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != changed {
            *known = changed;
            self.generation.fetch_add(1, Ordering::Relaxed);
        }
        self.generation.load(Ordering::Relaxed)
    }

    /// The sheets, by file name. A few books nobody has opened are read at once; many are listed by their names and
    /// read behind the scenes.
    pub fn sheets(self: &Arc<Self>) -> Vec<Sheet> {
        let (books, papers, locks) = self.list();
        let unknown: Vec<&Listed> = {
            let known = self.known();
            books.iter().filter(|book| known.of(book).is_none()).collect()
        };
        if unknown.len() <= READ_AT_ONCE {
            for book in unknown {
                self.read(&book.name, &book.stamp);
            }
        } else {
            self.read_behind(unknown.iter().map(|book| (book.name.clone(), book.stamp.clone())).collect());
        }
        let known = self.known();
        let mut sheets: Vec<Sheet> = books
            .into_iter()
            .filter_map(|book| {
                let (facts, read) = match known.of(&book) {
                    Some(learned) => (learned.facts.clone()?, true),
                    None => (Arc::new(Facts::by_name(&book.name)), false),
                };
                Some(Sheet {
                    id: id_of(&book.name),
                    path: self.folder.join(&book.name),
                    changed: book.changed,
                    locked: locks.iter().any(|lock| lock == &book.name),
                    papers: Vec::new(),
                    file: book.name,
                    facts,
                    read,
                })
            })
            .collect();
        drop(known);
        sheets.sort_by(|a, b| a.file.cmp(&b.file));
        give_papers(&mut sheets, &papers);
        sheets
    }

    /// One sheet by its id, opened if nobody has yet.
    pub fn sheet(self: &Arc<Self>, id: &str) -> Option<Sheet> {
        let sheet = self.sheets().into_iter().find(|sheet| sheet.id == id)?;
        if sheet.read {
            return Some(sheet);
        }
        self.read(&sheet.file, &stamp_of(&sheet.path)?);
        self.sheets().into_iter().find(|sheet| sheet.id == id && sheet.read)
    }

    /// Has these books read before others: somebody looks at them.
    pub fn prefer(&self, files: &[&str]) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, rest): (Vec<_>, Vec<_>) = queue.drain(..).partition(|(name, _)| files.contains(&name.as_str()));
        queue.extend(first.into_iter().chain(rest));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Books, papers, and names of books that are open in Excel or LibreOffice.
    fn list(&self) -> (Vec<Listed>, Vec<String>, Vec<String>) {
        let (mut books, mut papers, mut locks) = (Vec::new(), Vec::new(), Vec::new());
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return (books, papers, locks) };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            if let Some(book) = name.strip_prefix("~$") {
                locks.push(book.to_owned());
            } else if let Some(book) = name.strip_prefix(".~lock.").and_then(|rest| rest.strip_suffix('#')) {
                locks.push(book.to_owned());
            }
            let lower = name.to_lowercase();
            if is_not_for_reading(&name) || is_backup_name(&name) {
                continue;
            }
            if lower.ends_with(".pdf") {
                papers.push(name);
            } else if (lower.ends_with(".xlsx") || lower.ends_with(".xlsm"))
                && let Some(listed) = listed(&entry, name)
            {
                books.push(listed);
            }
        }
        (books, papers, locks)
    }

    fn read_behind(self: &Arc<Self>, unknown: Vec<(String, Stamp)>) {
        if self.reading.swap(true, Ordering::SeqCst) {
            return;
        }
        self.pending.store(unknown.len(), Ordering::Relaxed);
        *self.queue.lock().unwrap_or_else(PoisonError::into_inner) = unknown.into();
        let library = self.clone();
        let spawned = std::thread::Builder::new().name("serve-library".to_owned()).spawn(move || {
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| library.read_queue());
                }
            });
            library.remember();
            library.pending.store(0, Ordering::Relaxed);
            library.reading.store(false, Ordering::SeqCst);
        });
        if spawned.is_err() {
            self.reading.store(false, Ordering::SeqCst);
        }
    }

    fn read_queue(&self) {
        loop {
            let next = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some((name, stamp)) = next else { return };
            self.read(&name, &stamp);
            // A service that is stopped midway has not read for nothing.
            if self.pending.fetch_sub(1, Ordering::Relaxed) % REMEMBER_EVERY == 1 {
                self.remember();
            }
        }
    }

    fn read(&self, name: &str, stamp: &Stamp) {
        let Ok(bytes) = std::fs::read(self.folder.join(name)) else {
            // Gone, or held by another program: nothing is known of it until it can be read.
            return;
        };
        let sha256 = sha256_hex(&bytes);
        let same = self.known().by_hash.get(&sha256).cloned();
        let facts = same.unwrap_or_else(|| {
            self.opened.fetch_add(1, Ordering::Relaxed);
            facts(&bytes, &self.catalog).map(Arc::new)
        });
        self.known().learn(name.to_owned(), Learned { stamp: stamp.clone(), sha256, facts });
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// Writes down what was read. It can be read again, so a failure is nobody's trouble.
    pub fn remember(&self) {
        let files: BTreeMap<String, Learned> = {
            let known = self.known();
            let there = known.files.iter().filter(|(name, _)| self.folder.join(name).is_file());
            there.map(|(name, learned)| (name.clone(), learned.clone())).collect()
        };
        if let Ok(bytes) = serde_json::to_vec(&Remembered { version: REMEMBERED_VERSION, files }) {
            let _ = publish(&self.ledger, REMEMBERED, &bytes, Replace::Ours);
        }
    }
}

fn listed(entry: &std::fs::DirEntry, name: String) -> Option<Listed> {
    let found = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some(Listed { name, stamp: Stamp::of(&found)?, changed: found.modified().ok()? })
}

fn stamp_of(path: &Path) -> Option<Stamp> {
    Stamp::of(&std::fs::metadata(path).ok()?)
}

impl Stamp {
    fn of(found: &std::fs::Metadata) -> Option<Self> {
        let changed = found.modified().ok()?;
        Some(Self {
            bytes: found.len(),
            millis: changed.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis()),
        })
    }
}

impl Facts {
    /// What the name of a book says of it: 「見本県 みほん市_地域分析・検討シート.xlsx」.
    fn by_name(file: &str) -> Self {
        let insurer = file.split_once('_').map_or("", |(insurer, _)| insurer).trim();
        let prefecture = insurer.split_once([' ', '\u{3000}']).map_or("", |(prefecture, _)| prefecture);
        Self { insurer: insurer.to_owned(), prefecture: prefecture.to_owned(), ..Self::default() }
    }
}

/// Sheets that say nothing of what the list shows, and hold most of a book's cells.
const ASIDE: [&str; 6] = [SOURCE_SHEET, COMPARE_SHEET, CHART_SHEET, DATA_SHEET, MEMO_SHEET, NEWS_SHEET];

/// What a book of ours says of itself; `None` for any other.
pub fn facts(bytes: &[u8], catalog: &Catalog) -> Option<Facts> {
    // Cheap for the many files that have no such sheet.
    Package::open(bytes).ok()?.sheet(META_SHEET)?;
    let book = read_sheets("", bytes, &Limits::default(), &|name| !ASIDE.contains(&name)).ok()?;
    let meta = Meta::read(grid(&book, META_SHEET)?)?;
    let (key, insurer) = meta.areas.get(&Role::Own).cloned().unwrap_or((meta.sheet_id.clone(), String::new()));
    let area = crate::serve::api::find::by_key(catalog, &key);
    let form = grid(&book, &meta.form)?;
    let mut years: Vec<i32> =
        meta.values.keys().filter(|(_, role, _)| *role == Role::Own).map(|(_, _, year)| *year).collect();
    years.sort_unstable();
    years.dedup();
    let fields = super::texts::fields(&book, form, catalog);
    Some(Facts {
        prefecture: area.and_then(|area| area.prefecture.clone()).unwrap_or_default(),
        compare: meta
            .areas
            .iter()
            .filter(|(role, _)| matches!(role, Role::Other(_)))
            .map(|(_, (key, name))| (key.clone(), name.clone()))
            .collect(),
        years,
        made: meta.date.map(|date| date.to_string()).unwrap_or_default(),
        texts_filled: fields.iter().filter(|field| !field.text.trim().is_empty() && !field.draft).count(),
        cautions: super::texts::cautions(&book).len(),
        form: meta.form,
        insurer,
        key,
    })
}

/// A grid by name.
pub fn grid<'a>(book: &'a Book, name: &str) -> Option<&'a crate::read::Grid> {
    book.grids.iter().find(|grid| &*grid.name == name)
}

/// A paper belongs to the sheet whose name it bears, or to the first sheet of the insurer whose name it bears.
fn give_papers(sheets: &mut [Sheet], papers: &[String]) {
    let mut by_stem: BTreeMap<String, usize> = BTreeMap::new();
    for (index, sheet) in sheets.iter().enumerate() {
        by_stem.insert(sheet.name().to_owned(), index);
        let short = sheet.facts.insurer.strip_prefix(&sheet.facts.prefecture).unwrap_or(&sheet.facts.insurer).trim();
        let of_insurer = crate::deliver::sanitize(&format!("{} {short}", sheet.facts.prefecture));
        by_stem.entry(of_insurer).or_insert(index);
    }
    for paper in papers {
        let stem = paper.get(..paper.len().saturating_sub(4)).unwrap_or_default();
        for kind in Kind::ALL {
            let of = stem.strip_suffix(kind.label()).and_then(|rest| rest.strip_suffix('_'));
            if let Some(sheet) = of.and_then(|of| by_stem.get(of)).and_then(|index| sheets.get_mut(*index)) {
                sheet.papers.push((paper.clone(), kind));
            }
        }
    }
}

/// Whether a program has a file open so that it cannot be written: on Windows Excel denies it.
pub fn is_held(path: &Path) -> bool {
    match std::fs::OpenOptions::new().append(true).open(path) {
        Ok(_) => false,
        Err(error) => matches!(error.raw_os_error(), Some(32 | 33)) && cfg!(windows),
    }
}
