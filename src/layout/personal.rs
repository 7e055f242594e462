//! Tables with personal data are refused before anything is kept.

use crate::diagnostic::Place;
use crate::error::FileError;
use crate::notation::fold;
use crate::read::Book;

/// Headings that only tables about single people have.
const HEADINGS: [&str; 16] = [
    "被保険者番号",
    "氏名",
    "生年月日",
    "被保険者氏名",
    "利用者氏名",
    "氏名カナ",
    "カナ氏名",
    "個人番号",
    "マイナンバー",
    "被保番",
    "被保番号",
    "被保険者No",
    "被保険者No.",
    "被保険者名",
    "利用者名",
    "氏名フリガナ",
];

/// Rows from the top in which a table's heading is looked for.
const HEADING_ROWS: u32 = 40;

/// Refuses a book in which a heading row speaks of single people. The message names no content.
pub fn refuse(book: &Book) -> Result<(), FileError> {
    for grid in &book.grids {
        for cell in grid.cells().iter().take_while(|cell| cell.at.row < HEADING_ROWS) {
            let Some(text) = cell.value.as_text() else { continue };
            if text.chars().count() > 20 {
                continue;
            }
            let folded = fold(text);
            // 「氏名（漢字）」 says what 「氏名」 says.
            let heading = folded.split('(').next().unwrap_or_default();
            if HEADINGS.contains(&heading) {
                return Err(FileError::refused(
                    "personal-data",
                    format!(
                        "個人の情報と思われる列「{folded}」があるため、読み取りませんでした。控えも残していません。"
                    ),
                    "集計した表にしてから入れ直してください。このファイルは、不要であれば削除してください。",
                )
                .at(Place::cell(book.file.name.clone(), grid.name.to_string(), cell.at)));
            }
        }
    }
    Ok(())
}
