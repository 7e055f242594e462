//! Tries every step between a click in Excel and the service, and says what to do about the first that fails.

mod handshake;
mod policy;

use std::time::Duration;

use super::certificate::{self, Kind};
use super::check;
use super::install::DEVELOPER_KEY;
use super::manifest::ID;
use super::officejs::Shelf;
use super::place::Places;
use super::system::System;
use crate::doctor::Check;

pub use handshake::{Tried, handshake};

fn look(id: &'static str, name: &str, ok: Option<bool>, message: impl Into<String>) -> Check {
    Check { id, name: name.to_owned(), ok, message: message.into(), hint: None }
}

/// Says what to do.
trait Advice {
    fn hint(self, hint: &str) -> Self;
}

impl Advice for Check {
    fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }
}

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks at everything. `port`: that of the https door, where it is known.
pub fn examine(places: &Places, port: Option<u16>, system: &dyn System) -> Vec<Check> {
    let mut checks = certificate_checks(places, system);
    checks.push(door(places, port));
    checks.extend(windows_door(port, system));
    checks.push(manifest_check(places, port));
    checks.push(registry(places, system));
    checks.extend(policy::checks(system));
    checks.push(office_js(places));
    checks
}

fn certificate_checks(places: &Places, system: &dyn System) -> Vec<Check> {
    let (dir, name) = (places.tls(), "証明書");
    let status = match certificate::status(&dir) {
        Ok(Some(status)) => status,
        Ok(None) => {
            return vec![
                look("certificate", name, Some(false), "まだありません。")
                    .hint("chiiki-sheet tls create で作ってください。"),
            ];
        }
        Err(error) => return vec![look("certificate", name, Some(false), error.to_string())],
    };
    let until = &status.card.until;
    let first = if status.exposed {
        look("certificate", name, Some(false), "鍵をほかの利用者が読めます。")
            .hint("chiiki-sheet tls renew で作り直してください。")
    } else if status.days_left < 0 {
        look("certificate", name, Some(false), format!("期限（{until}）が過ぎています。"))
            .hint("chiiki-sheet tls renew（取り込んだものは tls import）で新しくしてください。")
    } else if status.ends_soon() {
        look("certificate", name, Some(true), format!("あと{}日（{until}まで）です。", status.days_left))
            .hint("chiiki-sheet tls renew（取り込んだものは tls import）で新しくしてください。")
    } else {
        look("certificate", name, Some(true), format!("{until}まで使えます。"))
    };
    let trust = match (status.card.kind, certificate::trusted(&dir, system)) {
        (Kind::Imported, _) => {
            look("trust", "証明書の信頼", None, "取り込んだ証明書の発行元が登録されているかは、次の接続で確かめます。")
        }
        (Kind::Own, Some(true)) => look("trust", "証明書の信頼", Some(true), "登録されています。"),
        (Kind::Own, Some(false)) => look("trust", "証明書の信頼", Some(false), "登録されていません。")
            .hint("chiiki-sheet tls trust を実行してください。職場の設定で止められている場合は、ブラウザーの画面を使ってください。"),
        (Kind::Own, None) => look("trust", "証明書の信頼", None, "確認できません（Windowsではありません）。"),
    };
    vec![first, trust]
}

/// A real handshake with the door, and a request.
fn door(places: &Places, port: Option<u16>) -> Check {
    let name = "サービスの https の窓口";
    let start = "chiiki-sheet run でサービスを起動してください。";
    let Some(port) = port else {
        return look("door", name, Some(false), "ポートが決まっていません。").hint(start);
    };
    match handshake(&places.tls(), port, PATIENCE) {
        Tried::Answered(status) => {
            look("door", name, Some(true), format!("https://localhost:{port} が応答しました（{status}）。"))
        }
        Tried::NoListener => {
            look("door", name, Some(false), format!("https://localhost:{port} に誰もいません。")).hint(start)
        }
        Tried::Refused(why) => look(
            "door",
            name,
            Some(false),
            format!("https://localhost:{port} の証明書が、このPCのものと合いません（{why}）。"),
        )
        .hint("サービスを止めて起動し直してください。ほかの利用者が同じポートを使っていることもあります。"),
        Tried::NoCertificate(why) => look("door", name, Some(false), why),
    }
}

/// The same as Windows itself sees it: the only check that knows of the rules of the workplace.
fn windows_door(port: Option<u16>, system: &dyn System) -> Option<Check> {
    let (name, port) = ("Windowsから見た接続", port?);
    if !system.is_windows() {
        return Some(look("windows-door", name, None, "確認できません（Windowsではありません）。"));
    }
    let command = format!(
        "try {{ [Net.ServicePointManager]::SecurityProtocol = 'Tls12'; (Invoke-WebRequest -UseBasicParsing -TimeoutSec 5 https://localhost:{port}/addin/icons/icon-16.png).StatusCode }} catch {{ 'no' }}"
    );
    let arguments = ["-NoProfile", "-NonInteractive", "-Command", &command].map(str::to_owned);
    Some(match system.run("powershell", &arguments) {
        Ok(answer) if answer.text.trim() == "200" => {
            look("windows-door", name, Some(true), "Windowsが証明書を認めました。")
        }
        Ok(_) => look("windows-door", name, Some(false), "Windowsからはつながりません。").hint(
            "chiiki-sheet tls trust を実行してください。済んでいるのに直らないときは、利用者が加えた証明書を認めない設定かもしれません。情報システム担当に相談するか、ブラウザーの画面を使ってください。",
        ),
        Err(_) => look("windows-door", name, None, "確認できません（PowerShellを実行できません）。"),
    })
}

fn manifest_check(places: &Places, port: Option<u16>) -> Check {
    let name = "アドインの定義";
    let again = "chiiki-sheet addin install を実行してください。";
    let Ok(text) = std::fs::read_to_string(places.manifest()) else {
        return look("manifest", name, Some(false), "まだありません。").hint(again);
    };
    let told = check::check(&text);
    if let Some(first) = told.first() {
        let message = format!("{}件の誤りがあります。{}", told.len(), first.message);
        return look("manifest", name, Some(false), message).hint(again);
    }
    if port.is_some_and(|port| !text.contains(&format!("https://localhost:{port}/"))) {
        return look("manifest", name, Some(false), "サービスと違うポートを指しています。").hint(again);
    }
    look("manifest", name, Some(true), format!("誤りはありません（{}）。", places.manifest().display()))
}

fn registry(places: &Places, system: &dyn System) -> Check {
    let name = "Excelへの登録";
    let again = "chiiki-sheet addin install を実行してください。共有フォルダーか管理センターで配ったときは、このままで構いません。";
    match policy::query(system, DEVELOPER_KEY, ID) {
        policy::Found::Unknown => look("registry", name, None, "確認できません（Windowsではありません）。"),
        policy::Found::Absent => look("registry", name, Some(false), "登録されていません。").hint(again),
        policy::Found::Value(value) if value == places.manifest().display().to_string() => {
            look("registry", name, Some(true), "登録されています。")
        }
        policy::Found::Value(value) => {
            look("registry", name, Some(false), format!("別の場所（{value}）が登録されています。")).hint(again)
        }
    }
}

fn office_js(places: &Places) -> Check {
    let name = "Office.js（インターネットにつながらないPC用）";
    let shelf = Shelf::open(&places.officejs());
    let bring = "npm パッケージ @microsoft/office-js の .tgz ファイルを用意して、chiiki-sheet addin officejs --from ファイル を実行してください。";
    match (&shelf.card, shelf.is_complete()) {
        (Some(card), true) => look("officejs", name, Some(true), format!("{} があります。", card.version)),
        (Some(_), false) => {
            let what = format!("ファイルが欠けているか変わっています（{}）。", shelf.spoiled.join("、"));
            look("officejs", name, Some(false), what).hint(bring)
        }
        (None, _) => look(
            "officejs",
            name,
            Some(false),
            "まだありません。Excelの中では、ダウンロードとファイルを開くことだけができます。",
        )
        .hint(bring),
    }
}
