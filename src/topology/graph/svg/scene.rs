//! What is drawn, with the place of everything.

use super::text::{line_height, width};

/// Something drawn. Coordinates are pixels from the upper left corner.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Box {
        x: i32,
        y: i32,
        w: i32,
        h: i32,
        look: Look,
        /// What is in it, unabridged.
        full: String,
    },
    Text {
        x: i32,
        /// Its upper edge.
        y: i32,
        size: i32,
        strong: bool,
        /// Darker than what is beside it.
        alarm: bool,
        text: String,
    },
    Line {
        points: Vec<(i32, i32)>,
        color: &'static str,
        dashed: bool,
        /// Whether it ends with an arrow.
        arrow: bool,
    },
}

/// How a box is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Cluster,
    Leafnodes,
    Clients,
    Member,
}

/// Items with the room they take: everything is between (0, 0) and (w, h).
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    pub(super) w: i32,
    pub(super) h: i32,
    pub(super) items: Vec<Item>,
}

impl Item {
    fn moved(mut self, dx: i32, dy: i32) -> Self {
        match &mut self {
            Self::Box { x, y, .. } | Self::Text { x, y, .. } => {
                *x += dx;
                *y += dy;
            }
            Self::Line { points, .. } => {
                for (x, y) in points {
                    *x += dx;
                    *y += dy;
                }
            }
        }
        self
    }
}

impl Piece {
    /// Puts another piece into this one, which grows as needed.
    pub(super) fn put(&mut self, piece: Self, x: i32, y: i32) {
        self.grow(x + piece.w, y + piece.h);
        self.items.extend(piece.items.into_iter().map(|item| item.moved(x, y)));
    }

    /// Writes a line; the next one goes below it.
    pub(super) fn write(&mut self, text: &str, size: i32, strong: bool, x: i32, y: i32) -> i32 {
        let alarm = text.contains("not issued yet");
        self.items.push(Item::Text { x, y, size, strong, alarm, text: text.to_owned() });
        self.grow(x + width(text, size), y + line_height(size));
        y + line_height(size)
    }

    pub(super) fn draw(&mut self, points: Vec<(i32, i32)>, color: &'static str, dashed: bool, arrow: bool) {
        self.items.push(Item::Line { points, color, dashed, arrow });
    }

    pub(super) fn grow(&mut self, w: i32, h: i32) {
        self.w = self.w.max(w);
        self.h = self.h.max(h);
    }
}
