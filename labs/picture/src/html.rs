//! The picture as one HTML file: no network, no second file, readable without scripts.
//!
//! The one idea: everything that is seen is written here, in Rust: drawing, table, sources, values.
//! The script only moves through it: it marks the current step, and puts away what is not asked
//! for.
//!
//! Not here: which steps are drawn (`rows`), what orders them (`order`), what is known of objects
//! (`state`).
mod arrows;
mod data;
mod drawing;
pub mod escape;
mod lanes;
mod layout;
mod page;
mod play;
mod shapes;
mod source;
mod svg;
mod table;

use crate::Failure;

/// The colours of pages, light and dark, as a style sheet.
pub const COLOURS: &str = include_str!("html/colours.css");

impl Failure {
    /// Draws the failure as one HTML page that needs nothing but itself.
    pub fn to_html(&self) -> String {
        page::page(self)
    }

    /// Draws the failure as an SVG that needs nothing but itself, in the page's layout for a large
    /// screen.
    pub fn to_svg(&self) -> String {
        svg::svg(self)
    }
}
