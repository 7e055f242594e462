//! Changes to a part by the bytes they replace: whatever is not named stays as it is.

use std::ops::Range;

/// Changes in any order; insertions at one place keep the order they were made in.
#[derive(Debug, Default)]
pub(super) struct Patches {
    /// All new text, one after the other
    text: String,
    /// Bytes of the source → bytes of `text`
    list: Vec<(Range<usize>, Range<usize>)>,
}

impl Patches {
    /// Puts text in place of a span; an empty span inserts.
    pub fn replace(&mut self, span: Range<usize>, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        self.list.push((span, start..self.text.len()));
    }

    /// Puts text before a byte.
    pub fn insert(&mut self, at: usize, write: impl FnOnce(&mut String)) {
        self.replace(at..at, write);
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The source with all changes; `None` when two of them overlap or lie outside of it, a fault of ours.
    pub fn apply(mut self, source: &str) -> Option<String> {
        self.list.sort_by_key(|(span, _)| span.start);
        let mut out = String::with_capacity(source.len() + self.text.len());
        let mut copied = 0;
        for (span, new) in self.list {
            out.push_str(source.get(copied..span.start)?);
            out.push_str(self.text.get(new)?);
            copied = span.end;
        }
        out.push_str(source.get(copied..)?);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_put_in_order_and_overlaps_are_refused() {
        let mut patches = Patches::default();
        patches.replace(4..5, |out| out.push('E'));
        patches.insert(1, |out| out.push('x'));
        patches.insert(1, |out| out.push('y'));
        patches.replace(1..2, |out| out.push('B'));
        assert_eq!(patches.apply("abcde").unwrap(), "axyBcdE");

        let mut patches = Patches::default();
        patches.replace(0..3, |_| {});
        patches.insert(2, |_| {});
        assert_eq!(patches.apply("abcde"), None);
    }
}
