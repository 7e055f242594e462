//! A sheet's figures as a table for Excel's own data connection (Power Query): read-only, with a token of its own,
//! off until somebody asks for it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::http::{Problem, Response};
use super::super::key::{Key, same};
use super::super::library::Sheet;
use super::super::room::{Room, problem};
use super::super::router::Call;
use super::super::service::App;
use super::sheets::{load, wish_of};
use super::{Answer, bad, ok};
use crate::job;
use crate::model::Datum;

/// Headings of the table.
const HEADINGS: [&str; 9] = ["指標ID", "指標名", "単位", "区分", "地域", "年度", "値", "データなしの理由", "出典"];

struct Row {
    texts: [String; 9],
    value: Option<f64>,
    year: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// On with a new token, or off
    on: bool,
    /// For which sheet the address is told
    #[serde(default)]
    sheet: Option<String>,
}

/// `POST /table-token`
pub fn token(app: &App, call: &Call<'_>) -> Answer {
    let room = app.room()?;
    let Wanted { on, sheet } = call.json()?;
    if !on {
        room.notes.change(|noted| noted.table_token = None).map_err(problem)?;
        return ok(&json!({ "url": null, "m_code": null, "steps": [] }));
    }
    let sheet = sheet.ok_or_else(|| bad("sheet にシートを指定してください。"))?;
    let sheet = room.sheet(&sheet)?;
    let token = match room.notes.read(|noted| noted.table_token.clone()) {
        Some(token) => token,
        None => {
            let token = Key::random().map_err(problem)?.as_str().to_owned();
            let kept = token.clone();
            room.notes.change(|noted| noted.table_token = Some(kept)).map_err(problem)?;
            token
        }
    };
    let url = format!("http://127.0.0.1:{}/api/v1/table.csv?token={token}&sheet={}", app.port(), sheet.id);
    let m_code = format!(
        "let\n    元 = Csv.Document(Web.Contents(\"{url}\"), [Delimiter=\",\", Encoding=65001, QuoteStyle=QuoteStyle.Csv]),\n    見出し = Table.PromoteHeaders(元, [PromoteAllScalars=true]),\n    型 = Table.TransformColumnTypes(見出し, {{{{\"年度\", Int64.Type}}, {{\"値\", type number}}}}, \"ja-JP\")\nin\n    型\n"
    );
    ok(&json!({
        "url": url, "m_code": m_code,
        "steps": [
            "Excelで「データ」→「データの取得」→「その他のデータ ソースから」→「空のクエリ」を選びます。",
            "「ホーム」→「詳細エディター」を開き、画面の「式をコピーする」でコピーした式を、もとの文と入れ替えて貼り付け、「完了」を押します。",
            "資格情報を聞かれたら「匿名」を選んで「接続」を押します。",
            "「閉じて読み込む」を押すと表になります。「すべて更新」を押すと、いまの数値になります。",
            "使わなくなったら、この画面の「つなげないようにする」を押してください。つなぐ先は使えなくなります。",
        ],
    }))
}

fn rows(app: &App, call: &Call<'_>) -> Result<Vec<Row>, Problem> {
    let off = || {
        Problem::new(
            403,
            "table-off",
            "表の取得は切ってあります。",
            "画面でシートを開き、「ほかの操作」の「Power Queryでつなぐ」で入れてください。",
        )
    };
    let room = app.room().map_err(|_| off())?;
    let token = room.notes.read(|noted| noted.table_token.clone()).ok_or_else(off)?;
    if !call.query("token").is_some_and(|given| same(given, &token)) {
        return Err(Problem::new(
            401,
            "token-wrong",
            "このアドレスは、もう使えません。",
            "画面で新しいアドレスを出してください。",
        ));
    }
    let id = call.query("sheet").ok_or_else(|| bad("sheet にシートを指定してください。"))?;
    of_sheet(app, &room, &room.sheet(id)?)
}

fn of_sheet(app: &App, room: &Room, sheet: &Sheet) -> Result<Vec<Row>, Problem> {
    let held = room.held()?;
    let (_, book) = load(sheet)?;
    let wish = wish_of(sheet, &book, &held);
    let request = wish.request(&held, app.today())?;
    let (comparison, _) = job::understand(&request, &held.evidence, &held.catalog).map_err(problem)?;
    let mut rows = Vec::new();
    for row in &comparison.rows {
        for (&(who, year), observation) in &row.figures {
            let Some(participant) = comparison.participants.get(who) else { continue };
            let (value, mark) = match observation.datum {
                Datum::Value(value) => (Some(value), ""),
                Datum::Missing(reason) => (None, reason.mark()),
            };
            let role = match participant.role {
                crate::form::Role::Own => "自地域",
                crate::form::Role::Prefecture => "都道府県",
                crate::form::Role::Nation => "全国",
                crate::form::Role::Other(_) => "比較地域",
            };
            rows.push(Row {
                texts: [
                    row.indicator.id.to_string(),
                    row.indicator.name.clone(),
                    row.indicator.unit.to_string(),
                    role.to_owned(),
                    participant.area.name.clone(),
                    year.to_string(),
                    value.map(|value| value.to_string()).unwrap_or_default(),
                    mark.to_owned(),
                    observation.source.to_string(),
                ],
                value,
                year,
            });
        }
    }
    Ok(rows)
}

/// `GET /table.csv?token=&sheet=`
pub fn csv(app: &App, call: &Call<'_>) -> Answer {
    let rows = rows(app, call)?;
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![0xEF, 0xBB, 0xBF]);
    let failed = |error: &dyn std::fmt::Display| Problem::new(500, "internal", error.to_string(), "");
    out.write_record(HEADINGS).map_err(|error| failed(&error))?;
    for row in &rows {
        out.write_record(row.texts.iter().map(|text| harmless(text))).map_err(|error| failed(&error))?;
    }
    let bytes = out.into_inner().map_err(|error| failed(&error))?;
    Ok(Response::new(200, "text/csv; charset=utf-8", bytes))
}

/// `GET /table.json?token=&sheet=`
pub fn json(app: &App, call: &Call<'_>) -> Answer {
    let rows = rows(app, call)?;
    let told: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut object = serde_json::Map::new();
            for (heading, text) in HEADINGS.iter().zip(&row.texts) {
                let value = match *heading {
                    "年度" => json!(row.year),
                    "値" => json!(row.value),
                    _ => json!(text),
                };
                object.insert((*heading).to_owned(), value);
            }
            Value::Object(object)
        })
        .collect();
    ok(&json!({ "rows": told }))
}

/// A text that a spreadsheet would take for a formula gets an apostrophe; numbers stay numbers, negative ones too.
fn harmless(text: &str) -> String {
    let starts = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']);
    let starts = starts || text.starts_with(['\t', '\r']);
    // The marks 「-」 and 「―」 for missing figures are no formulas.
    let plain = text.parse::<f64>().is_ok_and(f64::is_finite) || text.chars().count() == 1;
    if starts && !plain { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_are_made_harmless_and_numbers_stay() {
        for text in ["=1+1", "+SUM(A1)", "-2+3", "@x", "＝1", " =1", "\t=1", "=HYPERLINK(\"a\")", "-x"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["-3.5", "+2", "12", "みほん市", "-", "―", ""] {
            assert_eq!(harmless(text), text);
        }
    }
}
