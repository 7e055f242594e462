//! BIZ UDGothic, Regular and Bold: drawn for legibility, shipped inside the program (OFL 1.1).

use std::collections::HashSet;
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

static REGULAR: &[u8] = include_bytes!("../../sheet-templates/fonts/BIZUDGothic-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../sheet-templates/fonts/BIZUDGothic-Bold.ttf");

/// The faces and the book Typst looks them up in, read once.
pub struct Faces {
    /// Regular, then Bold.
    pub fonts: Vec<Font>,
    /// Their book.
    pub book: LazyHash<FontBook>,
}

/// The shipped faces.
pub fn faces() -> &'static Faces {
    static FACES: OnceLock<Faces> = OnceLock::new();
    FACES.get_or_init(|| {
        let fonts: Vec<Font> = [REGULAR, BOLD].into_iter().flat_map(|face| Font::iter(Bytes::new(face))).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Faces { fonts, book }
    })
}

/// Whether every face holds the character.
pub fn covers(c: char) -> bool {
    // The faces tell their characters as runs, which are walked from the start at each question; every character of a
    // paper is asked about.
    static COVERED: OnceLock<HashSet<u32>> = OnceLock::new();
    let covered = COVERED.get_or_init(|| {
        let all = faces().fonts.iter().map(|font| font.info().coverage.iter().collect::<HashSet<u32>>());
        all.reduce(|one, other| one.intersection(&other).copied().collect()).unwrap_or_default()
    });
    covered.contains(&u32::from(c))
}
