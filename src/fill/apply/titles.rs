//! The list of sheets in the file's properties (`docProps/app.xml`): added sheets join it, so that what a file manager
//! shows of the book is true. A list that does not fit the book's sheets is left as it is.

use std::ops::Range;

use super::patches::Patches;
use crate::template::package::Package;
use crate::template::xml::{Kind, Walker, escape_attribute};

/// A text of a vector, with its element's end.
struct Item {
    text: Range<usize>,
    end: usize,
    prefix: String,
}

/// The properties with the names of new sheets behind those of the old ones; `None` when nothing is to be changed.
pub(super) fn with_sheets(package: &Package, text: &str, new: &[&str]) -> Option<String> {
    let mut walker = Walker::new(text);
    let mut within = "";
    let (mut words, mut counts, mut titles) = (Vec::new(), Vec::<Range<usize>>::new(), Vec::<Item>::new());
    let (mut size, mut open): (Option<Range<usize>>, Option<(String, usize)>) = (None, None);
    while let Some(token) = walker.next().ok()? {
        let local = token.tag.local();
        match (token.kind, local) {
            (Kind::Open, "HeadingPairs") => within = "pairs",
            (Kind::Open, "TitlesOfParts") => within = "titles",
            (Kind::Close, "HeadingPairs" | "TitlesOfParts") => within = "",
            (Kind::Open, "vector") if within == "titles" => size = Some(token.span.clone()),
            (Kind::Open, "lpstr" | "i4") => open = Some((local.to_owned(), token.span.end)),
            (Kind::Close, "lpstr" | "i4") => {
                let (_, start) = open.take().filter(|(name, _)| name == local)?;
                let inner = start..token.span.start;
                match (within, local) {
                    ("pairs", "lpstr") => words.push(inner),
                    ("pairs", _) => counts.push(inner),
                    ("titles", "lpstr") => {
                        titles.push(Item { text: inner, end: token.span.end, prefix: token.tag.prefix().to_owned() });
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    let said = |span: &Range<usize>| text.get(span.clone());
    let title =
        |item: &Item| said(&item.text).map(|raw| raw.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    let counted: Option<Vec<usize>> = counts.iter().map(|span| said(span)?.trim().parse().ok()).collect();
    let counted =
        counted.filter(|counted| counted.len() == words.len() && counted.iter().sum::<usize>() == titles.len())?;
    let mut first = 0;
    let (pair, range) = counted.iter().enumerate().find_map(|(pair, count)| {
        let range = first..first + count;
        first += count;
        let sheets = titles.get(range.clone())?;
        let known =
            |item: &Item| title(item).is_some_and(|title| package.sheets().iter().any(|sheet| sheet.name == title));
        (!sheets.is_empty() && sheets.iter().all(known)).then_some((pair, range))
    })?;
    let last = titles.get(range.end.checked_sub(1)?)?;
    let mut patches = Patches::default();
    patches.replace(counts.get(pair)?.clone(), |out| out.push_str(&(range.len() + new.len()).to_string()));
    let size = size?;
    let tag = crate::template::xml::Tag(text.get(size.clone())?);
    let total = (titles.len() + new.len()).to_string();
    let changed = tag.with(&[("size", Some(total.as_str()))]);
    patches.replace(size, |out| out.push_str(&changed));
    let p = &last.prefix;
    patches.insert(last.end, |out| {
        for name in new {
            out.push_str(&format!("<{p}lpstr>{}</{p}lpstr>", escape_attribute(name)));
        }
    });
    patches.apply(text)
}
