//! This PC and the program itself.

use super::Check;
use crate::clock;
use crate::handout::{Options, TemplateFiles, glyphs, options};
use crate::intake::{Reader, read_one_bytes};
use crate::job::standard_template;

/// No earlier than this product; a clock before that was never set.
const FIRST_YEAR: i32 = 2026;

pub(super) fn clock() -> Check {
    const NAME: &str = "時計";
    let today = clock::today();
    if (FIRST_YEAR..=2100).contains(&today.year) {
        return Check::good("clock", NAME, format!("日本の日付で {today} です。"));
    }
    Check::bad("clock", NAME, format!("{today} になっています。"), "Windowsの「日付と時刻」を直してください。")
}

/// A table goes through the child process, as every dropped file does.
pub(super) fn reader() -> Check {
    const NAME: &str = "ファイルの読み取り";
    let read = Reader::child()
        .and_then(|mut reader| read_one_bytes("doctor.csv", "地域,値\r\n見本県みほん市,1\r\n".as_bytes(), &mut reader));
    let hint = "ウイルス対策ソフトが chiiki-sheet を止めていないか、情報システムの担当に確かめてください。";
    match read {
        Ok(Ok(_)) => Check::good("reader", NAME, "読み取り用の処理を始められます。"),
        Ok(Err(error)) => Check::bad("reader", NAME, error.message, hint),
        Err(error) => Check::bad("reader", NAME, error.to_string(), hint),
    }
}

/// Fonts and templates are inside the program: when they do not load, the program file itself is damaged.
pub(super) fn parts() -> Check {
    const NAME: &str = "書体と様式";
    let options = TemplateFiles::shipped().get(options::FILE).map(Options::parse);
    let problem = match (standard_template(), options) {
        (Err(error), _) => Some(error.to_string()),
        (_, Some(Err(problem))) => Some(problem.to_diagnostic().to_string()),
        (_, None) => Some("紙面の設定がありません。".to_owned()),
        _ if !"地域分析・検討シート①～髙".chars().all(glyphs::printable) => {
            Some("書体に足りない文字があります。".to_owned())
        }
        _ => None,
    };
    match problem {
        None => Check::good("parts", NAME, "そろっています。"),
        Some(problem) => Check::bad("parts", NAME, problem, "chiiki-sheet を入れ直してください。"),
    }
}
