//! The note beside a file that was not taken: what, why, what to do next. Never a cell's content.

use crate::diagnostic::{Diagnostic, Severity};
use crate::intake::FileReport;
use crate::model::{Date, Outcome};
use crate::notation::wareki_date;

/// What a file with personal data needs, instead of everything else.
const PERSONAL: &str = "personal-data";

/// Questions and remarks listed beyond this are counted.
const LISTED: usize = 10;

/// The text of `<name>.txt` in 隔離, for Notepad (byte order mark, CRLF). `reports` and `diagnostics` are those of the
/// dropped file: of each entry, when it was a zip.
///
/// A heading of a table with personal data is named, as its refusal does; figures, names and texts never are.
pub fn quarantine_note(name: &str, reports: &[FileReport], diagnostics: &[Diagnostic], date: Date) -> String {
    let personal = diagnostics.iter().any(|told| told.code == PERSONAL);
    let waiting = reports.iter().any(|report| report.outcome == Outcome::Waiting);
    let mut lines = vec![
        format!("『{name}』は取り込めなかったため、この「隔離」フォルダーに移しました。"),
        format!("日付：{}", wareki_date(date)),
        String::new(),
        "■ 理由".to_owned(),
    ];
    if reports.is_empty() {
        lines.push("読み取れませんでした。".to_owned());
    }
    for report in reports.iter().take(LISTED) {
        let message = report.message.as_deref().unwrap_or("この中のほかのファイルと一緒に移しました。");
        if reports.len() == 1 {
            lines.push(message.to_owned());
        } else {
            lines.push(format!("・{}［{}］", report.file, report.outcome.label()));
            lines.push(format!("　{message}"));
        }
    }
    if reports.len() > LISTED {
        lines.push(format!("　ほか {}件", reports.len() - LISTED));
    }
    let told = |diagnostic: &&Diagnostic| {
        let said = reports
            .iter()
            .any(|report| report.message.as_deref().is_some_and(|message| message.contains(&diagnostic.message)));
        diagnostic.severity != Severity::Info && !said
    };
    let places: Vec<String> = diagnostics.iter().filter(told).map(ToString::to_string).collect();
    if !places.is_empty() {
        lines.extend([String::new(), "■ くわしく".to_owned()]);
        lines.extend(places.iter().take(LISTED).map(|place| format!("・{place}")));
        if places.len() > LISTED {
            lines.push(format!("　ほか {}件", places.len() - LISTED));
        }
    }
    lines.extend([String::new(), "■ 次にすること".to_owned()]);
    lines.extend(next_steps(personal, waiting).iter().map(|step| (*step).to_owned()));
    format!("\u{feff}{}\r\n", lines.join("\r\n"))
}

fn next_steps(personal: bool, waiting: bool) -> &'static [&'static str] {
    if personal {
        return &[
            "1. このファイルには、個人の情報が入っているおそれがあります。中身はどこにも写していません（記録にも残していません）。",
            "2. 必要なファイルであれば、決められた保管場所に移してください。要らなければ、このフォルダーから削除してください。",
            "3. 統計として使うときは、個人が分からないように集計した表を作り、それを「受付」に入れてください。",
        ];
    }
    if waiting {
        return &[
            "1. 上の案内のとおりに、ファイルの名前か中身を直すか、コピーし直してください。",
            "2. 直したファイルを「受付」に入れてください。",
            "3. この「隔離」のファイルとメモは、要らなくなったら消してかまいません。",
        ];
    }
    &[
        "1. 上の案内のとおりに、ファイルを直すか、出力し直してください。",
        "2. できたファイルを「受付」に入れてください。",
        "3. この「隔離」のファイルとメモは、要らなくなったら消してかまいません。",
    ]
}
