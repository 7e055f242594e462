//! The manifest and its check: the golden file passes, each way to spoil it is told.

use std::path::PathBuf;

use chiiki_sheet::addin::check::check;
use chiiki_sheet::addin::manifest::{ID, Installation, render};

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/addin/manifest.xml")
}

fn manifest() -> String {
    render(&Installation { port: 54_321, key: Some("k".repeat(43)) }).unwrap()
}

fn codes(text: &str) -> Vec<String> {
    check(text).iter().map(|told| told.code.to_string()).collect()
}

/// Told about a manifest with one text replaced: code and a word of the sentence.
fn told(from: &str, to: &str, code: &str, says: &str) {
    let good = manifest();
    assert!(good.contains(from), "{from}");
    let found = check(&good.replace(from, to));
    assert!(
        found.iter().any(|one| one.code == code && one.message.contains(says)),
        "{from} → {to}: {code} {says} not in {found:#?}"
    );
}

#[test]
fn the_rendered_manifest_is_the_golden_one() {
    // The golden file bears version 0.0.0.0, so that a release does not change it.
    let version = format!("<Version>{}.0</Version>", env!("CARGO_PKG_VERSION"));
    let text = manifest().replace(&version, "<Version>0.0.0.0</Version>");
    if std::env::var_os("CHIIKI_GOLDEN").is_some() {
        std::fs::write(golden(), &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(golden()).unwrap().replace("\r\n", "\n"));
}

#[test]
fn the_golden_manifest_passes() {
    assert_eq!(codes(&manifest()), Vec::<String>::new());
    assert_eq!(codes(&format!("\u{feff}{}", manifest())), Vec::<String>::new());
}

#[test]
fn what_the_schema_catches_is_told() {
    let version = format!("  <Version>{}.0</Version>\n", env!("CARGO_PKG_VERSION"));
    let provider = "  <ProviderName>chiiki-sheet</ProviderName>\n";
    told(
        &format!("{version}{provider}"),
        &format!("{provider}{version}"),
        "element-order",
        "<Version> を <ProviderName> より前",
    );
    told("介護保険の統計から", &"長い説明".repeat(65), "too-long", "250文字まで");
    told(ID, "not-a-guid", "guid", "not-a-guid");
    told("Group.Label", "Group.Label.That.Is.Longer.Than.Thirty.Two", "resource-id", "32文字まで");
    told("  <Hosts>\n    <Host Name", "  <AppDomains/>\n  <Hosts>\n    <Host Name", "element-missing", "<AppDomain>");
    told("<DefaultLocale>ja-JP", "<DefaultLocale>Japanese", "locale", "Japanese");
    told("<Host Name=\"Workbook\"/>", "<Host Name=\"Document\"/>", "host", "Workbook");
    told(provider, "", "element-missing", "<ProviderName>");
    told(provider, &format!("{provider}{provider}"), "element-twice", "<ProviderName> が2つ");
    told("<Permissions>ReadWriteDocument", "<Permissions>Everything", "permissions", "Everything");
    told(".0</Version>", ".0.beta</Version>", "version", "beta");
    told("<GetStarted>", "<Surprise/><GetStarted>", "element-unknown", "<Surprise>");
}

#[test]
fn what_the_schema_lets_through_is_told() {
    told("<Label resid=\"Group.Label\"/>", "<Label resid=\"Group.Labl\"/>", "resource-dangling", "Group.Labl");
    told("<bt:Image size=\"80\" resid=\"Icon.80\"/>", "", "icon-missing", "80 ピクセル");
    told(
        "<SourceLocation DefaultValue=\"https:",
        "<SourceLocation DefaultValue=\"http:",
        "address",
        "http://localhost",
    );
    told("https://localhost:54321", "http://127.0.0.1:54321", "address", "127.0.0.1");
    told("<LearnMoreUrl resid=\"Help.Url\"/>", "<LearnMoreUrl resid=\"Pane.Url\"/>", "resource-unused", "Help.Url");
    told("<LearnMoreUrl resid=\"Help.Url\"/>", "<LearnMoreUrl resid=\"Group.Label\"/>", "resource-kind", "<bt:Urls>");
    told("id=\"Pane.Url\"", "id=\"Help.Url\"", "resource-twice", "Help.Url");
    told("/addin/icons/icon-80.png", "/addin/icons/icon-64.png", "icon-size", "64×64");
    told("/addin/icons/icon-80.png", "/addin/icons/icon-81.png", "icon-unknown", "icon-81.png");
    told("          <bt:Override Locale=\"en-US\" Value=\"Make a sheet\"/>\n", "", "override-missing", "Button.Label");
    told(
        "<SupportUrl DefaultValue=\"https://localhost:54321",
        "<SupportUrl DefaultValue=\"https://localhost:54322",
        "address",
        "そろっていません",
    );
    told(
        "<SupportUrl DefaultValue=\"https://localhost",
        "<SupportUrl DefaultValue=\"https://go.microsoft.com",
        "address",
        "go.microsoft.com",
    );
    told("id=\"ChiikiSheet.Open\"", "id=\"ChiikiSheet.Group\"", "id-twice", "ChiikiSheet.Group");
    told("?k=", &format!("?x={}&amp;k=", "y".repeat(2018)), "too-long", "2018文字まで");
}

#[test]
fn what_is_no_manifest_is_told() {
    let spoiled = manifest().replace("</OfficeApp>", "");
    assert_eq!(codes(&spoiled), ["not-xml"]);
    let dtd = manifest().replace("<OfficeApp ", "<!DOCTYPE x [<!ENTITY a \"b\">]>\n<OfficeApp ");
    assert!(check(&dtd)[0].message.contains("DOCTYPE"));
    assert_eq!(codes("<OfficeApp xsi:type=\"MailApp\"/>"), ["not-manifest"]);
    assert_eq!(codes(""), ["not-xml"]);
    let deep = "<a>".repeat(10_000);
    assert_eq!(codes(&deep), ["not-xml"]);
}

#[test]
fn every_icon_drawn_is_what_the_script_draws() {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("addin-manifest/icons/draw.py");
    let Ok(out) = std::process::Command::new("python3").arg(script).arg("--check").output() else {
        println!("skipped: python3 is not installed");
        return;
    };
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}
