//! Putting the add-in in place and looking at what hinders it: files and commands as text, and a made-up Windows.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use chiiki_sheet::addin::certificate;
use chiiki_sheet::addin::check::check;
use chiiki_sheet::addin::doctor::examine;
use chiiki_sheet::addin::install::{self, DEVELOPER_KEY};
use chiiki_sheet::addin::manifest::{ID, Installation};
use chiiki_sheet::addin::place::Places;
use chiiki_sheet::addin::system::{Answer, Step, System, run_all};
use chiiki_sheet::doctor::Check;

/// A Windows that answers by what stands in it and remembers what was run.
#[derive(Default)]
struct MadeUp {
    registry: BTreeMap<(String, String), String>,
    trusted: Vec<String>,
    reached: bool,
    ran: RefCell<Vec<String>>,
    fails: Option<&'static str>,
}

impl System for MadeUp {
    fn is_windows(&self) -> bool {
        true
    }

    fn run(&self, program: &str, arguments: &[String]) -> std::io::Result<Answer> {
        let line = format!("{program} {}", arguments.join(" "));
        self.ran.borrow_mut().push(line.clone());
        let yes = |text: &str| Ok(Answer { ok: true, text: text.to_owned() });
        if self.fails.is_some_and(|word| line.contains(word)) {
            return Ok(Answer::default());
        }
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match (program, words.as_slice()) {
            ("reg", ["query", key, "/v", name]) => {
                let found = self.registry.get(&(key.to_uppercase(), (*name).to_owned()));
                found.map_or(Ok(Answer::default()), |value| yes(&format!("\r\n{key}\r\n    {name}    {value}\r\n\r\n")))
            }
            ("certutil", ["-user", "-store", "Root", thumbprint]) => {
                Ok(Answer { ok: self.trusted.iter().any(|known| known == thumbprint), text: String::new() })
            }
            ("powershell", _) => yes(if self.reached { "200\r\n" } else { "no\r\n" }),
            _ => yes(""),
        }
    }
}

impl MadeUp {
    fn set(&mut self, key: &str, name: &str, value: &str) {
        self.registry.insert((key.to_uppercase(), name.to_owned()), value.to_owned());
    }
}

fn installation() -> Installation {
    Installation { port: 54_321, key: Some("k".repeat(43)) }
}

#[test]
fn for_one_user_it_is_a_file_and_a_value_of_the_registry() {
    let root = tempfile::tempdir().unwrap();
    let places = Places::below(root.path());
    let plan = install::for_user(&places, &installation()).unwrap();
    assert_eq!(plan.steps.len(), 1);
    let path = places.manifest().display().to_string();
    assert_eq!(plan.steps[0].arguments, ["add", DEVELOPER_KEY, "/v", ID, "/t", "REG_SZ", "/d", &path, "/f"]);
    assert!(!places.manifest().exists(), "nothing is written before it is asked for");
    plan.write_files().unwrap();
    assert!(check(&std::fs::read_to_string(places.manifest()).unwrap()).is_empty());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(places.manifest()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "the manifest holds the key");
    }
    install::remove_files(&places).unwrap();
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    assert_eq!(install::forget()[0].line(), format!("reg delete {DEVELOPER_KEY} /v {ID} /f"));
}

#[test]
fn a_command_is_shown_as_one_would_type_it() {
    let step = Step::new("", "certutil", &["-user", "-addstore", "Root", r"C:\Users\見本 太郎\ca.pem"]);
    assert_eq!(step.line(), r#"certutil -user -addstore Root "C:\Users\見本 太郎\ca.pem""#);
}

#[test]
fn a_share_gets_a_manifest_without_a_key_and_registry_files() {
    let out = tempfile::tempdir().unwrap();
    let plan = install::for_share(r"\\sv01\地域分析 アドイン", out.path(), 54_321).unwrap();
    assert!(plan.steps.is_empty());
    plan.write_files().unwrap();
    let manifest = std::fs::read_to_string(out.path().join("manifest.xml")).unwrap();
    assert!(check(&manifest).is_empty() && !manifest.contains("?k="));
    let text = |name: &str| {
        let bytes = std::fs::read(out.path().join(name)).unwrap();
        let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        String::from_utf16(&units).unwrap()
    };
    let add = text("共有フォルダーを信頼.reg");
    assert!(add.starts_with("\u{feff}Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\WEF\\TrustedCatalogs\\{"), "{add}");
    assert!(
        add.contains("\"Url\"=\"\\\\\\\\sv01\\\\地域分析 アドイン\"\r\n") && add.contains("\"Flags\"=dword:00000001"),
        "{add}"
    );
    let away = text("共有フォルダーの信頼をやめる.reg");
    let key = add.lines().find(|line| line.starts_with('[')).unwrap();
    assert!(away.contains(&key.replace('[', "[-")), "{away}");
}

#[test]
fn a_folder_office_would_refuse_is_refused_here() {
    for share in [r"C:\addins", r"\\sv01", r"\\sv01\", "//sv01/addins", "\\\\sv01\\a\"b", ""] {
        let told = install::for_share(share, Path::new("x"), 1).unwrap_err().to_string();
        assert!(told.contains(r"\\サーバー名\フォルダー"), "{told}");
    }
}

#[test]
fn a_tenant_gets_a_manifest_without_a_key() {
    let out = tempfile::tempdir().unwrap();
    let plan = install::for_tenant(out.path(), 54_321).unwrap();
    plan.write_files().unwrap();
    let manifest = std::fs::read_to_string(out.path().join("manifest.xml")).unwrap();
    assert!(check(&manifest).is_empty() && !manifest.contains("?k="));
    assert!(plan.then.iter().any(|line| line.contains("管理センター")));
}

#[test]
fn a_command_that_fails_stops_the_rest() {
    let steps = [
        Step::new("", "reg", &["delete", "gone"]).or_nothing(),
        Step::new("", "certutil", &["-addstore"]),
        Step::new("", "reg", &["add", "late"]),
    ];
    let pc = MadeUp { fails: Some("-addstore"), ..MadeUp::default() };
    let told = run_all(&pc, &steps).unwrap_err().to_string();
    assert!(told.contains("certutil -addstore") && told.contains("情報システム担当"), "{told}");
    assert_eq!(*pc.ran.borrow(), ["reg delete gone", "certutil -addstore"]);
    let pc = MadeUp { fails: Some("gone"), ..MadeUp::default() };
    run_all(&pc, &steps).unwrap();
}

fn found<'a>(checks: &'a [Check], id: &str) -> &'a Check {
    checks.iter().find(|check| check.id == id).unwrap_or_else(|| panic!("{id} was not looked at"))
}

#[test]
fn the_doctor_looks_at_every_step() {
    let root = tempfile::tempdir().unwrap();
    let places = Places::below(root.path());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut pc = MadeUp::default();
    let checks = examine(&places, Some(nobody), &pc);
    for (id, hint) in [
        ("certificate", "tls create"),
        ("manifest", "addin install"),
        ("registry", "addin install"),
        ("officejs", "addin officejs"),
    ] {
        let check = found(&checks, id);
        assert!(check.ok == Some(false) && check.hint.as_deref().unwrap().contains(hint), "{check:?}");
    }

    let thumbprint = certificate::create(&places.tls()).unwrap().thumbprint.unwrap();
    let plan = install::for_user(&places, &Installation { port: nobody, key: None }).unwrap();
    plan.write_files().unwrap();
    pc.trusted.push(thumbprint);
    pc.reached = true;
    pc.set(DEVELOPER_KEY, ID, &format!("REG_SZ    {}", places.manifest().display()));
    let checks = examine(&places, Some(nobody), &pc);
    for id in ["certificate", "trust", "windows-door", "manifest", "registry", "policy-store", "policy-connected"] {
        assert_eq!(found(&checks, id).ok, Some(true), "{id}");
    }
    assert_eq!(found(&checks, "door").ok, Some(false));
    // A name that no template of Microsoft's gives is no answer while nothing is set.
    assert_eq!(found(&checks, "policy-web-addins").ok, None);
    assert!(found(&checks, "policy-web-addins").message.contains("確認できません"));
    // The manifest points at another door than the service's.
    assert_eq!(found(&examine(&places, Some(nobody ^ 1), &pc), "manifest").ok, Some(false));
}

#[test]
fn settings_of_the_workplace_are_told_with_what_then() {
    let root = tempfile::tempdir().unwrap();
    let places = Places::below(root.path());
    let catalogs = r"Software\Policies\Microsoft\Office\16.0\WEF\TrustedCatalogs";
    let privacy = r"Software\Policies\Microsoft\Office\16.0\Common\Privacy";
    for (id, hive, key, name, value) in [
        ("policy-web-addins", "HKCU", catalogs, "DisableAllCatalogs", "0x1"),
        ("policy-store", "HKLM", catalogs, "DisableOMEXCatalogs", "0x1"),
        ("policy-shares", "HKCU", catalogs, "AllowUserDefinedFileShareCatalogs", "0x0"),
        ("policy-connected", "HKCU", privacy, "DisconnectedState", "0x2"),
        ("policy-optional", "HKCU", privacy, "ControllerConnectedServicesEnabled", "0x2"),
    ] {
        let mut pc = MadeUp::default();
        pc.set(&format!(r"{hive}\{key}"), name, &format!("REG_DWORD    {value}"));
        let checks = examine(&places, None, &pc);
        assert!(found(&checks, id).ok == Some(false) && found(&checks, id).hint.is_some(), "{id}");
        let others = checks.iter().filter(|check| check.id.starts_with("policy") && check.id != id);
        assert!(others.clone().all(|check| check.ok != Some(false)));
        assert_eq!(others.count(), 4);
    }
    // Allowed by the workplace is no hindrance.
    let mut pc = MadeUp::default();
    pc.set(&format!(r"HKCU\{privacy}"), "DisconnectedState", "REG_DWORD    0x1");
    assert_eq!(found(&examine(&places, None, &pc), "policy-connected").ok, Some(true));
}

#[test]
fn elsewhere_than_on_windows_nothing_is_claimed() {
    struct Elsewhere;
    impl System for Elsewhere {
        fn is_windows(&self) -> bool {
            false
        }
        fn run(&self, program: &str, _: &[String]) -> std::io::Result<Answer> {
            panic!("{program} was run")
        }
    }
    let root = tempfile::tempdir().unwrap();
    let places = Places::below(root.path());
    certificate::create(&places.tls()).unwrap();
    let checks = examine(&places, Some(1), &Elsewhere);
    for id in ["trust", "windows-door", "registry", "policy-store", "policy-web-addins"] {
        let check = found(&checks, id);
        assert!(check.ok.is_none() && check.message.contains("確認できません"), "{check:?}");
    }
}
