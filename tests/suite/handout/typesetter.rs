//! Papers set in a child: the same papers, and whatever stops the child costs no more than one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chiiki_sheet::error::Cancel;
use chiiki_sheet::handout::{Kind, TemplateFiles, Typesetter, child};

use super::{date, options, sample};

const EXE: &str = env!("CARGO_BIN_EXE_chiiki-sheet");

fn request(kind: Kind) -> child::Request {
    let template = TemplateFiles::shipped();
    child::Request { handout: sample("mihon.json"), kind, options: options(kind), template, date: date() }
}

fn edited(layout: &str) -> child::Request {
    child::Request { template: TemplateFiles::shipped().with("handout.typ", layout), ..request(Kind::Worksheet) }
}

fn set(typesetter: &Typesetter, request: &child::Request) -> Result<Vec<u8>, String> {
    let made = typesetter.set(request, &Cancel::default()).unwrap();
    made.map(|(pdf, _)| pdf).map_err(|error| error.to_string())
}

/// A program that is no typesetter.
#[cfg(unix)]
fn script(folder: &Path, lines: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;

    let path = folder.join("program.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn one_child_sets_all_papers_as_they_are_set_here() {
    let apart = Typesetter::of(EXE);
    assert_eq!(apart.process_id(), None, "nothing is started before it is needed");
    apart.wake();
    let first = apart.process_id();
    assert!(first.is_some());
    for kind in Kind::ALL {
        let (there, here) = (set(&apart, &request(kind)).unwrap(), set(&Typesetter::Here, &request(kind)).unwrap());
        assert!(there == here, "{}", kind.label());
        assert_eq!(apart.process_id(), first);
    }
    let other = apart.clone();
    drop(apart);
    assert!(set(&other, &request(Kind::Worksheet)).is_ok());
    assert_eq!(other.process_id(), first);
    drop(other);
    if let Some(first) = first.filter(|_| cfg!(target_os = "linux")) {
        assert!(!Path::new(&format!("/proc/{first}")).exists(), "it outlives the last who may ask it");
    }
}

#[test]
fn a_layout_that_stops_the_child_costs_its_own_paper_only() {
    let apart = Typesetter::of(EXE);
    let wanted = set(&apart, &request(Kind::Worksheet)).unwrap();
    let first = apart.process_id();
    let told = set(&apart, &edited("#let all = range(400000000)\n#all.len()\n")).unwrap_err();
    assert!(told.contains("ひな形の処理が途中で止まりました") && told.contains("見直して"), "{told}");
    assert!(set(&apart, &request(Kind::Worksheet)).unwrap() == wanted);
    assert_ne!(apart.process_id(), first);
}

#[cfg(unix)]
#[test]
fn a_child_that_was_ended_while_it_waited_is_started_anew() {
    let apart = Typesetter::of(EXE);
    let wanted = set(&apart, &request(Kind::Worksheet)).unwrap();
    let nearly = format!("{}\n", TemplateFiles::shipped().get("handout.typ").unwrap());
    for asked in [request(Kind::Worksheet), edited(&nearly)] {
        let first = apart.process_id().unwrap();
        let ended = std::process::Command::new("kill").args(["-KILL", &first.to_string()]).status().unwrap();
        assert!(ended.success());
        assert!(set(&apart, &asked).unwrap() == wanted);
        assert_ne!(apart.process_id(), Some(first));
    }
}

#[cfg(unix)]
#[test]
fn a_child_that_dies_at_every_paper_is_told_and_does_not_go_on_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let apart = Typesetter::of(script(folder.path(), "echo once >> \"$(dirname \"$0\")/starts\""));
    let told = set(&apart, &request(Kind::Handout)).unwrap_err();
    assert!(told.contains("配布資料を組む処理が途中で止まりました") && told.contains("もう一度作って"), "{told}");
    assert!(!told.contains("書きかえた"), "nobody edited anything: {told}");
    let starts = std::fs::read_to_string(folder.path().join("starts")).unwrap();
    assert_eq!(starts.lines().count(), 2);
}

#[cfg(unix)]
#[test]
fn an_edited_layout_that_never_ends_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let apart = Typesetter::within(script(folder.path(), "exec tail -f /dev/null"), Duration::from_millis(300));
    let told = set(&apart, &edited("#abc")).unwrap_err();
    assert!(told.contains("終わらない繰り返し"), "{told}");
    assert_eq!(apart.process_id(), None);
}

#[test]
fn where_no_child_can_be_started_the_shipped_layout_still_gives_its_paper() {
    let apart = Typesetter::of("/nowhere/chiiki-sheet");
    assert!(
        set(&apart, &request(Kind::Worksheet)).unwrap() == set(&Typesetter::Here, &request(Kind::Worksheet)).unwrap()
    );
    let told = set(&apart, &edited("#abc")).unwrap_err();
    assert!(told.contains("始められませんでした"), "{told}");
}
