//! Random tables as offices make them, with the truth they were made from: which number is of whom, what and when.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeMap;
use std::sync::Arc;

use chiiki_sheet::model::{CellRef, SourceFile};
use chiiki_sheet::read::{Book, BookKind, Cell, CellValue, Grid};

/// xorshift: the same tables on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as u32) % limit.max(1)
    }

    pub fn chance(&mut self, one_in: u32) -> bool {
        self.below(one_in) == 0
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u32) as usize]
    }
}

/// What one number counts: (name of the figures, area, period's key, sex)
pub type Key = (String, String, String, String);

/// A table and its truth.
pub struct Table {
    /// Which kind, for a failure
    pub kind: &'static str,
    pub book: Book,
    /// Numbers by what they count; two where a row is there twice
    pub truth: BTreeMap<Key, Vec<f64>>,
    /// The cell of a sum that is wrong by one
    pub wrong_sum: Option<CellRef>,
    /// Something contradicts itself or is withheld
    pub blemished: bool,
}

/// Towns by prefecture, both of two pairs of one name among them.
const TOWNS: [(&str, &[&str]); 5] = [
    ("東京都", &["府中市", "調布市", "町田市", "小金井市", "小平市", "日野市"]),
    ("広島県", &["府中市", "三次市", "庄原市", "竹原市", "三原市"]),
    ("福島県", &["伊達市", "相馬市", "二本松市", "田村市", "本宮市"]),
    ("福岡県", &["大牟田市", "久留米市", "直方市", "飯塚市", "田川市", "柳川市"]),
    ("北海道", &["伊達市", "函館市", "小樽市", "室蘭市", "釧路市"]),
];
/// Names of figures none of which is part of another, nor an indicator of the catalog.
const NAMES: [&str; 8] = [
    "商店従業者数",
    "図書館蔵書利用者",
    "生徒総計",
    "農家世帯員",
    "公園来園者",
    "寄附参加者",
    "転入届出者",
    "運転免許保有者",
];

/// A year as a heading spells it, and the key of the period it is.
fn years(random: &mut Random, later: i32) -> (Vec<CellValue>, Vec<String>) {
    let first = 2016 + random.below(5) as i32 + later;
    let count = 2 + random.below(3) as i32;
    let kind = random.below(7);
    let era = |year: i32| if year >= 2019 { ("令和", "R", year - 2018) } else { ("平成", "H", year - 1988) };
    let mut texts = Vec::new();
    let mut keys = Vec::new();
    for year in first..first + count {
        let (name, letter, number) = era(year);
        let written = if number == 1 && name == "令和" { "元".to_owned() } else { number.to_string() };
        let first_of_era = texts.is_empty() || number == 1;
        let text = match kind {
            0 => format!("{name}{written}年度"),
            1 if number == 1 => "平成31年度/令和元年度".to_owned(),
            1 => format!("{name}{written}年度"),
            // The era once, and again when it changes.
            2 if first_of_era => format!("{name}{written}年度"),
            2 => format!("{number}年度"),
            3 => format!("{name}{written}年3月末"),
            4 => format!("{letter}{number}年度"),
            5 => format!("{year}年度"),
            _ => format!("{name}{written}年"),
        };
        keys.push(match kind {
            3 => format!("FY{}", year - 1),
            6 => format!("calendar_year:{year}-12-31"),
            _ => format!("FY{year}"),
        });
        texts.push(CellValue::Text(text.as_str().into()));
    }
    (texts, keys)
}

struct Sheet {
    cells: BTreeMap<CellRef, CellValue>,
    merges: Vec<(CellRef, CellRef)>,
}

impl Sheet {
    fn new() -> Self {
        Self { cells: BTreeMap::new(), merges: Vec::new() }
    }

    fn text(&mut self, row: u32, col: u32, text: &str) {
        self.cells.insert(CellRef::new(row, col), CellValue::Text(text.into()));
    }

    fn grid(self, name: &str) -> Grid {
        let cells = self.cells.into_iter().map(|(at, value)| Cell { at, value }).collect();
        Grid::new(name, false, cells, self.merges)
    }
}

/// How numbers are written and what is said of them.
struct Style {
    thousand: bool,
    /// 0 in the title, 1 in a heading, 2 in a column
    unit_at: u32,
    notes: bool,
    top: u32,
}

impl Style {
    fn unit(&self) -> &'static str {
        if self.thousand { "千人" } else { "人" }
    }

    fn title(&self, text: &str) -> String {
        if self.unit_at == 0 { format!("{text}（単位：{}）", self.unit()) } else { text.to_owned() }
    }

    fn head(&self, name: &str) -> String {
        if self.unit_at == 1 { format!("{name}（{}）", self.unit()) } else { name.to_owned() }
    }

    /// The number as this table writes it; `None` for a withheld one.
    fn write(&self, value: i32, random: &mut Random) -> CellValue {
        let shown = if self.thousand { f64::from(value) / 1000.0 } else { f64::from(value) };
        if value < 0 && random.chance(2) {
            return CellValue::Text(format!("▲{}", -shown).as_str().into());
        }
        CellValue::Number(shown)
    }
}

struct Maker<'r> {
    random: &'r mut Random,
    /// How many years later than the table of the seed
    later: i32,
    style: Style,
    truth: BTreeMap<Key, Vec<f64>>,
    blemished: bool,
}

impl Maker<'_> {
    /// Writes one number and keeps it in mind; now and then a withheld one.
    fn number(&mut self, sheet: &mut Sheet, at: (u32, u32), what: &str, area: &str, period: &str, sex: &str) -> i32 {
        let value = self.random.below(900) as i32 * 10 + 7;
        let value = if self.random.chance(25) { -value } else { value };
        let key = (what.to_owned(), area.to_owned(), period.to_owned(), sex.to_owned());
        if self.random.chance(40) {
            sheet.text(at.0, at.1, "x");
            self.blemished = true;
            return 0;
        }
        let written = self.style.write(value, self.random);
        self.truth.entry(key).or_default().push(f64::from(value));
        sheet.cells.insert(CellRef::new(at.0, at.1), written);
        value
    }

    fn names(&mut self, count: usize) -> Vec<String> {
        let start = self.random.below(NAMES.len() as u32) as usize;
        (0..count).map(|at| NAMES[(start + at) % NAMES.len()].to_owned()).collect()
    }

    /// The title rows; the row of the first heading.
    fn titles(&mut self, sheet: &mut Sheet, text: &str) -> u32 {
        sheet.text(0, 0, &self.style.title(text));
        if self.style.notes {
            sheet.text(1, 0, "※この表は、届け出のあったものを集計したものである。");
        }
        1 + self.style.top + u32::from(self.style.notes)
    }

    /// Two or three prefectures' towns, in a column of their own or not.
    fn towns(&mut self) -> Vec<(&'static str, &'static str)> {
        let count = 1 + self.random.below(3);
        let start = self.random.below(TOWNS.len() as u32);
        let chosen = (0..count).map(|at| TOWNS[((start + at) % TOWNS.len() as u32) as usize]);
        chosen.flat_map(|(prefecture, towns)| towns.iter().map(move |town| (prefecture, *town))).collect()
    }

    /// Writes prefecture and town at the left; how the prefecture is written, `way` says.
    fn place(&self, sheet: &mut Sheet, row: u32, way: u32, first: bool, place: (&str, &str)) {
        match way {
            // each row, or once for its group
            0 => sheet.text(row, 0, place.0),
            1 if first => sheet.text(row, 0, place.0),
            1 => {}
            _ => return sheet.text(row, 1, &format!("{}{}", place.0, place.1)),
        }
        sheet.text(row, 1, place.1);
    }
}

fn shown(place: (&str, &str)) -> String {
    format!("{} {}", place.0, place.1)
}

/// Towns down; names, or years under one name, or years and sexes, across.
fn towns_down(make: &mut Maker<'_>, kind: &'static str) -> (Vec<(String, Sheet)>, Option<CellRef>) {
    let mut sheet = Sheet::new();
    let places = make.towns();
    let way = make.random.below(3);
    let (texts, keys) = years(make.random, make.later);
    let count = if kind == "names across" { 2 + make.random.below(3) as usize } else { 1 };
    let names = make.names(count);
    let mut columns: Vec<(String, String, String)> = Vec::new();
    let title = match kind {
        "names across" => format!("市町村別の状況（{}）", texts[0].display()),
        _ => "市町村別の状況".to_owned(),
    };
    let top = make.titles(&mut sheet, &title);
    let mut body = top + 1;
    if way != 2 {
        sheet.text(top, 0, "都道府県");
    }
    sheet.text(top, 1, "市町村");
    match kind {
        "names across" => {
            for (at, name) in names.iter().enumerate() {
                sheet.text(top, 2 + at as u32, &make.style.head(name));
                columns.push((name.clone(), keys[0].clone(), String::new()));
            }
        }
        "years across" => {
            sheet.text(top, 2, &make.style.head(&names[0]));
            sheet.merges.push((CellRef::new(top, 2), CellRef::new(top, 1 + texts.len() as u32)));
            for (at, text) in texts.iter().enumerate() {
                sheet.cells.insert(CellRef::new(top + 1, 2 + at as u32), text.clone());
                columns.push((names[0].clone(), keys[at].clone(), String::new()));
            }
            body = top + 2;
        }
        _ => {
            sheet.text(top, 2, &make.style.head(&names[0]));
            sheet.merges.push((CellRef::new(top, 2), CellRef::new(top, 1 + 3 * texts.len() as u32)));
            for (at, text) in texts.iter().enumerate() {
                let col = 2 + 3 * at as u32;
                sheet.cells.insert(CellRef::new(top + 1, col), text.clone());
                sheet.merges.push((CellRef::new(top + 1, col), CellRef::new(top + 1, col + 2)));
                for (place, sex) in ["計", "男", "女"].iter().enumerate() {
                    sheet.text(top + 2, col + place as u32, sex);
                    let said = if *sex == "計" { "" } else { sex };
                    columns.push((names[0].clone(), keys[at].clone(), said.to_owned()));
                }
            }
            body = top + 3;
        }
    }
    let mut row = body;
    let mut sums = vec![0i64; columns.len()];
    let mut last = "";
    let twice = make.random.chance(8).then(|| make.random.below(places.len() as u32) as usize);
    let before = make.blemished;
    for (at, place) in places.iter().enumerate() {
        if make.random.chance(20) {
            row += 1;
        }
        make.place(&mut sheet, row, way, last != place.0, *place);
        last = place.0;
        let mut halves = 0;
        for (col, (name, period, sex)) in columns.iter().enumerate() {
            let cell = (row, 2 + col as u32);
            if kind == "years and sexes" && sex.is_empty() {
                halves = col;
                continue;
            }
            let value = make.number(&mut sheet, cell, name, &shown(*place), period, sex);
            sums[col] += i64::from(value);
            if kind == "years and sexes" && sex == "女" {
                // The whole is the sum of both.
                let of = |sex: &str, make: &Maker<'_>| {
                    make.truth.get(&(name.clone(), shown(*place), period.clone(), sex.to_owned())).map(|all| all[0])
                };
                if let (Some(men), Some(women)) = (of("男", make), of("女", make)) {
                    let whole = (men + women) as i32;
                    let written = make.style.write(whole, make.random);
                    sheet.cells.insert(CellRef::new(row, 2 + halves as u32), written);
                    let key = (name.clone(), shown(*place), period.clone(), String::new());
                    make.truth.entry(key).or_default().push(f64::from(whole));
                    sums[halves] += i64::from(whole);
                } else {
                    sheet.text(row, 2 + halves as u32, "x");
                }
            }
        }
        row += 1;
        if twice == Some(at) {
            // The same row once more, or with another number: then it is nobody's.
            let other = make.random.chance(2);
            make.place(&mut sheet, row, if way == 1 { 1 } else { way }, false, *place);
            for col in 0..columns.len() as u32 {
                let value = sheet.cells.get(&CellRef::new(row - 1, 2 + col)).cloned();
                let value = match value {
                    Some(CellValue::Number(number)) if other => Some(CellValue::Number(number + 1.0)),
                    value => value,
                };
                if let Some(value) = value {
                    sheet.cells.insert(CellRef::new(row, 2 + col), value);
                }
            }
            make.blemished = true;
            row += 1;
        }
    }
    // A row of sums, right or wrong by one.
    let mut wrong = None;
    if make.blemished == before && make.random.chance(2) && !make.style.thousand {
        sheet.text(row, 1, "合計");
        if way == 0 {
            sheet.text(row, 0, "合計");
        }
        for (col, sum) in sums.iter().enumerate() {
            sheet.cells.insert(CellRef::new(row, 2 + col as u32), CellValue::Number(*sum as f64));
        }
        if make.random.chance(2) {
            let at = CellRef::new(row, 2 + make.random.below(columns.len() as u32));
            let Some(CellValue::Number(sum)) = sheet.cells.get(&at).cloned() else { panic!("a sum") };
            sheet.cells.insert(at, CellValue::Number(sum + 1.0));
            wrong = Some(at);
        }
    }
    if make.style.notes {
        sheet.text(row + 2, 0, "（注）四捨五入のため、合計が合わないことがある。");
    }
    (vec![("第1表".to_owned(), sheet)], wrong)
}

/// Years down, names across, the area in the title.
fn years_down(make: &mut Maker<'_>) -> Vec<(String, Sheet)> {
    let mut sheet = Sheet::new();
    let place = *make.random.pick(&[("福岡県", "久留米市"), ("広島県", "三次市"), ("東京都", "町田市")]);
    let top = make.titles(&mut sheet, &format!("{}{}の移り変わり", place.0, place.1));
    let (mut texts, mut keys) = years(make.random, make.later);
    while texts.len() < 3 {
        (texts, keys) = years(make.random, make.later);
    }
    let names = make.names(2);
    sheet.text(top, 0, "年度");
    if keys[0].starts_with("calendar") {
        sheet.text(top, 0, "年次");
    }
    for (at, name) in names.iter().enumerate() {
        sheet.text(top, 1 + at as u32, &make.style.head(name));
    }
    for (at, text) in texts.iter().enumerate() {
        let row = top + 1 + at as u32;
        sheet.cells.insert(CellRef::new(row, 0), text.clone());
        for (col, name) in names.iter().enumerate() {
            make.number(&mut sheet, (row, 1 + col as u32), name, &shown(place), &keys[at], "");
        }
    }
    vec![("推移".to_owned(), sheet)]
}

/// Names down, years across: of the area of the title, or of each sheet's.
fn names_down(make: &mut Maker<'_>, sheets: &[(&'static str, &'static str)]) -> Vec<(String, Sheet)> {
    let (texts, keys) = years(make.random, make.later);
    let names = make.names(4);
    let one = sheets.len() == 1;
    let mut all = Vec::new();
    for place in sheets {
        let mut sheet = Sheet::new();
        let title = if one { format!("{}{}の概況", place.0, place.1) } else { "主な指標の概況".to_owned() };
        let top = make.titles(&mut sheet, &title);
        let unit_column = make.style.unit_at == 2;
        let first = 1 + u32::from(unit_column);
        sheet.text(top, 0, "項目");
        if unit_column {
            sheet.text(top, 1, "単位");
        }
        for (at, text) in texts.iter().enumerate() {
            sheet.cells.insert(CellRef::new(top, first + at as u32), text.clone());
        }
        for (at, name) in names.iter().enumerate() {
            let row = top + 1 + at as u32;
            sheet.text(row, 0, &make.style.head(name));
            if unit_column {
                let unit = make.style.unit();
                sheet.text(row, 1, unit);
            }
            for (col, key) in keys.iter().enumerate() {
                make.number(&mut sheet, (row, first + col as u32), name, &shown(*place), key, "");
            }
        }
        let name = if one { "概況".to_owned() } else { format!("{}{}", place.0, place.1) };
        all.push((name, sheet));
    }
    all
}

/// Names down, several areas across, the year in the title.
fn areas_across(make: &mut Maker<'_>) -> Vec<(String, Sheet)> {
    let mut sheet = Sheet::new();
    let (texts, keys) = years(make.random, make.later);
    let top = make.titles(&mut sheet, &format!("近隣との比較（{}）", texts[0].display()));
    let places = make.towns();
    let places: Vec<_> = places.into_iter().take(4).collect();
    let stacked = make.random.chance(2);
    sheet.text(top, 0, "項目");
    for (at, place) in places.iter().enumerate() {
        let col = 1 + at as u32;
        if stacked {
            let first = at == 0 || places[at - 1].0 != place.0;
            if first {
                sheet.text(top, col, place.0);
                let last = places.iter().rposition(|other| other.0 == place.0).unwrap() as u32 + 1;
                sheet.merges.push((CellRef::new(top, col), CellRef::new(top, last)));
            }
            sheet.text(top + 1, col, place.1);
        } else {
            sheet.text(top, col, &format!("{}{}", place.0, place.1));
        }
    }
    let body = top + 1 + u32::from(stacked);
    for (at, name) in make.names(4).iter().enumerate() {
        let row = body + at as u32;
        sheet.text(row, 0, &make.style.head(name));
        for (col, place) in places.iter().enumerate() {
            make.number(&mut sheet, (row, 1 + col as u32), name, &shown(*place), &keys[0], "");
        }
    }
    vec![("比較".to_owned(), sheet)]
}

/// Towns written once over their names, years across.
fn towns_and_names_down(make: &mut Maker<'_>) -> Vec<(String, Sheet)> {
    let mut sheet = Sheet::new();
    let top = make.titles(&mut sheet, "市町村別の主な指標");
    let (texts, keys) = years(make.random, make.later);
    let names = make.names(3);
    sheet.text(top, 0, "市町村");
    sheet.text(top, 1, "項目");
    for (at, text) in texts.iter().enumerate() {
        sheet.cells.insert(CellRef::new(top, 2 + at as u32), text.clone());
    }
    let merged = make.random.chance(2);
    let mut row = top + 1;
    for place in make.towns().into_iter().take(5) {
        sheet.text(row, 0, &format!("{}{}", place.0, place.1));
        if merged {
            sheet.merges.push((CellRef::new(row, 0), CellRef::new(row + 2, 0)));
        }
        for name in &names {
            sheet.text(row, 1, &make.style.head(name));
            for (col, key) in keys.iter().enumerate() {
                make.number(&mut sheet, (row, 2 + col as u32), name, &shown(place), key, "");
            }
            row += 1;
        }
    }
    vec![("指標".to_owned(), sheet)]
}

/// Two blocks of towns and numbers side by side, the year in the title.
fn side_by_side(make: &mut Maker<'_>) -> Vec<(String, Sheet)> {
    let mut sheet = Sheet::new();
    let (texts, keys) = years(make.random, make.later);
    let top = make.titles(&mut sheet, &format!("市町村別一覧（{}）", texts[0].display()));
    let name = make.names(1).remove(0);
    let places = make.towns();
    let half = places.len().div_ceil(2);
    for block in 0..2u32 {
        sheet.text(top, block * 2, "市町村");
        sheet.text(top, block * 2 + 1, &make.style.head(&name));
    }
    for (at, place) in places.iter().enumerate() {
        let (row, col) = (top + 1 + (at % half) as u32, (at / half) as u32 * 2);
        sheet.text(row, col, &format!("{}{}", place.0, place.1));
        make.number(&mut sheet, (row, col + 1), &name, &shown(*place), &keys[0], "");
    }
    vec![("一覧".to_owned(), sheet)]
}

pub const KINDS: [&str; 9] = [
    "names across",
    "years across",
    "years and sexes",
    "years down",
    "names down",
    "an area a sheet",
    "areas across",
    "towns and names down",
    "side by side",
];

/// The table of a seed.
pub fn table(seed: u64) -> Table {
    table_of_year(seed, 0)
}

/// The table of a seed as the office makes it some years later: the same but for its years.
pub fn table_of_year(seed: u64, later: i32) -> Table {
    let mut random = Random::new(seed);
    let kind = KINDS[(seed % KINDS.len() as u64) as usize];
    let style = Style {
        thousand: random.chance(4),
        unit_at: random.below(if kind == "names down" || kind == "an area a sheet" { 3 } else { 2 }),
        notes: random.chance(3),
        top: random.below(2),
    };
    let mut make = Maker { random: &mut random, later, style, truth: BTreeMap::new(), blemished: false };
    let (sheets, wrong_sum) = match kind {
        "names across" | "years across" | "years and sexes" => towns_down(&mut make, kind),
        "years down" => (years_down(&mut make), None),
        "names down" => (names_down(&mut make, &[("福岡県", "飯塚市")]), None),
        "an area a sheet" => {
            let places = [("東京都", "府中市"), ("広島県", "府中市"), ("福岡県", "直方市")];
            (names_down(&mut make, &places), None)
        }
        "areas across" => (areas_across(&mut make), None),
        "towns and names down" => (towns_and_names_down(&mut make), None),
        _ => (side_by_side(&mut make), None),
    };
    let file =
        SourceFile { name: "統計表.xlsx".to_owned(), sha256: format!("{seed:064x}"), exported: None, ours: false };
    let grids = sheets.into_iter().map(|(name, sheet)| sheet.grid(&name)).collect();
    let book = Book { file: Arc::new(file), kind: BookKind::Xlsx, grids };
    Table { kind, book, truth: make.truth, wrong_sum, blemished: make.blemished }
}
