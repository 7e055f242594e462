//! The words of drafts: the shipped `texts/sheet/*.hbs`, or those of a template folder of people's own. A text that
//! cannot be used is told with its file and line, and the shipped one takes its place.

use std::path::Path;
use std::sync::OnceLock;

use handlebars::{Handlebars, RenderErrorReason, handlebars_helper};
use serde::Serialize;

use crate::compare::shown::shown;
use crate::diagnostic::{Diagnostic, Place};

/// The texts by name, one a block of the form.
const SHIPPED: [(&str, &str); 4] = [
    ("認定率", include_str!("../../sheet-templates/chiiki-bunseki/texts/sheet/認定率.hbs")),
    ("受給率", include_str!("../../sheet-templates/chiiki-bunseki/texts/sheet/受給率.hbs")),
    ("給付月額等", include_str!("../../sheet-templates/chiiki-bunseki/texts/sheet/給付月額等.hbs")),
    ("指標追加", include_str!("../../sheet-templates/chiiki-bunseki/texts/sheet/指標追加.hbs")),
];
/// Where they lie inside a template folder.
const FOLDER: &str = "texts/sheet";
/// A larger file is no text of a draft (bytes).
const LARGEST: u64 = 1 << 20;

/// The words of drafts, compiled.
#[derive(Clone, Debug, Default)]
pub struct SheetTexts {
    /// Only the texts that differ from the shipped ones; `None` when there are none
    own: Option<Handlebars<'static>>,
}

impl SheetTexts {
    /// The texts of a template folder; what it lacks is the shipped text. What cannot be used is told.
    pub fn from_folder(folder: &Path) -> (Self, Vec<Diagnostic>) {
        let mut told = Vec::new();
        let mut own: Option<Handlebars<'static>> = None;
        for (name, shipped) in SHIPPED {
            let path = folder.join(FOLDER).join(format!("{name}.hbs"));
            if !path.exists() {
                continue;
            }
            match read(&path) {
                Err(why) => told.push(unusable(name, None, &why)),
                Ok(text) if same(&text, shipped) => {}
                Ok(text) => match text.contains("{{>") {
                    true => told.push(unusable(
                        name,
                        line_of(&text, "{{>"),
                        "ほかの文を読み込む書き方（{{> …}}）は使えません。",
                    )),
                    false => {
                        let engine = own.get_or_insert_with(engine);
                        if let Err(error) = engine.register_template_string(name, &text) {
                            let line = error.pos().map(|(line, _)| line);
                            told.push(unusable(
                                name,
                                line,
                                "書き方に誤りがあります。「{{」と「}}」が組になっているか、確かめてください。",
                            ));
                        }
                    }
                },
            }
        }
        told.extend(unknown_files(folder));
        (Self { own }, told)
    }

    /// One text. The remark says why a text of people's own was not used.
    pub(super) fn render(&self, name: &str, context: &impl Serialize) -> (Option<String>, Option<Diagnostic>) {
        let mut told = None;
        if let Some(own) = self.own.as_ref().filter(|own| own.has_template(name)) {
            match own.render(name, context) {
                Ok(text) if !text.trim().is_empty() => return (Some(text), None),
                Ok(_) => return (None, None),
                Err(error) => {
                    let why = match error.reason() {
                        RenderErrorReason::MissingVariable(Some(variable)) => {
                            format!("「{variable}」という差し込み項目はありません。")
                        }
                        RenderErrorReason::HelperNotFound(helper) => {
                            format!("「{helper}」という書き方はありません（使えるのは 数、差、倍）。")
                        }
                        _ => "文を作れませんでした。差し込み項目と書き方を確かめてください。".to_owned(),
                    };
                    told = Some(unusable(name, error.line_no, &why));
                }
            }
        }
        static ENGINE: OnceLock<Handlebars<'static>> = OnceLock::new();
        let shipped = ENGINE.get_or_init(|| {
            let mut engine = engine();
            for (name, text) in SHIPPED {
                // Tests hold that the shipped texts compile.
                let compiled = engine.register_template_string(name, text);
                debug_assert!(compiled.is_ok(), "{name}: {compiled:?}");
            }
            engine
        });
        (shipped.render(name, context).ok(), told)
    }
}

fn same(a: &str, b: &str) -> bool {
    a.replace("\r\n", "\n").trim_end() == b.replace("\r\n", "\n").trim_end()
}

fn line_of(text: &str, what: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(what)).map(|line| line + 1)
}

fn read(path: &Path) -> Result<String, String> {
    let failed = |_| "ファイルを開けませんでした。".to_owned();
    if std::fs::metadata(path).map_err(failed)?.len() > LARGEST {
        return Err("1MBを超えています。".to_owned());
    }
    let text = String::from_utf8(crate::disk::read(path).map_err(failed)?)
        .map_err(|_| "文字コードがUTF-8ではありません。UTF-8で保存し直してください。".to_owned())?;
    // メモ帳 puts a BOM before UTF-8 text.
    Ok(text.trim_start_matches('\u{FEFF}').to_owned())
}

/// Texts of a name no block has are never used: a slip of the pen that should not go unnoticed.
fn unknown_files(folder: &Path) -> Vec<Diagnostic> {
    let Ok(entries) = std::fs::read_dir(folder.join(FOLDER)) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.strip_suffix(".hbs").is_some_and(|stem| SHIPPED.iter().all(|(known, _)| *known != stem)))
        .collect();
    names.sort();
    let known: Vec<String> = SHIPPED.iter().map(|(name, _)| format!("{name}.hbs")).collect();
    names
        .into_iter()
        .map(|name| {
            Diagnostic::warning("draft-text", format!("下書きの文章『{FOLDER}/{name}』は、どの欄にも使われません。"))
                .hint(format!("名前を {} のどれかにしてください。", known.join("、")))
                .at(Place::file(format!("{FOLDER}/{name}")))
        })
        .collect()
}

fn unusable(name: &str, line: Option<usize>, why: &str) -> Diagnostic {
    let file = format!("{FOLDER}/{name}.hbs");
    let at = line.map_or_else(String::new, |line| format!(" {line}行目"));
    Diagnostic::warning(
        "draft-text",
        format!("下書きの文章『{file}』{at}：{why}この文章は使わず、はじめから入っている文章で下書きを作りました。"),
    )
    .hint("「{{」と「}}」、{{#if}} と {{/if}} の数と、差し込み項目の名前を確かめて直し、もう一度実行してください。")
    .at(Place::file(file))
}

fn engine() -> Handlebars<'static> {
    handlebars_helper!(number: |value: f64, decimals: u64| shown(value, digits(decimals)));
    handlebars_helper!(difference: |value: f64, decimals: u64| points(value, digits(decimals)));
    handlebars_helper!(multiple: |value: f64, {桁: u64 = 2}| format!("{}倍", shown(value, digits(桁))));
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(handlebars::no_escape);
    engine.register_helper("数", Box::new(number));
    engine.register_helper("差", Box::new(difference));
    engine.register_helper("倍", Box::new(multiple));
    engine
}

fn digits(decimals: u64) -> u8 {
    u8::try_from(decimals.min(9)).unwrap_or(1)
}

/// 「＋3.0ポイント」
fn points(value: f64, decimals: u8) -> String {
    let text = shown(value, decimals);
    let rises = value > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c));
    format!("{}{text}ポイント", if rises { "＋" } else { "" })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn folder(name: &str, text: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join(FOLDER)).unwrap();
        std::fs::write(folder.path().join(FOLDER).join(name), text).unwrap();
        folder
    }

    #[test]
    fn a_text_of_ones_own_is_used_and_the_others_are_the_shipped_ones() {
        let folder = folder("認定率.hbs", "\u{FEFF}{{年度}}の{{数 値 1}}".as_bytes());
        let (texts, told) = SheetTexts::from_folder(folder.path());
        assert!(told.is_empty(), "{told:?}");
        let context = json!({ "年度": "令和7年度", "値": 19.37 });
        assert_eq!(texts.render("認定率", &context), (Some("令和7年度の19.4".to_owned()), None));
        assert!(texts.own.as_ref().unwrap().get_templates().len() == 1);
    }

    #[test]
    fn slips_are_told_with_file_and_line_and_the_shipped_text_is_used() {
        for (text, line, word) in [
            ("一行目\n{{#if 指標}}閉じない".as_bytes(), None, "書き方に誤り"),
            ("一行目\n二行目\n{{> 別}}".as_bytes(), Some("3行目"), "読み込む書き方"),
            (&b"\x82\xa0"[..], None, "UTF-8"),
        ] {
            let folder = folder("認定率.hbs", text);
            let (texts, told) = SheetTexts::from_folder(folder.path());
            let [told] = told.as_slice() else { panic!("{told:?}") };
            assert!(told.message.contains("texts/sheet/認定率.hbs") && told.message.contains(word), "{}", told.message);
            assert!(line.is_none_or(|line| told.message.contains(line)), "{}", told.message);
            assert!(told.hint.is_some());
            assert!(texts.own.is_none_or(|own| !own.has_template("認定率")));
        }
        let folder = folder("受給率.hbs", "一行目\n{{ない項目}}".as_bytes());
        let (texts, told) = SheetTexts::from_folder(folder.path());
        assert!(told.is_empty());
        let (_, told) = texts.render("受給率", &json!({ "年度": "令和7年度" }));
        let message = told.unwrap().message;
        assert!(message.contains("2行目") && message.contains("ない項目"), "{message}");
    }

    #[test]
    fn a_text_no_field_takes_is_told() {
        let (_, told) = SheetTexts::from_folder(folder("認定.hbs", b"x").path());
        assert!(told[0].message.contains("認定.hbs") && told[0].hint.as_ref().unwrap().contains("認定率.hbs"));
    }
}
