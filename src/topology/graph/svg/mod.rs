//! A picture as SVG: no fonts, scripts or references, a background of its own.

mod cell;
mod group;
mod layout;
mod net;
mod scene;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::Write as _;

use super::picture::Picture;
use cell::{CLIENT_LINE, LEAFNODE_LINE};
use scene::{Item, Look, Piece};
use text::{SMALL, TITLE, fit, width};

/// Names in the legend and the title are shortened to this.
const WIDEST: i32 = 900;
const BACKGROUND: &str = "#f8fafc";

pub(super) fn draw(picture: &Picture) -> String {
    xml(picture, &scene(picture))
}

fn scene(picture: &Picture) -> Piece {
    layout::layout(picture, header(picture))
}

/// The title, and what the lines mean.
fn header(picture: &Picture) -> Piece {
    let mut piece = Piece::default();
    let name = super::printable(&picture.name);
    let mut y = piece.write(&fit(&name, TITLE, WIDEST), TITLE, true, 0, 0);
    y = piece.write(&picture.summary, SMALL + 1, false, 0, y) + 6;
    let mut legend: Vec<(&str, bool, String)> = Vec::new();
    let mut of_clients =
        picture.clients.iter().any(|clients| !matches!(cell::home(picture, clients), cell::Home::Bottom));
    for net in net::nets(picture) {
        of_clients |= net.color == CLIENT_LINE;
        legend.extend(net.legend.map(|text| (net.color, net.dashed, text)));
    }
    if !picture.leafnodes.is_empty() {
        legend.push((LEAFNODE_LINE, false, "leafnodes to their hub".to_owned()));
    }
    if of_clients {
        legend.push((CLIENT_LINE, true, "clients to where they may connect".to_owned()));
    }
    for (color, dashed, text) in legend {
        let middle = y + text::line_height(SMALL) / 2;
        piece.draw(vec![(0, middle), (26, middle)], color, dashed, false);
        y = piece.write(&fit(&super::printable(&text), SMALL, WIDEST), SMALL, false, 34, y);
    }
    piece
}

fn xml(picture: &Picture, scene: &Piece) -> String {
    let (w, h) = (scene.w, scene.h);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" \
         aria-labelledby=\"title desc\" font-family=\"ui-monospace, Menlo, Consolas, monospace\">\n\
         <title id=\"title\">NATS system {}</title>\n<desc id=\"desc\">{}</desc>\n\
         <rect width=\"{w}\" height=\"{h}\" fill=\"{BACKGROUND}\"/>\n",
        escaped(&picture.name),
        escaped(&picture.summary),
    );
    for item in &scene.items {
        match item {
            Item::Box { x, y, w, h, look, full } => {
                let (fill, stroke, radius) = paint(*look);
                let _ = writeln!(
                    out,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{radius}\" fill=\"{fill}\" \
                     stroke=\"{stroke}\"><title>{}</title></rect>",
                    escaped(full)
                );
            }
            Item::Text { .. } => write_text(&mut out, item),
            Item::Line { points, color, dashed, arrow } => {
                write_line(&mut out, points, color, *dashed, *arrow);
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

const fn paint(look: Look) -> (&'static str, &'static str, i32) {
    match look {
        Look::Cluster => ("#e3edfd", "#3b82f6", 10),
        Look::Leafnodes => ("#e2f5e8", "#16a34a", 10),
        Look::Clients => ("#fdeedd", "#ea580c", 10),
        Look::Member => ("#ffffff", "#94a3b8", 5),
    }
}

fn write_text(out: &mut String, item: &Item) {
    let Item::Text { x, y, size, strong, alarm, text } = item else { return };
    let weight = if *strong { " font-weight=\"bold\"" } else { "" };
    let fill = match (alarm, strong) {
        (true, _) => "#b91c1c",
        (_, true) => "#0f172a",
        _ => "#334155",
    };
    // Letters of other scripts come from other fonts, of any width.
    let length = if text.is_ascii() {
        String::new()
    } else {
        format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", width(text, *size))
    };
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{}\" font-size=\"{size}\"{weight} fill=\"{fill}\"{length} pointer-events=\"none\">{}</text>",
        y + size,
        escaped(text)
    );
}

fn write_line(out: &mut String, points: &[(i32, i32)], color: &str, dashed: bool, arrow: bool) {
    let corners: Vec<_> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let dash = if dashed { " stroke-dasharray=\"5 3\"" } else { "" };
    let _ = writeln!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"{dash}/>",
        corners.join(" ")
    );
    if let ([.., (_, before), (x, y)], true) = (points, arrow) {
        // It comes from above or from below.
        let back = if before < y { y - 7 } else { y + 7 };
        let _ =
            writeln!(out, "<polygon points=\"{x},{y} {},{back} {},{back}\" fill=\"{color}\"/>", x - 4, x + 4);
    }
}

/// As XML text or attribute.
fn escaped(text: &str) -> String {
    let text: String = text.split('\n').map(super::printable).collect::<Vec<_>>().join("\n");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
