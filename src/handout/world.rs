//! What Typst may see: the template's files, the data, the shipped fonts. No disk, no network, no clock.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use super::files::TemplateFiles;
use super::fonts;
use super::problem::TemplateProblem;

/// The file Typst starts from.
pub const MAIN: &str = "handout.typ";
/// Where the layout finds its data.
const DATA: &str = "data.json";

/// One compilation's world.
pub struct Paper {
    library: &'static LazyHash<Library>,
    main: FileId,
    sources: HashMap<FileId, Source>,
    files: HashMap<FileId, Bytes>,
}

impl Paper {
    /// The template's layouts with this data.
    pub fn new(template: &TemplateFiles, data: String) -> Result<Self, TemplateProblem> {
        static LIBRARY: OnceLock<LazyHash<Library>> = OnceLock::new();
        let mut sources = HashMap::new();
        for (path, text) in template.iter().filter(|(path, _)| path.ends_with(".typ")) {
            let id = file_id(path)?;
            let source = match template.unchanged(path) {
                Some(text) => shipped(id, text),
                None => Source::new(id, text.to_owned()),
            };
            sources.insert(id, source);
        }
        Ok(Self {
            library: LIBRARY.get_or_init(|| LazyHash::new(Library::default())),
            main: file_id(MAIN)?,
            sources,
            files: HashMap::from([(file_id(DATA)?, Bytes::from_string(data))]),
        })
    }
}

/// Makes ready what one compilation leaves for the next.
pub fn warm_up(shipped: &TemplateFiles) {
    let _ = Paper::new(shipped, String::new());
    let _ = fonts::covers('。');
}

/// The shipped layouts, parsed once.
fn shipped(id: FileId, text: &str) -> Source {
    static PARSED: Mutex<Vec<Source>> = Mutex::new(Vec::new());
    let mut parsed = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(source) = parsed.iter().find(|source| source.id() == id) {
        return source.clone();
    }
    let source = Source::new(id, text.to_owned());
    parsed.push(source.clone());
    source
}

/// Ids are interned for ever and there are 65,535 of them: the same paths serve every document.
fn file_id(path: &str) -> Result<FileId, TemplateProblem> {
    let virtual_path = VirtualPath::new(path).map_err(|_| {
        TemplateProblem::new(path, None, "このファイル名はひな形に使えません。").hint("英数字の名前に変えてください。")
    })?;
    Ok(RootedPath::new(VirtualRoot::Project, virtual_path).intern())
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &fonts::faces().book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        fonts::faces().fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
