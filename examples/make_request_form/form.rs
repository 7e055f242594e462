//! The form: one row a question, five cells to answer in, an explanation beside them. Empty rows are not asked for.

use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError,
};

/// Cells to answer in.
const ANSWERS: u16 = 5;
/// Column of the explanations.
const NOTES: u16 = ANSWERS + 1;

/// Colours of the standard sheet.
const ACCENT: Color = Color::RGB(0x0017C1);
const PALE: Color = Color::RGB(0xE8F1FE);
const GREY: Color = Color::RGB(0x666666);
const RULE: Color = Color::RGB(0xCCCCCC);
const FONT: &str = "BIZ UDPゴシック";

/// A question: its name, how many cells may be answered in, what may be chosen, and what it means.
struct Question {
    key: &'static str,
    answers: u16,
    choices: &'static [&'static str],
    note: &'static str,
}

const fn text(key: &'static str, answers: u16, note: &'static str) -> Question {
    Question { key, answers, choices: &[], note }
}

const fn choice(key: &'static str, answers: u16, choices: &'static [&'static str], note: &'static str) -> Question {
    Question { key, answers, choices, note }
}

const YES_NO: &[&str] = &["はい", "いいえ"];

const QUESTIONS: [Question; 19] = [
    choice(
        "依頼",
        1,
        &["シート", "不足"],
        "「シート」を作るか、「不足」（足りない数値と、それがそろう出力のしかた）を調べるか。空なら「シート」",
    ),
    text("自地域", 5, "保険者の名前か団体コード。例 福岡県福岡市、401307。右の欄に5つまで"),
    text("都道府県", 1, "この都道府県の保険者すべて。「すべて」で数値のある保険者すべて。自地域とどちらか一方だけ"),
    text("比較地域", 5, "例 福岡県久留米市。右の欄に5つまで。なしにするときは「なし」"),
    text("表示期間の始まり", 1, "例 令和5年度、R5、2023"),
    text("表示期間の終わり", 1, "例 令和7年度。空なら、数値のある新しい3年度"),
    text("指標追加", 5, "追加する指標の指標ID。例 D13-a"),
    choice("作るもの", 2, &["xlsx", "pdf"], "Excelのシート（xlsx）と、印刷用の資料（pdf）"),
    choice(
        "配布資料の種類",
        3,
        &["配布資料", "1枚もの", "記入用"],
        "PDFの種類。「配布資料」（A4）、「1枚もの」（A3）、「記入用」（書き込み用）",
    ),
    choice(
        "公開用",
        1,
        YES_NO,
        "「はい」で、公開・配布用の写しを作ります（作業用のシート、下書き、取扱注意の指標を除きます）",
    ),
    text("ひな形", 1, "作業フォルダーの中の場所。例 ひな形/わたしの様式.xlsx"),
    text("前のシート", 1, "文章を引き継ぐシートの、作業フォルダーの中の場所。このファイルには書き込みません"),
    choice("手書きの数値も置き換える", 1, YES_NO, "「はい」で、手で書かれた数値も新しい数値に置き換えます"),
    text("ファイル名", 1, "例 {{都道府県}} {{保険者}}_地域分析・検討シート_{{日付}}"),
    text("資料のファイル名", 1, "例 {{保険者}}_{{資料}}"),
    text("保存先", 1, "「出力」フォルダーの中に作るフォルダーの名前。例 第1回委員会"),
    text("上回る", 1, "この比以上を「上回る」とします。例 1.15"),
    text("下回る", 1, "この比以下を「下回る」とします。例 0.85"),
    text("作成日", 1, "作成日として書く日付。例 令和8年11月22日。空なら今日"),
];

/// Makes the form.
pub fn build() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The clock must not show in the bytes.
    let created = ExcelDateTime::from_ymd(2026, 11, 1)?;
    workbook.set_properties(
        &DocProperties::new().set_title("依頼の記入用紙").set_author("chiiki-sheet").set_creation_datetime(&created),
    );
    let base = Format::new().set_font_name(FONT).set_font_size(10).set_align(FormatAlign::VerticalCenter);
    let head = base.clone().set_bold().set_background_color(PALE).set_border_bottom(FormatBorder::Thin);
    let key = base.clone().set_bold();
    let entry = base
        .clone()
        .set_num_format("@")
        .set_background_color(Color::White)
        .set_border(FormatBorder::Thin)
        .set_border_color(RULE)
        .set_unlocked();
    let note = base.clone().set_font_color(GREY).set_text_wrap();
    let title = base.clone().set_bold().set_font_size(14).set_font_color(ACCENT);

    let sheet = workbook.add_worksheet().set_name("依頼")?;
    sheet.set_column_width(0, 26)?.set_column_range_width(1, ANSWERS, 16)?.set_column_width(NOTES, 62)?;
    sheet.write_with_format(0, 0, "項目", &head)?;
    for column in 1..=ANSWERS {
        let name = if column == 1 { "内容".to_owned() } else { format!("内容{column}") };
        sheet.write_with_format(0, column, name, &head)?;
    }
    sheet.write_with_format(0, NOTES, "説明", &head)?;
    for (row, question) in (1u32..).zip(&QUESTIONS) {
        sheet.set_row_height(row, 27)?;
        sheet.write_with_format(row, 0, question.key, &key)?;
        for column in 1..=question.answers {
            sheet.write_blank(row, column, &entry)?;
        }
        sheet.write_with_format(row, NOTES, question.note, &note)?;
        if !question.choices.is_empty() {
            let list = DataValidation::new()
                .allow_list_strings(question.choices)?
                .set_error_title("選んでください")?
                .set_error_message("▼から選んでください。")?;
            sheet.add_data_validation(row, 1, row, question.answers, &list)?;
        }
    }
    sheet.set_freeze_panes(1, 1)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 1);
    sheet.set_active(true);

    let help = workbook.add_worksheet().set_name("記入のしかた")?;
    help.set_column_width(0, 96)?;
    help.write_with_format(0, 0, "依頼の記入用紙", &title)?;
    for (row, line) in (2u32..).zip([
        "1. 「依頼」シートの白い欄に書きます。書かなかった項目は「設定.toml」のとおりになります。",
        "2. 名前を「依頼.xlsx」や「依頼_福岡市.xlsx」のように「依頼」で始めて保存し、「受付」フォルダーに入れます。",
        "3. 結果は「出力」フォルダーに、「依頼….txt」（人が読む用）と「依頼….result.json」（ほかのソフトが読む用）で出ます。",
        "4. 1か所でもまちがいがあれば、何も作らずに、どのセルをどう直すかを答えます。",
        "5. いくつも続けて頼むときは、1行目に項目の名前を横に並べ、2行目から1行に1件ずつ書いた表でも頼めます。",
    ]) {
        help.write_with_format(row, 0, line, &base.clone().set_text_wrap())?;
        help.set_row_height(row, 24)?;
    }
    workbook.save_to_buffer()
}
