//! Which elements a manifest has, and in which order: Office's schema is a sequence, and it tells nobody why it leaves
//! an add-in out.

use super::Report;
use super::tree::Element;

/// Parent, the element above it where that matters, and its children in their order. `*` may be repeated, `!` must be
/// there.
const ORDER: &[(&str, &[&str])] = &[
    (
        "OfficeApp",
        &[
            "Id!",
            "AlternateId",
            "Version!",
            "ProviderName!",
            "DefaultLocale!",
            "DisplayName!",
            "Description!",
            "IconUrl!",
            "HighResolutionIconUrl!",
            "SupportUrl",
            "AppDomains",
            "Hosts!",
            "Requirements",
            "DefaultSettings!",
            "Permissions!",
            "VersionOverrides!",
        ],
    ),
    ("DisplayName", &["Override*"]),
    ("Description", &["Override*"]),
    ("AppDomains", &["AppDomain!*"]),
    ("Requirements", &["Sets!"]),
    ("Sets", &["Set!*"]),
    ("DefaultSettings", &["SourceLocation!"]),
    ("VersionOverrides", &["Description", "Requirements", "Hosts!", "Resources!"]),
    ("Hosts", &["Host!*"]),
    ("Host", &["DesktopFormFactor"]),
    ("DesktopFormFactor", &["GetStarted", "FunctionFile", "ExtensionPoint!*"]),
    ("GetStarted", &["Title!", "Description!", "LearnMoreUrl!"]),
    ("ExtensionPoint", &["OfficeTab!"]),
    ("OfficeTab", &["Group!*"]),
    ("Group", &["Label!", "Icon!", "Control!*"]),
    ("Control", &["Label!", "Supertip!", "Icon!", "Action!"]),
    ("Supertip", &["Title!", "Description!"]),
    ("Icon", &["bt:Image!*"]),
    ("Action", &["TaskpaneId!", "SourceLocation!", "Title"]),
    ("Resources", &["bt:Images!", "bt:Urls!", "bt:ShortStrings!", "bt:LongStrings!"]),
    ("bt:Images", &["bt:Image!*"]),
    ("bt:Urls", &["bt:Url!*"]),
    ("bt:ShortStrings", &["bt:String!*"]),
    ("bt:LongStrings", &["bt:String!*"]),
    ("bt:Image", &["bt:Override*"]),
    ("bt:Url", &["bt:Override*"]),
    ("bt:String", &["bt:Override*"]),
];

/// Checks one element's children.
pub(super) fn check(element: &Element, report: &mut Report) {
    let rules = ORDER.iter().find(|(parent, _)| *parent == element.name).map_or(&[][..], |(_, children)| children);
    let name_of = |rule: &str| rule.trim_end_matches(['*', '!']).to_owned();
    let mut last: Option<usize> = None;
    for child in &element.children {
        let Some(at) = rules.iter().position(|rule| name_of(rule) == child.name) else {
            report.add("element-unknown", format!("<{}> の中に <{}> は置けません。", element.name, child.name));
            continue;
        };
        match last {
            Some(before) if at < before => {
                let before = rules.get(before).map(|rule| name_of(rule)).unwrap_or_default();
                report.add(
                    "element-order",
                    format!("<{}> の中では <{}> を <{before}> より前に置きます。", element.name, child.name),
                );
            }
            Some(before) if at == before && !rules.get(at).is_some_and(|rule| rule.contains('*')) => {
                report.add(
                    "element-twice",
                    format!("<{}> の中に <{}> が2つあります。1つにしてください。", element.name, child.name),
                );
            }
            _ => {}
        }
        last = Some(last.map_or(at, |before| before.max(at)));
    }
    for rule in rules.iter().filter(|rule| rule.contains('!')) {
        let name = name_of(rule);
        if element.children.iter().all(|child| child.name != name) {
            report.add("element-missing", format!("<{}> の中に <{name}> がありません。", element.name));
        }
    }
}
