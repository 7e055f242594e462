//! Settings of the workplace that hide add-ins. Only names that Microsoft's policy templates or documents give are
//! taken as an answer; where nothing is set under a name of another origin, that is said to be no answer.

use super::{Advice as _, look};
use crate::addin::system::System;
use crate::doctor::Check;

/// What the registry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Unknown,
    Absent,
    Value(String),
}

/// A value of the registry.
pub(super) fn query(system: &dyn System, key: &str, name: &str) -> Found {
    if !system.is_windows() {
        return Found::Unknown;
    }
    let arguments = ["query", key, "/v", name].map(str::to_owned);
    match system.run("reg", &arguments) {
        Err(_) => Found::Unknown,
        Ok(answer) if !answer.ok => Found::Absent,
        Ok(answer) => value_in(&answer.text, name).map_or(Found::Unknown, Found::Value),
    }
}

/// The value in what `reg query` prints: `    name    REG_SZ    value`.
fn value_in(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let line = line.trim();
        let head = line.get(..name.len())?;
        let rest = line.get(name.len()..)?.trim_start();
        let (kind, value) = rest.split_once(char::is_whitespace)?;
        (head.eq_ignore_ascii_case(name) && kind.starts_with("REG_")).then(|| value.trim().to_owned())
    })
}

struct Policy {
    id: &'static str,
    name: &'static str,
    key: &'static str,
    value: &'static str,
    /// The setting that stops the add-in
    stops: u32,
    /// Whether its name stands in Microsoft's templates or documents
    documented: bool,
    then: &'static str,
}

const CATALOGS: &str = r"Software\Policies\Microsoft\Office\16.0\WEF\TrustedCatalogs";
const PRIVACY: &str = r"Software\Policies\Microsoft\Office\16.0\Common\Privacy";

const POLICIES: [Policy; 5] = [
    Policy {
        id: "policy-web-addins",
        name: "設定「Web アドインをブロックする」",
        key: CATALOGS,
        value: "DisableAllCatalogs",
        stops: 1,
        documented: false,
        then: "この設定のもとではアドインを使えません。ブラウザーの画面とフォルダーを使ってください。",
    },
    Policy {
        id: "policy-store",
        name: "設定「Office ストアをブロックする」",
        key: CATALOGS,
        value: "DisableOMEXCatalogs",
        stops: 1,
        documented: true,
        then: "アドインが一覧に出ないことがあります。管理センターで配るか、ブラウザーの画面を使ってください。",
    },
    Policy {
        id: "policy-shares",
        name: "設定「利用者が共有フォルダーのカタログを加えることを許可する」",
        key: CATALOGS,
        value: "AllowUserDefinedFileShareCatalogs",
        stops: 0,
        documented: true,
        then: "共有フォルダーの方法は使えません。利用者ごとに登録する方法（addin install）を使ってください。",
    },
    Policy {
        id: "policy-connected",
        name: "設定「接続エクスペリエンスの使用を許可する」",
        key: PRIVACY,
        value: "DisconnectedState",
        stops: 2,
        documented: true,
        then: "アドインは使えません。ブラウザーの画面とフォルダーを使ってください。",
    },
    Policy {
        id: "policy-optional",
        name: "設定「オプションの接続エクスペリエンスの使用を許可する」",
        key: PRIVACY,
        value: "ControllerConnectedServicesEnabled",
        stops: 2,
        documented: true,
        then: "使えるのは管理センターで配ったアドインだけです。それができないときは、ブラウザーの画面を使ってください。",
    },
];

/// Looks at each setting.
pub(super) fn checks(system: &dyn System) -> Vec<Check> {
    POLICIES.iter().map(|policy| one(policy, system)).collect()
}

fn one(policy: &Policy, system: &dyn System) -> Check {
    let all = ["HKCU", "HKLM"].map(|hive| query(system, &format!(r"{hive}\{}", policy.key), policy.value));
    let stopped = all.iter().any(|found| matches!(found, Found::Value(value) if number(value) == Some(policy.stops)));
    let check = |ok, message: &str| look(policy.id, policy.name, ok, message);
    if stopped {
        return check(Some(false), "この設定が働いています。").hint(policy.then);
    }
    if all.contains(&Found::Unknown) {
        return check(None, "確認できません。");
    }
    if policy.documented {
        check(Some(true), "止められていません。")
    } else {
        check(None, "確認できません（この設定の有無は、情報システム担当に聞いてください）。")
    }
}

/// `0x1` as `reg query` prints it.
fn number(value: &str) -> Option<u32> {
    match value.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => value.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::value_in;

    #[test]
    fn values_are_found_in_what_reg_prints() {
        let text = "\r\nHKEY_CURRENT_USER\\SOFTWARE\\X\r\n    5d1c3f0e    REG_SZ    C:\\Users\\見本 太郎\\manifest.xml\r\n\r\n";
        assert_eq!(value_in(text, "5D1C3F0E").as_deref(), Some("C:\\Users\\見本 太郎\\manifest.xml"));
        assert_eq!(value_in("    A    REG_DWORD    0x2", "a").as_deref(), Some("0x2"));
        assert_eq!(value_in("", "a"), None);
    }
}
