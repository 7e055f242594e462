//! The figures of a workspace, held ready: loading them takes seconds, a look at them must not.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::catalog::Catalog;
use crate::error::Result;
use crate::intake::Evidence;
use crate::model::{Area, Observation};
use crate::store::LEDGER_FOLDER;
use crate::workspace::{SETTINGS, Settings, Workspace};

/// Everything a look needs.
#[derive(Debug)]
pub struct Held {
    /// Areas and indicators, with those of the workspace
    pub catalog: Catalog,
    /// 設定.toml
    pub settings: Settings,
    /// The figures
    pub evidence: Evidence,
    /// What each file is, by its hash
    pub layouts: BTreeMap<String, &'static str>,
    /// Places of the observations of each area, by its key
    by_area: HashMap<String, Vec<u32>>,
    /// Areas that have figures, by key
    pub areas: BTreeMap<String, Arc<Area>>,
}

impl Held {
    fn load(workspace: &Workspace) -> Result<Self> {
        let catalog = workspace.catalog()?;
        let settings = workspace.settings()?;
        let evidence = workspace.evidence(&catalog)?;
        let mut by_area: HashMap<String, Vec<u32>> = HashMap::new();
        let mut areas = BTreeMap::new();
        for (place, observation) in (0u32..).zip(&evidence.observations) {
            let key = observation.area.key();
            match by_area.get_mut(key) {
                Some(places) => places.push(place),
                None => {
                    by_area.insert(key.to_owned(), vec![place]);
                    areas.insert(key.to_owned(), observation.area.clone());
                }
            }
        }
        let layouts = evidence.files.iter().filter_map(|file| Some((file.sha256.clone(), file.layout?))).collect();
        Ok(Self { catalog, settings, evidence, layouts, by_area, areas })
    }

    /// The figures of an area.
    pub fn of_area<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a Observation> {
        let places = self.by_area.get(key).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.evidence.observations.get(usize::try_from(*place).ok()?))
    }

    /// Whether any figure of an area is at hand.
    pub fn has(&self, key: &str) -> bool {
        self.by_area.contains_key(key)
    }
}

/// Name, time and size of the files the figures come from.
type Stamp = Vec<(SystemTime, u64)>;

/// A loading that failed.
#[derive(Debug)]
struct Trouble {
    text: String,
    /// What the files were then, and when it was: a folder that comes back looks as it did before it went
    stamp: Stamp,
    at: Instant,
}

/// A loading that failed is tried again after this, also when nothing of the files changed.
const AGAIN: Duration = Duration::from_secs(5);

/// Holds the figures until the files behind them change.
#[derive(Debug)]
pub struct Bench {
    workspace: Workspace,
    held: Mutex<Option<(Stamp, Arc<Held>)>>,
    /// Whether there were any, also while they are loaded anew
    figures: AtomicBool,
    /// Why they could not be loaded last time
    trouble: Mutex<Option<Trouble>>,
}

impl Bench {
    /// Nothing is loaded yet.
    pub fn new(workspace: Workspace) -> Self {
        Self { workspace, held: Mutex::new(None), figures: AtomicBool::new(false), trouble: Mutex::new(None) }
    }

    /// The figures as they are now.
    ///
    /// # Errors
    /// Settings or a store that cannot be read.
    pub fn held(&self) -> Result<Arc<Held>> {
        // Whoever comes while another loads waits for that, instead of loading once more.
        let mut slot = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = self.stamp();
        if let Some((known, held)) = slot.as_ref()
            && *known == stamp
        {
            *self.trouble() = None;
            return Ok(held.clone());
        }
        let loaded = Held::load(&self.workspace);
        *self.trouble() = loaded.as_ref().err().map(|error| Trouble {
            text: error.to_string(),
            stamp: stamp.clone(),
            at: Instant::now(),
        });
        let held = Arc::new(loaded?);
        self.figures.store(!held.areas.is_empty(), Ordering::Relaxed);
        // The stamp of before: what changed while loading is loaded at the next look.
        *slot = Some((stamp, held.clone()));
        Ok(held)
    }

    /// Whether the figures are to be loaded anew and nobody does; never waits.
    pub fn is_stale(&self) -> bool {
        let Ok(slot) = self.held.try_lock() else { return false };
        if let Some(trouble) = self.trouble().as_ref() {
            return trouble.at.elapsed() >= AGAIN || trouble.stamp != self.stamp();
        }
        slot.as_ref().is_none_or(|(known, _)| *known != self.stamp())
    }

    /// Whether figures were there when they were loaded last; never waits.
    pub fn has_figures(&self) -> bool {
        self.figures.load(Ordering::Relaxed)
    }

    /// Why the figures could not be loaded last time; never waits.
    pub fn why_not(&self) -> Option<String> {
        self.trouble().as_ref().map(|trouble| trouble.text.clone())
    }

    fn trouble(&self) -> MutexGuard<'_, Option<Trouble>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stamp(&self) -> Stamp {
        let index = self.workspace.folder(LEDGER_FOLDER).join("index.sqlite");
        let mut paths = vec![self.workspace.folder(SETTINGS), index.clone(), index.with_extension("sqlite-wal")];
        // A file of further areas lies beside the settings.
        if let Ok(entries) = std::fs::read_dir(self.workspace.folder("")) {
            let csv = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "csv");
            let mut found: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(csv).collect();
            found.sort();
            paths.extend(found);
        }
        paths
            .iter()
            .map(|path| {
                let found = std::fs::metadata(path);
                let time = found.as_ref().ok().and_then(|found| found.modified().ok());
                (time.unwrap_or(SystemTime::UNIX_EPOCH), found.map_or(0, |found| found.len()))
            })
            .collect()
    }
}
