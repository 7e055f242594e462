//! Checks a manifest as far as it can be checked without Microsoft's online service: what Office's schema asks for, and
//! what it lets through and then shows nobody (dangling references, addresses that are not https, pictures of a wrong
//! size).

mod order;
mod resources;
mod tree;

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use tree::Element;

/// What to do about any of it.
const HINT: &str = "chiiki-sheet addin manifest で作り直してください。";
const LANGUAGE: &str = "ja-JP";
const SECOND: &str = "en-US";
/// Longest address Office takes.
const LONGEST_URL: usize = 2018;

/// What was found so far.
#[derive(Debug, Default)]
struct Report(Vec<Diagnostic>);

impl Report {
    fn add(&mut self, code: &'static str, message: String) {
        self.0.push(Diagnostic::error(code, message).hint(HINT));
    }
}

/// Everything wrong with a manifest; nothing when Office can take it.
pub fn check(text: &str) -> Vec<Diagnostic> {
    let mut report = Report::default();
    let root = match tree::parse(text) {
        Ok(root) => root,
        Err(message) => {
            report.add("not-xml", format!("アドインの定義が{message}"));
            return report.0;
        }
    };
    if root.name != "OfficeApp" || root.attribute("xsi:type") != Some("TaskPaneApp") {
        report.add("not-manifest", "Excelの作業ウィンドウ用のアドインの定義ではありません。".to_owned());
        return report.0;
    }
    namespaces(&root, &mut report);
    root.walk(&mut Vec::new(), &mut |element, _| order::check(element, &mut report));
    head(&root, &mut report);
    addresses(&root, &mut report);
    resources::check(&root, &mut report);
    report.0
}

fn namespaces(root: &Element, report: &mut Report) {
    let wanted = [
        ("xmlns", "http://schemas.microsoft.com/office/appforoffice/1.1"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xmlns:bt", "http://schemas.microsoft.com/office/officeappbasictypes/1.0"),
    ];
    for (name, value) in wanted {
        if root.attribute(name) != Some(value) {
            report.add("namespace", format!("<OfficeApp> の {name} は {value} です。"));
        }
    }
    let overrides = root.child("VersionOverrides");
    let wanted = "http://schemas.microsoft.com/office/taskpaneappversionoverrides";
    if overrides.is_some_and(|element| element.attribute("xmlns") != Some(wanted)) {
        report.add("namespace", format!("<VersionOverrides> の xmlns は {wanted} です。"));
    }
    if overrides.is_some_and(|element| element.attribute("xsi:type") != Some("VersionOverridesV1_0")) {
        report.add("namespace", "<VersionOverrides> の xsi:type は VersionOverridesV1_0 です。".to_owned());
    }
}

fn length(what: &str, text: &str, longest: usize, report: &mut Report) {
    let count = text.encode_utf16().count();
    if count > longest {
        report.add("too-long", format!("{what}が{count}文字あります。{longest}文字までにしてください。"));
    }
}

/// The elements above the ribbon.
fn head(root: &Element, report: &mut Report) {
    let text = |name: &str| root.child(name).map(|element| element.text.trim()).unwrap_or_default();
    if !is_guid(text("Id")) {
        report.add("guid", format!("<Id> の「{}」は GUID の形ではありません。", text("Id")));
    }
    if !is_version(text("Version")) {
        report.add("version", format!("<Version> の「{}」は 0.1.0.0 のような形ではありません。", text("Version")));
    }
    if text("DefaultLocale") != LANGUAGE {
        report
            .add("locale", format!("<DefaultLocale> は {LANGUAGE} です（「{}」とあります）。", text("DefaultLocale")));
    }
    if text("ProviderName").is_empty() {
        report.add("text-empty", "<ProviderName> に名前がありません。".to_owned());
    }
    if !["Restricted", "ReadDocument", "ReadAllDocument", "WriteDocument", "ReadWriteDocument"]
        .contains(&text("Permissions"))
    {
        report.add("permissions", format!("<Permissions> の「{}」は使えません。", text("Permissions")));
    }
    for (name, longest) in [("DisplayName", 125), ("Description", 250)] {
        let Some(element) = root.child(name) else { continue };
        let second = element.children.iter().find(|child| child.attribute("Locale") == Some(SECOND));
        if second.is_none() {
            report.add("override-missing", format!("<{name}> に {SECOND} の文がありません。"));
        }
        for text in [element.attribute("DefaultValue"), second.and_then(|second| second.attribute("Value"))]
            .into_iter()
            .flatten()
        {
            length(&format!("<{name}> の文"), text, longest, report);
        }
    }
    for (name, size) in [("IconUrl", 32), ("HighResolutionIconUrl", 64)] {
        if let Some(url) = root.child(name).and_then(|element| element.attribute("DefaultValue")) {
            resources::check_picture(url, size, report);
        }
    }
    let hosts = root.child("Hosts").map(|hosts| hosts.children.as_slice()).unwrap_or_default();
    if !hosts.iter().any(|host| host.attribute("Name") == Some("Workbook")) {
        report.add("host", "<Hosts> に Excel（Workbook）がありません。".to_owned());
    }
    let mut ids = BTreeSet::new();
    root.walk(&mut Vec::new(), &mut |element, _| {
        if !matches!(element.name.as_str(), "Group" | "Control") {
            return;
        }
        match element.attribute("id") {
            Some(id) if ids.insert(id) => {}
            Some(id) => report.add("id-twice", format!("<{}> の id「{id}」が2つあります。", element.name)),
            None => report.add("id-missing", format!("<{}> に id がありません。", element.name)),
        }
    });
}

/// The path behind `https://localhost:PORT`.
fn own_url(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://localhost:")?;
    let end = rest.find('/')?;
    let (port, path) = rest.split_at(end);
    (port.parse::<u16>().is_ok_and(|port| port > 0)).then_some(path)
}

/// Every address is https, of localhost by its name, and of one port.
fn addresses(root: &Element, report: &mut Report) {
    let mut origins = BTreeSet::new();
    root.walk(&mut Vec::new(), &mut |element, above| {
        let top = ["IconUrl", "HighResolutionIconUrl", "SupportUrl"].contains(&element.name.as_str());
        let resource = ["bt:Url", "bt:Image"].contains(&element.name.as_str())
            && above.last().is_some_and(|parent| ["bt:Urls", "bt:Images"].contains(parent));
        let pane = element.name == "SourceLocation" && above.last() == Some(&"DefaultSettings");
        let url = if element.name == "AppDomain" {
            format!("{}/", element.text.trim().trim_end_matches('/'))
        } else if top || resource || pane {
            element.attribute("DefaultValue").unwrap_or_default().to_owned()
        } else {
            return;
        };
        if own_url(&url).is_none() {
            report.add(
                "address",
                format!("<{}> のアドレス「{url}」は https://localhost:ポート/ で始まりません。", element.name),
            );
        } else {
            origins.insert(url.split('/').nth(2).unwrap_or_default().to_owned());
        }
        length(&format!("<{}> のアドレス", element.name), &url, LONGEST_URL, report);
    });
    if origins.len() > 1 {
        let all: Vec<&str> = origins.iter().map(String::as_str).collect();
        report.add("address", format!("アドレスのポートがそろっていません（{}）。", all.join("、")));
    }
}

fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    (1..=4).contains(&parts.len())
        && parts.iter().all(|part| (1..=5).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
}
