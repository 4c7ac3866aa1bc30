//! The picture of a system: clusters, nodes, gateways, leafnodes, clients, who presents which certificate to whom.

mod build;
mod certificates;
mod dot;
#[cfg(test)]
mod fixture;
mod mermaid;
mod picture;
mod svg;
#[cfg(test)]
mod tests;
mod words;

use time::OffsetDateTime;

use super::{Owner, System};
use picture::Detail;

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A flowchart of Mermaid, which GitHub and many wikis draw.
    Mermaid,
    /// A digraph of Graphviz.
    Dot,
    /// An image that needs nothing else.
    Svg,
}

/// The most nodes that are drawn one by one, and the most clients.
pub const MAX_DRAWN: usize = 200;

/// Draws a system. `expiry` says until when the certificate in a folder of its owner is valid; none: it is not there.
#[must_use]
pub fn draw(
    system: &System,
    format: Format,
    expiry: &dyn Fn(Owner, &str) -> Option<OffsetDateTime>,
) -> String {
    let detail =
        Detail { nodes: system.nodes.len() <= MAX_DRAWN, clients: system.clients.len() <= MAX_DRAWN };
    let picture = build::picture(system, expiry, detail);
    match format {
        Format::Dot => dot::draw(&picture),
        Format::Svg => svg::draw(&picture),
        Format::Mermaid => {
            let fits = |text: &String| text.len() <= mermaid::MAX_TEXT;
            Some(mermaid::draw(&picture)).filter(fits).unwrap_or_else(|| {
                let counted = build::picture(system, expiry, Detail { nodes: false, clients: false });
                Some(mermaid::draw(&counted)).filter(fits).unwrap_or_else(|| mermaid::summary(&counted))
            })
        }
    }
}

/// What steers a terminal, turns the direction of writing or cannot stand in XML becomes a replacement character.
fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
    };
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
