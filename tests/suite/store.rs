//! Originals and index: what goes in comes out, and the index can be thrown away.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Helpers of tests, too, may stop a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chiiki_sheet::error::Error;
use chiiki_sheet::model::{
    Area, AreaCode, AreaLevel, CellRef, Date, Datum, Derivation, Dimensions, EntryField, EntryText, IndicatorId,
    MissingReason, Observation, Outcome, Period, PeriodKind, SourceFile, SourceRef,
};
use chiiki_sheet::store::{FileRecord, LEDGER_FOLDER, Query, Reading, Store, rebuild, sha256_hex};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

// ---- What random files hold -------------------------------------------------------------------------------------

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("75歳以上".to_owned()),
        Just("葛\u{e0100}城 '\"\\\u{0}\n🗾".to_owned()),
        "\\PC{0,6}",
    ]
}

fn date() -> impl Strategy<Value = Date> {
    (1868..2200i32, 1..=12u8).prop_map(|(year, month)| Date::month_end(year, month).unwrap())
}

fn area() -> impl Strategy<Value = Arc<Area>> {
    let code = option::of((90_000..99_999u32).prop_map(|five| AreaCode::from_five(&five.to_string()).unwrap()));
    let level = prop::sample::select(vec![
        AreaLevel::Nation,
        AreaLevel::Prefecture,
        AreaLevel::Insurer,
        AreaLevel::Municipality,
        AreaLevel::Ward,
        AreaLevel::Other,
    ]);
    (code, text(), option::of(text()), level)
        .prop_map(|(code, name, prefecture, level)| Arc::new(Area { code, name, prefecture, level }))
}

fn period() -> impl Strategy<Value = Arc<Period>> {
    let kind = prop::sample::select(vec![
        PeriodKind::FiscalYear,
        PeriodKind::Date,
        PeriodKind::Month,
        PeriodKind::CalendarYear,
    ]);
    (text(), kind, option::of(any::<i32>()), option::of(date()), option::of(any::<u8>()), any::<bool>()).prop_map(
        |(label, kind, form_year, date, months, part_year)| {
            Arc::new(Period { label, kind, form_year, date, months, part_year })
        },
    )
}

fn datum() -> impl Strategy<Value = Datum> {
    let reasons =
        vec![MissingReason::NotApplicable, MissingReason::Unknown, MissingReason::Suppressed, MissingReason::Blank];
    let awkward = vec![0.0, -0.0, 1.0, -1.0, 0.1 + 0.2, 5e-324, -2.2e-310, f64::MAX, f64::MIN, 2f64.powi(63), 1e18];
    prop_oneof![
        prop::num::f64::ANY.prop_filter("finite", |value| value.is_finite()).prop_map(Datum::Value),
        prop::sample::select(awkward).prop_map(Datum::Value),
        prop::sample::select(reasons).prop_map(Datum::Missing),
    ]
}

fn dimensions() -> impl Strategy<Value = Dimensions> {
    let field = || option::weighted(0.3, text());
    (field(), field(), field(), field(), field()).prop_map(|(care_level, service, age, sex, standardisation)| {
        Dimensions { care_level, service, age, sex, standardisation }
    })
}

fn cell() -> impl Strategy<Value = CellRef> {
    // Few cells, so that some figures share one.
    prop_oneof![
        (0..3u32, 0..3u32).prop_map(|(row, col)| CellRef::new(row, col)),
        Just(CellRef::new(CellRef::MAX_ROWS - 1, CellRef::MAX_COLS - 1)),
    ]
}

fn file() -> impl Strategy<Value = (Reading, Vec<u8>)> {
    let observation =
        (text(), area(), period(), datum(), text(), dimensions(), option::of(any::<u8>()), text(), cell());
    let entry = (text(), prop::sample::select(EntryField::ALL.to_vec()), text(), text(), cell());
    // Some files say one thing twice.
    let figures = (vec(observation, 0..20), 0..2usize);
    (any::<[u8; 8]>(), text(), option::of(date()), option::of(any::<i32>()), figures, vec(entry, 0..4)).prop_map(
        |(bytes, name, exported, year, (figures, repeats), entries)| {
            let file = SourceFile { name, sha256: sha256_hex(&bytes), exported, ours: false };
            let shared = Arc::new(file.clone());
            let source = |sheet: String, cell| SourceRef { file: Arc::clone(&shared), sheet: sheet.into(), cell };
            let repeated: Vec<_> = figures.iter().take(repeats).cloned().collect();
            let observations = figures.into_iter().chain(repeated).map(
                |(indicator, area, period, datum, unit, dimensions, decimals, sheet, cell)| Observation {
                    indicator: IndicatorId::new(&indicator),
                    area,
                    period,
                    datum,
                    unit: unit.into(),
                    dimensions: Arc::new(dimensions),
                    decimals,
                    source: source(sheet, cell),
                    derived: None,
                },
            );
            let observations = observations.collect();
            let texts = entries
                .into_iter()
                .map(|(block, field, text, sheet, cell)| EntryText { block, field, text, source: source(sheet, cell) })
                .collect();
            let record = FileRecord { file, layout: "表".to_owned(), outcome: Outcome::Read, message: None, year };
            (Reading { record, observations, texts }, bytes.to_vec())
        },
    )
}

fn files() -> impl Strategy<Value = Vec<(Reading, Vec<u8>)>> {
    vec(file(), 0..5).prop_map(|mut files| {
        files.sort_by(|a, b| a.1.cmp(&b.1));
        files.dedup_by(|a, b| a.1 == b.1);
        files
    })
}

/// `{:?}` of an f64 tells -0.0 from 0.0 and prints enough digits to tell any two numbers apart.
fn exactly<T: std::fmt::Debug>(items: impl IntoIterator<Item = T>) -> Vec<String> {
    items.into_iter().map(|item| format!("{item:?}")).collect()
}

fn sorted(mut items: Vec<String>) -> Vec<String> {
    items.sort();
    items
}

fn put(store: &mut Store, (reading, bytes): &(Reading, Vec<u8>)) {
    let stored = store.put_original(&reading.record.file.name, bytes).unwrap();
    assert_eq!(stored.sha256, reading.record.file.sha256);
    store.put_file(&reading.record, &reading.observations, &reading.texts).unwrap();
}

/// All that the store can tell.
fn everything(store: &Store) -> [Vec<String>; 4] {
    [
        exactly(store.load(&Query::default()).unwrap()),
        exactly(store.texts().unwrap()),
        exactly(store.files().unwrap()),
        exactly(store.originals().unwrap().map(|original| (original.sha256, original.names, original.year))),
    ]
}

fn workspace() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn index_of(workspace: &Path) -> PathBuf {
    workspace.join(LEDGER_FOLDER).join("index.sqlite")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_in_comes_out(files in files()) {
        let folder = workspace();
        let mut store = Store::open(folder.path()).unwrap();
        for file in &files {
            put(&mut store, file);
        }
        drop(store);

        let store = Store::open(folder.path()).unwrap();
        let put_in = exactly(files.iter().flat_map(|(reading, _)| &reading.observations));
        prop_assert_eq!(sorted(exactly(store.load(&Query::default()).unwrap())), sorted(put_in));
        let put_in = exactly(files.iter().flat_map(|(reading, _)| &reading.texts));
        prop_assert_eq!(sorted(exactly(store.texts().unwrap())), sorted(put_in));
        let put_in = exactly(files.iter().map(|(reading, _)| &reading.record));
        prop_assert_eq!(sorted(exactly(store.files().unwrap())), sorted(put_in));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        (files, shuffled) in files().prop_flat_map(|files| (Just(files.clone()), Just(files).prop_shuffle())),
        reversed in any::<bool>(),
    ) {
        let (one, other) = (workspace(), workspace());
        let (mut first, mut second) = (Store::open(one.path()).unwrap(), Store::open(other.path()).unwrap());
        for file in &files {
            put(&mut first, file);
        }
        for (mut reading, bytes) in shuffled {
            if reversed {
                reading.observations.reverse();
                reading.texts.reverse();
            }
            put(&mut second, &(reading, bytes));
        }
        prop_assert_eq!(everything(&first), everything(&second));
    }

    #[test]
    fn putting_twice_changes_nothing_and_forgetting_leaves_the_others(files in files()) {
        let folder = workspace();
        let mut store = Store::open(folder.path()).unwrap();
        for file in files.iter().skip(1) {
            put(&mut store, file);
        }
        let others = everything(&store);
        for file in &files {
            put(&mut store, file);
        }
        let all = everything(&store);
        for file in &files {
            put(&mut store, file);
        }
        prop_assert_eq!(everything(&store), all);
        if let Some((reading, _)) = files.first() {
            prop_assert!(store.forget(&reading.record.file.sha256).unwrap());
            prop_assert!(!store.forget(&reading.record.file.sha256).unwrap());
        }
        prop_assert_eq!(everything(&store), others);
    }

    #[test]
    fn the_index_can_be_made_again_from_the_originals(files in files(), damage in any::<bool>()) {
        let folder = workspace();
        let mut store = Store::open(folder.path()).unwrap();
        for file in &files {
            put(&mut store, file);
        }
        let before = everything(&store);
        drop(store);
        if damage {
            fs::write(index_of(folder.path()), b"SQLite format 3\0 and then nothing of the kind").unwrap();
        } else {
            fs::remove_file(index_of(folder.path())).unwrap();
        }

        let rebuilt = rebuild(folder.path(), |name, bytes, year| {
            let (reading, _) = files.iter().find(|(_, known)| known == bytes).unwrap();
            assert_eq!((name, year), (reading.record.file.name.as_str(), reading.record.year));
            Ok(reading.clone())
        }).unwrap();

        prop_assert_eq!(rebuilt.files, files.len());
        prop_assert_eq!(rebuilt.diagnostics, vec![]);
        prop_assert_eq!(everything(&Store::open(folder.path()).unwrap()), before);
    }

    #[test]
    fn a_query_loads_what_it_names_and_nothing_else(
        files in files(), picks in vec(any::<prop::sample::Index>(), 3), nation in any::<bool>(), what in 0..8u8,
    ) {
        let folder = workspace();
        let mut store = Store::open(folder.path()).unwrap();
        for file in &files {
            put(&mut store, file);
        }
        let all = store.load(&Query::default()).unwrap();
        prop_assume!(!all.is_empty());
        let pick = |n: usize| picks[n].get(&all);
        let query = Query {
            areas: (what & 1 > 0).then(|| BTreeSet::from([pick(0).area.key().to_owned(), "ない".to_owned()])),
            prefecture: (what & 2 > 0).then(|| pick(1).area.prefecture.clone().unwrap_or_default()),
            nation,
            indicators: (what & 4 > 0).then(|| BTreeSet::from([pick(2).indicator.clone()])),
        };
        let wanted = |observation: &&Observation| {
            let area = &observation.area;
            let named = query.areas.as_ref().is_some_and(|keys| keys.contains(area.key()));
            let home = query.prefecture.as_ref().is_some_and(|name| {
                area.prefecture.as_ref() == Some(name)
                    || area.prefecture.is_none() && area.level == AreaLevel::Prefecture && area.name == *name
            });
            let everywhere = query.areas.is_none() && query.prefecture.is_none();
            (everywhere || named || home || nation && area.level == AreaLevel::Nation)
                && query.indicators.as_ref().is_none_or(|ids| ids.contains(&observation.indicator))
        };
        let expected = exactly(all.iter().filter(wanted));
        prop_assert_eq!(exactly(store.load(&query).unwrap()), expected);
    }
}

// ---- Told as stories --------------------------------------------------------------------------------------------

fn record(name: &str, bytes: &[u8]) -> FileRecord {
    FileRecord {
        file: SourceFile { name: name.to_owned(), sha256: sha256_hex(bytes), exported: None, ours: false },
        layout: "indicator_table".to_owned(),
        outcome: Outcome::Read,
        message: None,
        year: None,
    }
}

fn figure(record: &FileRecord, value: f64) -> Observation {
    Observation {
        indicator: IndicatorId::new("B4-a"),
        area: Arc::new(Area {
            code: AreaCode::from_five("90201"),
            name: "見本県 みほん市".to_owned(),
            prefecture: Some("見本県".to_owned()),
            level: AreaLevel::Insurer,
        }),
        period: Arc::new(Period::form_year("R7(2025)", 2025)),
        datum: Datum::Value(value),
        unit: Arc::from("％"),
        dimensions: Arc::default(),
        decimals: Some(1),
        source: SourceRef {
            file: Arc::new(record.file.clone()),
            sheet: Arc::from("表"),
            cell: CellRef::parse("C7").unwrap(),
        },
        derived: None,
    }
}

#[test]
fn loaded_observations_share_their_words() {
    let folder = workspace();
    let mut store = Store::open(folder.path()).unwrap();
    store.put_original("a.xlsx", b"a").unwrap();
    let record = record("a.xlsx", b"a");
    store.put_file(&record, &[figure(&record, 1.0), figure(&record, 2.0)], &[]).unwrap();

    let loaded = store.load(&Query::default()).unwrap();

    let [one, two] = loaded.as_slice() else { panic!("{loaded:?}") };
    assert!(Arc::ptr_eq(&one.area, &two.area));
    assert!(Arc::ptr_eq(&one.period, &two.period));
    assert!(Arc::ptr_eq(&one.unit, &two.unit));
    assert!(Arc::ptr_eq(&one.source.file, &two.source.file));
    assert!(Arc::ptr_eq(&one.source.sheet, &two.source.sheet));
    assert!(Arc::ptr_eq(&one.indicator.0, &two.indicator.0));
}

#[test]
fn one_content_is_kept_once_under_all_its_names() {
    let folder = workspace();
    let mut store = Store::open(folder.path()).unwrap();
    assert!(store.put_original("表.xlsx", b"bytes").unwrap().new);
    assert!(!store.put_original("令和5年度_表.xlsx", b"bytes").unwrap().new);
    let stored = store.put_original("表.xlsx", b"bytes").unwrap();
    assert!(!stored.new);

    let originals: Vec<_> = store.originals().unwrap().collect();
    assert_eq!(originals.len(), 1);
    assert_eq!(originals[0].names, ["表.xlsx", "令和5年度_表.xlsx"]);
    assert_eq!(originals[0].bytes().unwrap(), b"bytes");
    let path = folder.path().join(LEDGER_FOLDER).join("originals").join(&stored.sha256[..2]).join(&stored.sha256);
    assert!(fs::metadata(&path).unwrap().permissions().readonly());
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2, "the copy and its note, nothing else");
}

#[test]
fn the_name_last_read_and_the_answered_year_survive_the_index() {
    let folder = workspace();
    let mut store = Store::open(folder.path()).unwrap();
    store.put_original("表.csv", b"bytes").unwrap();
    store.put_original("年報.csv", b"bytes").unwrap();
    let mut read = record("年報.csv", b"bytes");
    read.outcome = Outcome::Waiting;
    read.message = Some("何年度の表ですか。".to_owned());
    store.put_file(&read, &[], &[]).unwrap();
    read.outcome = Outcome::Empty;
    read.message = None;
    read.year = Some(2023);
    store.put_file(&read, &[], &[]).unwrap();
    drop(store);
    fs::remove_file(index_of(folder.path())).unwrap();

    let mut seen = Vec::new();
    rebuild(folder.path(), |name, _, year| {
        seen.push((name.to_owned(), year));
        Ok(Reading { record: read.clone(), observations: vec![], texts: vec![] })
    })
    .unwrap();

    assert_eq!(seen, [("年報.csv".to_owned(), Some(2023))]);
    assert_eq!(Store::open(folder.path()).unwrap().files().unwrap(), [read]);
}

#[test]
fn a_damaged_original_gives_no_figure_and_is_mended_by_the_good_file() {
    let folder = workspace();
    let mut store = Store::open(folder.path()).unwrap();
    let sha256 = store.put_original("表.xlsx", b"bytes").unwrap().sha256;
    let path = folder.path().join(LEDGER_FOLDER).join("originals").join(&sha256[..2]).join(&sha256);
    fs::remove_file(&path).unwrap();
    fs::write(&path, b"bytez").unwrap();

    let rebuilt = rebuild(folder.path(), |_, _, _| panic!("a damaged original must not be read")).unwrap();
    assert_eq!((rebuilt.files, rebuilt.diagnostics.len()), (0, 1));
    assert_eq!(rebuilt.diagnostics[0].code, "original-damaged");
    assert_eq!(rebuilt.diagnostics[0].place.file.as_deref(), Some("表.xlsx"));

    assert!(!store.put_original("表.xlsx", b"bytes").unwrap().new);
    assert_eq!(store.originals().unwrap().next().unwrap().bytes().unwrap(), b"bytes");
}

#[test]
fn a_lost_note_is_said() {
    let folder = workspace();
    let mut store = Store::open(folder.path()).unwrap();
    let sha256 = store.put_original("表.xlsx", b"bytes").unwrap().sha256;
    let note = folder.path().join(LEDGER_FOLDER).join("originals").join(&sha256[..2]).join(format!("{sha256}.json"));
    for damage in [None, Some("{\"names\":")] {
        fs::remove_file(&note).unwrap();
        if let Some(text) = damage {
            fs::write(&note, text).unwrap();
        }
        let original = store.originals().unwrap().next().unwrap();
        assert_eq!(original.name(), sha256);
        assert_eq!(original.notice.unwrap().code, "original-note-lost");
        fs::write(&note, "").unwrap();
    }
    store.put_original("表.xlsx", b"bytes").unwrap();
    assert_eq!(store.originals().unwrap().next().unwrap().notice, None);
}

#[test]
fn an_unusable_index_names_the_way_out() {
    type Spoil = fn(&Path);
    let reasons: [(&str, Spoil); 5] = [
        ("damaged", |index| fs::write(index, [b'x'; 8192]).unwrap()),
        ("cut off", |index| fs::OpenOptions::new().write(true).open(index).unwrap().set_len(5000).unwrap()),
        ("newer", |index| execute(index, "PRAGMA user_version = 99")),
        ("a stranger's", |index| execute(index, "PRAGMA application_id = 7")),
        ("lost", |index| fs::remove_file(index).unwrap()),
    ];
    for (what, spoil) in reasons {
        let folder = workspace();
        let mut store = Store::open(folder.path()).unwrap();
        store.put_original("a.xlsx", b"a").unwrap();
        let record = record("a.xlsx", b"a");
        store.put_file(&record, &[figure(&record, 1.0)], &[]).unwrap();
        drop(store);
        spoil(&index_of(folder.path()));

        // Asked twice: a failed opening must not turn into an empty store.
        for _ in 0..2 {
            let error = Store::open(folder.path()).expect_err(what);
            assert!(matches!(error, Error::Store { .. }), "{what}: {error:?}");
            assert!(error.to_string().contains("chiiki-sheet rebuild で作り直してください"), "{what}: {error}");
        }
        let reading = Reading { observations: vec![figure(&record, 1.0)], texts: vec![], record };
        let rebuilt = rebuild(folder.path(), |_, _, _| Ok(reading.clone())).unwrap();
        assert_eq!(rebuilt.observations, 1, "{what}");
        assert_eq!(Store::open(folder.path()).unwrap().load(&Query::default()).unwrap(), reading.observations);
    }
}

fn execute(index: &Path, sql: &str) {
    rusqlite::Connection::open(index).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_rebuild_that_fails_leaves_the_old_index() {
    let folder = workspace();
    let mut store = Store::open(folder.path()).unwrap();
    store.put_original("a.xlsx", b"a").unwrap();
    let record = record("a.xlsx", b"a");
    store.put_file(&record, &[figure(&record, 1.0)], &[]).unwrap();
    let before = everything(&store);
    drop(store);

    rebuild(folder.path(), |_, _, _| Err(Error::Internal("a reader's fault".to_owned()))).unwrap_err();

    assert_eq!(everything(&Store::open(folder.path()).unwrap()), before);
}

#[test]
fn what_the_store_must_not_hold_is_refused_and_changes_nothing() {
    let folder = workspace();
    let mut store = Store::open(folder.path()).unwrap();
    store.put_original("a.xlsx", b"a").unwrap();
    let known = record("a.xlsx", b"a");
    let good = figure(&known, 1.0);
    store.put_file(&known, std::slice::from_ref(&good), &[]).unwrap();
    let before = everything(&store);

    let derivation = Derivation { rule: Arc::from("分子 ÷ 分母"), sources: Arc::from([good.source.clone()]) };
    let derived = Observation { derived: Some(derivation), ..good.clone() };
    let foreign = figure(&record("b.xlsx", b"b"), 1.0);
    let no_day = Period { date: Some(Date { year: 2025, month: 2, day: 30 }), ..Period::form_year("R6", 2024) };
    let no_day = Observation { period: Arc::new(no_day), ..good.clone() };
    for bad in [derived, foreign, no_day, figure(&known, f64::NAN), figure(&known, f64::INFINITY)] {
        let error = store.put_file(&known, &[good.clone(), bad], &[]).unwrap_err();
        assert!(matches!(error, Error::Internal(_)), "{error:?}");
        assert_eq!(everything(&store), before);
    }
    let not_kept = record("b.xlsx", b"b");
    assert!(matches!(store.put_file(&not_kept, &[], &[]), Err(Error::Internal(_))));
    assert!(matches!(store.forget("../../設定.toml"), Err(Error::Internal(_))));
    assert_eq!(everything(&store), before);
}

#[test]
fn a_workspace_that_does_not_exist_is_the_users_to_mend() {
    let folder = workspace();
    let error = Store::open(&folder.path().join("ない")).unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error:?}");
    assert!(error.to_string().contains("chiiki-sheet init"), "{error}");
}

#[test]
fn two_open_stores_see_each_others_files() {
    let folder = workspace();
    let mut one = Store::open(folder.path()).unwrap();
    let two = Store::open(folder.path()).unwrap();
    one.put_original("a.xlsx", b"a").unwrap();
    let record = record("a.xlsx", b"a");
    one.put_file(&record, &[figure(&record, -0.0)], &[]).unwrap();
    assert_eq!(everything(&one), everything(&two));
}

#[test]
fn a_rebuilt_index_knows_the_order_in_which_files_came() {
    let folder = workspace();
    let mut store = Store::open(folder.path()).unwrap();
    // Their hashes stand in no order.
    let files: Vec<(String, Vec<u8>)> =
        (0..6).map(|k| (format!("{}.csv", 9 - k), format!("内容{}", k * 7).into_bytes())).collect();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    for (k, (name, bytes)) in files.iter().enumerate() {
        let kept = store.put_original(name, bytes).unwrap();
        store.put_file(&record(name, bytes), &[], &[]).unwrap();
        // An hour lay between one and the next.
        let path = store.original_path(&kept.sha256).unwrap();
        let mut may = fs::metadata(&path).unwrap().permissions();
        let locked = may.clone();
        #[allow(clippy::permissions_set_readonly_false, reason = "given back at once")]
        may.set_readonly(false);
        fs::set_permissions(&path, may).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(long_ago + std::time::Duration::from_secs(3600 * k as u64)).unwrap();
        fs::set_permissions(&path, locked).unwrap();
    }
    let order = |store: &Store| {
        let mut all: Vec<(i64, String)> =
            store.arrivals().unwrap().into_iter().map(|(sha256, at)| (at, sha256)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, sha256)| sha256).collect::<Vec<_>>()
    };
    let came: Vec<String> = files.iter().map(|(_, bytes)| sha256_hex(bytes)).collect();
    assert_eq!(order(&store), came);
    drop(store);
    rebuild(folder.path(), |name, bytes, _| {
        Ok(Reading { record: record(name, bytes), observations: vec![], texts: vec![] })
    })
    .unwrap();
    assert_eq!(order(&Store::open(folder.path()).unwrap()), came);
}
