//! Resources of a manifest: every reference finds one of the right kind, none is left over, each speaks both
//! languages, each picture has the size it is used for.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Element;
use super::{Report, own_url};
use crate::addin::manifest::{icon, png_size};

/// Longest id of a resource.
const LONGEST_ID: usize = 32;
/// Longest texts of a resource, by list.
const LONGEST_TEXT: [(&str, usize); 2] = [("bt:ShortStrings", 125), ("bt:LongStrings", 250)];
/// Sizes Office asks of every icon.
const NEEDED_SIZES: [u32; 3] = [16, 32, 80];
/// The second language.
const SECOND: &str = "en-US";

/// The list a reference must point into.
fn list_of(element: &Element, parent: &str) -> &'static str {
    match element.name.as_str() {
        "bt:Image" => "bt:Images",
        "SourceLocation" | "LearnMoreUrl" | "FunctionFile" => "bt:Urls",
        "Description" if parent != "OfficeApp" => "bt:LongStrings",
        _ => "bt:ShortStrings",
    }
}

pub(super) fn check(root: &Element, report: &mut Report) {
    let Some(overrides) = root.child("VersionOverrides") else { return };
    let empty = Element::default();
    let lists = overrides.child("Resources").unwrap_or(&empty);
    let mut known: BTreeMap<&str, (&str, &Element)> = BTreeMap::new();
    for list in &lists.children {
        for item in &list.children {
            let Some(id) = item.attribute("id").filter(|id| !id.is_empty()) else {
                report.add("resource-id", format!("<{}> に id がありません。", item.name));
                continue;
            };
            if id.chars().count() > LONGEST_ID {
                report.add("resource-id", format!("id「{id}」が長すぎます。{LONGEST_ID}文字までにしてください。"));
            }
            if known.insert(id, (&list.name, item)).is_some() {
                report.add("resource-twice", format!("id「{id}」が2つあります。別の名前にしてください。"));
            }
            texts(&list.name, id, item, report);
        }
    }
    let mut used: BTreeSet<&str> = BTreeSet::new();
    overrides.walk(&mut Vec::new(), &mut |element, above| {
        let Some(resid) = element.attribute("resid") else { return };
        used.insert(resid);
        let wanted = list_of(element, above.last().copied().unwrap_or_default());
        match known.get(resid) {
            None => report
                .add("resource-dangling", format!("<{}> が指す「{resid}」が <Resources> にありません。", element.name)),
            Some((list, _)) if *list != wanted => report.add(
                "resource-kind",
                format!(
                    "<{}> が指す「{resid}」は <{list}> にあります。<{wanted}> のものを指してください。",
                    element.name
                ),
            ),
            Some((_, item)) => picture(element, resid, item, report),
        }
    });
    for id in known.keys().filter(|id| !used.contains(*id)) {
        report
            .add("resource-unused", format!("「{id}」はどこからも使われていません。指し先の間違いではありませんか。"));
    }
    overrides.walk(&mut Vec::new(), &mut |element, _| {
        if element.name != "Icon" {
            return;
        }
        let sizes: Vec<u32> =
            element.children.iter().filter_map(|image| image.attribute("size")?.parse().ok()).collect();
        for size in NEEDED_SIZES.iter().filter(|size| !sizes.contains(size)) {
            report.add("icon-missing", format!("アイコンの {size} ピクセルの絵が指定されていません。"));
        }
    });
}

fn texts(list: &str, id: &str, item: &Element, report: &mut Report) {
    let Some((_, longest)) = LONGEST_TEXT.iter().find(|(name, _)| *name == list) else { return };
    let default = item.attribute("DefaultValue");
    let second = item
        .children
        .iter()
        .find(|child| child.attribute("Locale") == Some(SECOND))
        .and_then(|child| child.attribute("Value"));
    if second.is_none() {
        report.add("override-missing", format!("「{id}」に {SECOND} の文がありません。"));
    }
    for text in [default, second].into_iter().flatten() {
        super::length(&format!("「{id}」の文"), text, *longest, report);
    }
    if default.is_none_or(|text| text.trim().is_empty()) {
        report.add("text-empty", format!("「{id}」の文がありません。"));
    }
}

/// A picture's own header must say the size it is used for.
fn picture(element: &Element, resid: &str, item: &Element, report: &mut Report) {
    if element.name != "bt:Image" {
        return;
    }
    let Some(size) = element.attribute("size").and_then(|size| size.parse::<u32>().ok()) else {
        report.add("icon-size", format!("「{resid}」を使う <bt:Image> に size がありません。"));
        return;
    };
    check_picture(item.attribute("DefaultValue").unwrap_or_default(), size, report);
}

/// The picture an address of ours leads to, checked against a size.
pub(super) fn check_picture(url: &str, size: u32, report: &mut Report) {
    let name = own_url(url).and_then(|path| path.strip_prefix("/addin/icons/icon-")?.strip_suffix(".png"));
    match name.and_then(|name| name.parse().ok()).and_then(icon).and_then(png_size) {
        None => report.add("icon-unknown", format!("アイコン {url} は、このソフトにありません。")),
        Some((width, height)) if (width, height) != (size, size) => report.add(
            "icon-size",
            format!("アイコン {url} は {width}×{height} ピクセルです。{size}×{size} のものを指定してください。"),
        ),
        Some(_) => {}
    }
}
