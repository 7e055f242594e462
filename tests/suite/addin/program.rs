//! `addin` and `tls` as commands: what they say, what a dry run leaves alone, and that nothing is left in the end.

use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;
use std::process::{Command, Output};

fn run(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chiiki-sheet"))
        .args(arguments)
        .env("XDG_DATA_HOME", home)
        .env("LOCALAPPDATA", home)
        .env("HOME", home)
        .output()
        .unwrap()
}

#[cfg(unix)]
fn said(home: &Path, arguments: &[&str]) -> String {
    let out = run(home, arguments);
    assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[cfg(unix)]
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

// On Windows the commands would change the PC of whoever runs the tests.
#[cfg(unix)]
#[test]
fn from_certificate_to_removal_nothing_is_left() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("作業");
    let work = workspace.to_str().unwrap();
    said(home.path(), &["init", work]);
    let own = home.path().join("chiiki-sheet");
    let kept = |name: &str| own.join(name).exists();

    assert!(said(home.path(), &["tls", "status"]).contains("証明書はありません"));
    assert!(said(home.path(), &["tls", "create", "--dry-run"]).contains("まだ何もしていません"));
    assert!(!kept("tls"));
    assert!(said(home.path(), &["tls", "create"]).contains("拇印"));
    assert!(said(home.path(), &["tls", "create"]).contains("もうあります"));
    let trust = said(home.path(), &["tls", "trust", "--yes"]);
    assert!(trust.contains("certutil -user -addstore Root") && trust.contains("実行していません"), "{trust}");
    assert!(said(home.path(), &["tls", "status"]).contains("このPCで作ったもの"));
    assert!(said(home.path(), &["tls", "renew", "--yes"]).contains("-delstore"));

    let dry = said(home.path(), &["addin", "install", "--workspace", work, "--dry-run"]);
    assert!(dry.contains("reg add HKCU") && dry.contains("まだ何もしていません"), "{dry}");
    assert!(!kept("addin"));
    said(home.path(), &["addin", "install", "--workspace", work, "--yes"]);
    let manifest = own.join("addin/manifest.xml");
    assert!(said(home.path(), &["addin", "check", manifest.to_str().unwrap()]).contains("誤りは見つかりませんでした"));
    let doctor = said(home.path(), &["addin", "doctor", "--workspace", work]);
    assert!(doctor.contains("［よい］アドインの定義") && doctor.contains("［不明］"), "{doctor}");
    assert!(doctor.contains("に誰もいません"), "{doctor}");

    // The same port and key every time: Excel keeps what it was told.
    let text = std::fs::read_to_string(&manifest).unwrap();
    said(home.path(), &["addin", "install", "--workspace", work, "--yes"]);
    assert_eq!(std::fs::read_to_string(&manifest).unwrap(), text);
    std::fs::write(&manifest, text.replace("Icon.80\"", "Icon.81\"")).unwrap();
    let wrong = run(home.path(), &["addin", "check", manifest.to_str().unwrap()]);
    assert_eq!(wrong.status.code(), Some(2));

    let dry = said(home.path(), &["addin", "uninstall", "--dry-run"]);
    assert!(dry.contains("reg delete") && dry.matches("-delstore").count() == 2, "{dry}");
    assert!(kept("addin") && kept("tls"));
    said(home.path(), &["addin", "uninstall", "--yes"]);
    assert!(!kept("addin") && !kept("tls") && !kept("officejs"));
    // Port and key belong to the page in the browser, which goes on.
    assert_eq!(files(&own).iter().filter(|path| !path.starts_with(own.join("services"))).count(), 0);
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    let home = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| {
        let out = run(home.path(), arguments);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(out.stderr).unwrap()
    };
    assert!(told(&["addin", "install"]).contains("chiiki-sheet init"));
    assert!(told(&["tls", "trust"]).contains("tls create"));
    assert!(told(&["addin", "officejs", "--from", "無い.tgz"]).contains("無い.tgz"));
    assert!(told(&["addin", "uninstall"]).contains("--yes"));
    assert!(told(&["tls", "import", "--cert", "無い.pem", "--key", "無い.pem"]).contains("無い.pem"));
}
