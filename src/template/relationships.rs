//! Relationships: how one part of a package names another.

use std::ops::Range;

use super::xml::{Malformed, Walker};

/// One relationship of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relationship {
    /// `rId1`
    pub id: String,
    /// The type's last word, the same in the transitional and the strict form: `worksheet`
    pub kind: String,
    /// The part it leads to, without a leading slash; for an external one the address as written
    pub target: String,
    /// Leads out of the package
    pub external: bool,
    /// Bytes of the element in the relationships part
    pub span: Range<usize>,
}

/// Reads a relationships part. `base` is the folder of the part it belongs to, such as `xl`.
pub(crate) fn read(text: &str, base: &str) -> Result<Vec<Relationship>, Malformed> {
    let mut walker = Walker::new(text);
    let mut found = Vec::new();
    while let Some(token) = walker.next()? {
        if token.depth != 1 || token.tag.local() != "Relationship" {
            continue;
        }
        if token.starts() {
            let value = |name| token.tag.value(name).unwrap_or_default().into_owned();
            let external = token.tag.raw("TargetMode") == Some("External");
            let target = value("Target");
            found.push(Relationship {
                id: value("Id"),
                kind: value("Type").rsplit('/').next().unwrap_or_default().to_owned(),
                target: if external { target } else { resolve(base, &target) },
                external,
                span: token.span.clone(),
            });
        }
        if token.ends()
            && let Some(last) = found.last_mut()
        {
            last.span.end = token.span.end;
        }
    }
    Ok(found)
}

/// The path of the relationships part of a part: `xl/workbook.xml` → `xl/_rels/workbook.xml.rels`.
pub(crate) fn part_of(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/_rels/{name}.rels"),
        None => format!("_rels/{path}.rels"),
    }
}

/// The folder a part lies in; empty at the top.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A target as a path from the top of the package: absolute, or relative to the folder of its source.
fn resolve(base: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut steps: Vec<&str> = Vec::new();
    if !target.starts_with('/') {
        steps.extend(base.split('/').filter(|step| !step.is_empty()));
    }
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_absolute_or_relative() {
        assert_eq!(resolve("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl/worksheets", "../tables/t.xml"), "xl/tables/t.xml");
        assert_eq!(resolve("xl", "/xl/./a.xml"), "xl/a.xml");
        assert_eq!(resolve("", "../../a.xml"), "a.xml");
        assert_eq!(part_of("xl/workbook.xml"), "xl/_rels/workbook.xml.rels");
        assert_eq!(part_of("book.xml"), "_rels/book.xml.rels");
    }

    #[test]
    fn both_forms_of_a_type_end_in_the_same_word() {
        let text = r#"<Relationships xmlns="p"><Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="/x.xml"></Relationship><Relationship Id="b" Type="t/hyperlink" Target="https://example.jp/?a=1&amp;b=2" TargetMode="External"/></Relationships>"#;
        let found = read(text, "xl").unwrap();
        assert_eq!((found[0].kind.as_str(), found[0].target.as_str()), ("worksheet", "x.xml"));
        assert!(text[found[0].span.clone()].ends_with("</Relationship>"));
        assert_eq!((found[1].target.as_str(), found[1].external), ("https://example.jp/?a=1&b=2", true));
    }
}
