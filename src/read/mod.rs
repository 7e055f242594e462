//! From bytes to grids: sniffing, limits, and one reader a file format.

mod grid;

pub use grid::{Book, BookKind, Cell, CellValue, Grid};
