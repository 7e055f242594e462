//! What is wrong with a template, in words for the person who edited it.

use typst::World;
use typst::WorldExt;
use typst::diag::SourceDiagnostic;

use crate::diagnostic::{Diagnostic, Place};

/// One mistake in a template file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblem {
    /// `handout.typ`, `texts/point.hbs` …
    pub file: String,
    /// Counted from 1, where known.
    pub line: Option<usize>,
    /// What is wrong, in Japanese.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl TemplateProblem {
    /// A mistake at a line.
    pub fn new(file: impl Into<String>, line: Option<usize>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line, message: message.into(), hint: None }
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// As people are told it.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let line = self.line.map(|line| format!("{line}行目: ")).unwrap_or_default();
        let diagnostic = Diagnostic::error("handout-template", format!("{line}{}", self.message));
        let diagnostic = diagnostic.at(Place::file(self.file.clone()));
        match &self.hint {
            Some(hint) => diagnostic.hint(hint.clone()),
            None => diagnostic,
        }
    }
}

/// Typst's own message with its place, translated where it is a common one.
pub fn from_typst(world: &dyn World, diagnostic: &SourceDiagnostic) -> TemplateProblem {
    let (file, line) = match diagnostic.span.id() {
        Some(id) => {
            let source = world.source(id).ok();
            let range = world.range(diagnostic.span);
            let line = source.zip(range).and_then(|(source, range)| source.lines().byte_to_line(range.start));
            (id.vpath().get_without_slash().to_owned(), line.map(|line| line + 1))
        }
        None => ("handout.typ".to_owned(), None),
    };
    let english = diagnostic.message.as_str();
    let (message, hint) = translate(english);
    let own_hints = diagnostic.hints.iter().map(|hint| hint.v.as_str()).collect::<Vec<_>>().join(" / ");
    let words = if own_hints.is_empty() { english.to_owned() } else { format!("{english} / {own_hints}") };
    TemplateProblem::new(file, line, message).hint(format!("{hint}（{words}）"))
}

/// The sentence and the hint for a message of Typst's.
fn translate(english: &str) -> (String, &'static str) {
    let named =
        |before: &str| english.split_once(before).map(|(_, rest)| rest.trim_matches(['`', '"', ' ']).to_owned());
    if let Some(name) = named("unknown variable:") {
        return (format!("「{name}」という名前は決められていません。"), "つづりを確かめてください。");
    }
    if english.starts_with("dictionary does not contain key") {
        let key = english.split('"').nth(1).unwrap_or_default();
        return (
            format!("データに「{key}」という項目はありません。"),
            "つづりを確かめるか、もとのひな形と見比べてください。",
        );
    }
    if english.starts_with("unclosed") {
        return ("かっこか引用符が閉じていません。".to_owned(), "この行から下で、閉じるかっこを書き足してください。");
    }
    if english.starts_with("unexpected") || english.starts_with("expected") {
        return ("書き方に誤りがあります。".to_owned(), "この行のかっこ、コンマ、引用符を確かめてください。");
    }
    if english.starts_with("file not found") || english.starts_with("failed to load file") {
        return (
            "読み込むファイルがひな形のフォルダーにありません。".to_owned(),
            "ひな形のフォルダーの外のファイルとインターネットは使えません。",
        );
    }
    if english.contains("could not be displayed") {
        return (
            "同梱の書体にない文字がひな形の中にあります。".to_owned(),
            "ひな形に書き足した文字を、別の文字に置きかえてください。",
        );
    }
    if english.contains("call depth exceeded") || english.contains("condition is always true") {
        return ("終わらない繰り返しがあります。".to_owned(), "書き足した繰り返し（while、関数）を見直してください。");
    }
    if english.starts_with("cannot") || english.contains("has no ") || english.contains("does not have") {
        return ("この書き方は使えません。".to_owned(), "もとのひな形の同じ所と見比べてください。");
    }
    ("配布資料のひな形を使えませんでした。".to_owned(), "もとのひな形の同じ所と見比べてください。")
}
