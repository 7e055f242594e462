//! The manifest that tells Excel where the pane is: one per PC, because port and key are the PC's own.

use handlebars::Handlebars;
use serde::Serialize;

use crate::error::{Error, Result};

/// The product's id in every manifest. It never changes: Office and the registry know the add-in by it.
pub const ID: &str = "5d1c3f0e-7b4a-4f59-9c57-2f6e0a8b91d4";

/// Sizes of the icons, in pixels.
pub const ICON_SIZES: [u32; 8] = [16, 20, 24, 32, 40, 48, 64, 80];

const TEMPLATE: &str = include_str!("../../addin-manifest/manifest.xml.hbs");

/// What differs between PCs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Port of `https://localhost`
    pub port: u16,
    /// The key of the service; without it the pane asks to be opened from the manifest of this PC
    pub key: Option<String>,
}

impl Installation {
    /// `https://localhost:PORT`
    pub fn origin(&self) -> String {
        format!("https://localhost:{}", self.port)
    }
}

/// The manifest of a PC.
///
/// # Errors
/// The shipped template is damaged.
pub fn render(installation: &Installation) -> Result<String> {
    #[derive(Serialize)]
    struct Values {
        id: &'static str,
        version: String,
        origin: String,
        pane: String,
    }
    let origin = installation.origin();
    let values = Values {
        id: ID,
        // Office reads the ribbon anew when this changes.
        version: format!("{}.0", env!("CARGO_PKG_VERSION")),
        pane: match &installation.key {
            Some(key) => format!("{origin}/addin/?k={key}"),
            None => format!("{origin}/addin/"),
        },
        origin,
    };
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(|text| quick_xml::escape::escape(text).into_owned());
    engine
        .render_template(TEMPLATE, &values)
        .map_err(|error| Error::Internal(format!("アドインの定義のひな形: {error}")))
}

/// The icon of a size, as the service serves it.
pub fn icon(size: u32) -> Option<&'static [u8]> {
    macro_rules! icons {
        ($($size:literal),*) => {
            match size {
                $($size => Some(include_bytes!(concat!("../../addin-manifest/icons/icon-", $size, ".png"))),)*
                _ => None,
            }
        };
    }
    icons!(16, 20, 24, 32, 40, 48, 64, 80)
}

/// Width and height a PNG says it has.
pub fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    if rest.get(4..8)? != b"IHDR" {
        return None;
    }
    let number = |at: usize| Some(u32::from_be_bytes(rest.get(at..at + 4)?.try_into().ok()?));
    Some((number(8)?, number(12)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_has_the_size_its_name_says() {
        for size in ICON_SIZES {
            assert_eq!(png_size(icon(size).unwrap()), Some((size, size)));
        }
        assert_eq!(icon(17), None);
        assert_eq!(png_size(b"GIF89a"), None);
    }
}
