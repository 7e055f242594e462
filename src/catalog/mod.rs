//! The shipped tables of areas and of indicators, and how a name or a code is looked up in them.
//!
//! `areas.csv` is built by `tests/support/build_areas.py`; `indicators.csv` is kept by hand. A workspace adds its own
//! areas by a file of the same columns ([`Catalog::with_areas`]) and the members of unions ([`Catalog::with_members`]).
//!
//! A name that fits several areas is never decided here: it gives [`Lookup::Many`], and the caller asks.

mod added;
mod areas;
mod find;
mod fold;
mod indicators;
mod lookup;
mod members;
mod row;

use std::sync::{Arc, LazyLock};

pub use areas::InsurerOf;
pub use fold::{fold_indicator_name, fold_name};
pub use indicators::{Block, COUNTED, Indicator, SeriesKind, YearMeaning, is_count};
pub use lookup::{Lookup, told_apart};

use areas::Areas;
use indicators::Indicators;

use crate::diagnostic::Diagnostic;
use crate::model::Area;

static SHIPPED: LazyLock<Catalog> = LazyLock::new(|| Catalog {
    areas: Arc::new(Areas::shipped(include_str!("areas.csv"))),
    indicators: Arc::new(Indicators::parse(include_str!("indicators.csv"))),
});

/// Areas and indicators known by name and code.
#[derive(Clone, Debug)]
pub struct Catalog {
    areas: Arc<Areas>,
    indicators: Arc<Indicators>,
}

impl Catalog {
    /// The tables of this version of the product, parsed once.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// This catalog and the areas of a CSV with the columns of `areas.csv`
    /// (`code,level,prefecture,name`, and where wanted `kana,parent,insurer`).
    ///
    /// New prefectures carry the codes 90 to 99, which no real one has; other rows may also stand in a prefecture that
    /// exists. Nothing in the file may take the code or the name of an area that is there already.
    ///
    /// # Errors
    /// Every mistake of the file, with its line and column; then nothing is added.
    pub fn with_areas(&self, csv_text: &str, file_name: &str) -> Result<Self, Vec<Diagnostic>> {
        let areas = added::add(&self.areas, csv_text, file_name)?;
        Ok(Self { areas: Arc::new(areas), indicators: Arc::clone(&self.indicators) })
    }

    /// This catalog with `towns` as the members of `union`. The list is the whole membership: towns the catalog counted
    /// as members and the list leaves out have no known insurer afterwards. Names and codes as for [`Catalog::find_in`].
    ///
    /// # Errors
    /// A union or a town that is not found or not unique, a sentence each.
    pub fn with_members<S: AsRef<str>>(&self, union: &str, towns: &[S]) -> Result<Self, Vec<Diagnostic>> {
        let towns: Vec<&str> = towns.iter().map(AsRef::as_ref).collect();
        let areas = self.areas.with_members(union, &towns)?;
        Ok(Self { areas: Arc::new(areas), indicators: Arc::clone(&self.indicators) })
    }

    /// The area a person or a table means by `text`: a code (see [`Catalog::find_code`]) or a name
    /// (see [`Catalog::find_name`]). Four digits can be a code too (`1203` is 小樽市): where a cell may hold a plain number,
    /// use [`Catalog::find_name`].
    pub fn find(&self, text: &str) -> Lookup {
        self.areas.find(None, text)
    }

    /// The area of a 団体コード: 6 digits, 5 digits without the check digit, or either after a spreadsheet took the
    /// leading zero. A wrong check digit finds nothing. Five digits that can be both a short code and a long one
    /// without its zero (15 of the country) give both. `00000` is the nation, as in e-Stat.
    ///
    /// A 保険者番号 shares the first five digits only: pass those.
    pub fn find_code(&self, digits: &str) -> Lookup {
        self.areas.find_code(digits)
    }

    /// The area of a name, never of a number: `福岡県福岡市`, `福岡市`, `八重山郡竹富町`, `川崎町（宮城県）`, `札幌市中央区`,
    /// `全国`, `福岡県`, or a union. A county (郡) is left out and not checked.
    pub fn find_name(&self, text: &str) -> Lookup {
        self.areas.find_name(None, text)
    }

    /// [`Catalog::find`] within a prefecture (full name); with `None` or an empty name, in the whole country.
    /// A prefecture that is not known, or that contradicts the name or code, finds nothing.
    pub fn find_in(&self, prefecture: Option<&str>, name: &str) -> Lookup {
        self.areas.find(prefecture, name)
    }

    /// A prefecture by its full name.
    pub fn prefecture(&self, name: &str) -> Option<Arc<Area>> {
        self.areas.prefecture(name)
    }

    /// All prefectures, by code.
    pub fn prefectures(&self) -> Vec<Arc<Area>> {
        self.areas.prefectures()
    }

    /// The insurers (保険者) of a prefecture: municipalities by code, then unions.
    pub fn insurers_in(&self, prefecture: &str) -> Vec<Arc<Area>> {
        self.areas.insurers_in(prefecture)
    }

    /// Who insures the people of an area.
    pub fn insurer_of(&self, area: &Area) -> InsurerOf {
        self.areas.insurer_of(area)
    }

    /// At most `limit` areas whose name, reading or code holds `text`; those that begin with it come first.
    pub fn search(&self, text: &str, limit: usize) -> Vec<Arc<Area>> {
        self.areas.search(text, limit)
    }

    /// The reading of an area's name; empty where the list gives none.
    pub fn kana(&self, area: &Area) -> &str {
        self.areas.kana(area)
    }

    /// An indicator by its 指標ID, in any width and case. An id of this product may name a part of the listed one:
    /// `X-jigyosho-count-訪問介護` finds `X-jigyosho-count`.
    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators.by_id(id)
    }

    /// An indicator by its name or an alias, in any of the spellings seen; `None` when it names none or several.
    pub fn indicator_by_name(&self, name: &str) -> Option<&Indicator> {
        self.indicators.by_name(name)
    }

    /// The 39 indicators of the form, in its order.
    pub fn form(&self) -> &[Indicator] {
        self.indicators.form()
    }

    /// All indicators: the form's, then the others.
    pub fn indicators(&self) -> &[Indicator] {
        self.indicators.all()
    }
}
