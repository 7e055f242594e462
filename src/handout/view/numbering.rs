//! 「表1」「図1」, in the order in which the layout sets them.
//!
//! The layout could count them itself, but then every caption depends on all pages before it and is set twice.

use super::View;
use crate::handout::options::Part;

/// Numbers every table and picture of the paper.
pub(super) fn number(view: &mut View, parts: &[Part]) {
    let has = |part| parts.contains(&part);
    let (mut table, mut picture) = (Counter(0), Counter(0));
    if let Some(first) = &mut view.summary {
        picture.next(&mut first.number);
    }
    if let Some(form) = &mut view.one_page {
        if has(Part::Tables) && form.has_table() {
            table.next(&mut form.number);
        }
        if form.has_rest() {
            table.next(&mut form.rest_number);
        }
        form.years.iter_mut().for_each(|years| table.next(&mut years.number));
    }
    for block in &mut view.blocks {
        let set = view.one_page.is_none() && view.main_year.is_some() && block.no_figures.is_none();
        if let Some(first) = block.table.as_mut().filter(|_| set) {
            table.next(&mut first.number);
            block.others.iter_mut().for_each(|others| table.next(&mut others.number));
        }
        if has(Part::Charts) {
            block.pictures.iter_mut().for_each(|one| picture.next(&mut one.number));
        }
    }
    view.years.iter_mut().for_each(|years| table.next(&mut years.number));
    if !view.indicators.is_empty() {
        table.next(&mut view.indicators_number);
    }
    if has(Part::Sources) && !view.sources.is_empty() {
        table.next(&mut view.sources_number);
    }
}

struct Counter(usize);

impl Counter {
    fn next(&mut self, number: &mut usize) {
        self.0 += 1;
        *number = self.0;
    }
}
