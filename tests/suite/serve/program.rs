//! `run`, `open` and `stop` as a person uses them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::support::workspace;

fn program(user: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chiiki-sheet"));
    command.env("XDG_DATA_HOME", user).env("LOCALAPPDATA", user).env("HOME", user).env("USERPROFILE", user);
    command
}

#[test]
fn the_page_is_opened_by_a_link_and_the_service_ends_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let user = folder.path().join("user");
    std::fs::create_dir_all(&user).unwrap();
    let workspace = workspace(folder.path(), false).folder("");
    let stop = |user: &Path| program(user).arg("stop").arg("--workspace").arg(&workspace).output().unwrap();
    let print = |user: &Path| program(user).args(["open", "--print", "--workspace"]).arg(&workspace).output().unwrap();
    assert_eq!(print(&user).status.code(), Some(2), "nothing runs yet");

    let mut service = program(&user)
        .args(["run", "--no-open", "--workspace"])
        .arg(&workspace)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines();
    let line = lines.by_ref().map(|line| line.unwrap()).find(|line| line.contains("http://127.0.0.1:")).unwrap();
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();

    let link = String::from_utf8(print(&user).stdout).unwrap();
    assert!(link.starts_with(&format!("http://{address}/#t=")), "{link}");

    // Another user's program does not find the key, and gets no link.
    let stranger = folder.path().join("stranger");
    std::fs::create_dir_all(&stranger).unwrap();
    assert_eq!(print(&stranger).status.code(), Some(2));

    assert!(stop(&user).status.success());
    let rest: Vec<String> = lines.map(|line| line.unwrap()).collect();
    assert!(service.wait().unwrap().success(), "{rest:?}");
}

#[test]
fn without_a_command_the_page_opens() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing on the way that opens a browser.
    let mut service = program(folder.path())
        .env("PATH", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    assert!(lines.any(|line| line.starts_with("画面: http://127.0.0.1:")));
    assert!(program(folder.path()).arg("stop").output().unwrap().status.success());
    let rest: Vec<String> = lines.collect();
    assert!(service.wait().unwrap().success(), "{rest:?}");
    let mut told = String::new();
    std::io::Read::read_to_string(&mut service.stderr.take().unwrap(), &mut told).unwrap();
    assert!(told.contains("chiiki-sheet --help"), "{told}");
    // Nothing runs: the next step is told.
    let print = program(folder.path()).args(["open", "--print"]).output().unwrap();
    assert!(String::from_utf8(print.stderr).unwrap().contains("chiiki-sheet open"));
}
