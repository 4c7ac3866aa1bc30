//! One box with its members.

use super::scene::{Item, Look, Piece};
use super::text::{HEAD, NAME, SMALL, fit, line_height, width, wrap};
use crate::topology::graph::picture::{Group, Member, Picture};

const PADDING: i32 = 10;
const GAP: i32 = 8;
/// What facts are wrapped to, where members do not make a box wider.
const NARROWEST: i32 = 300;
const MEMBER_WIDTHS: (i32, i32) = (130, 230);

/// The width of all members' boxes: what the widest needs, within limits.
pub(super) fn member_width(picture: &Picture) -> i32 {
    let groups = picture.clusters.iter().chain(&picture.leafnodes).chain(&picture.clients);
    let members = groups.flat_map(|group| &group.members);
    let needed = members.map(|member| {
        let facts = member.facts.iter().map(|fact| width(fact, SMALL)).max().unwrap_or(0);
        width(&member.name, NAME).max(facts) + 2 * PADDING
    });
    needed.max().unwrap_or(0).clamp(MEMBER_WIDTHS.0, MEMBER_WIDTHS.1)
}

/// The box of a group, its members in a grid about half as high as wide.
pub(super) fn group(group: &Group, look: Look, member_width: i32) -> Piece {
    let members: Vec<_> = group.members.iter().map(|one| member(one, member_width)).collect();
    let height = members.iter().map(|piece| piece.h).max().unwrap_or(0);
    let columns = columns(members.len(), member_width + GAP, height + GAP);
    let shown = i32::try_from(columns.min(members.len())).unwrap_or(1);
    let inner = NARROWEST.max(shown * (member_width + GAP) - GAP);
    let mut piece = Piece::default();
    let mut y = piece.write(&fit(&group.title, HEAD, inner), HEAD, true, PADDING, PADDING);
    // What stands at a cluster's routes is among its facts.
    let label = group.label.as_ref().filter(|_| look != Look::Cluster);
    let facts: Vec<_> = group.facts.iter().chain(label).cloned().collect();
    for fact in &facts {
        for line in wrap(fact, SMALL, inner) {
            y = piece.write(&line, SMALL, false, PADDING, y);
        }
    }
    y += PADDING;
    let mut cell = (PADDING, y);
    for (index, mut one) in members.into_iter().enumerate() {
        if let Some(Item::Box { h, .. }) = one.items.first_mut() {
            *h = height;
        }
        one.h = height;
        piece.put(one, cell.0, cell.1);
        cell.0 += member_width + GAP;
        if (index + 1) % columns == 0 {
            cell = (PADDING, cell.1 + height + GAP);
        }
    }
    piece.h = piece.h.max(y - PADDING) + PADDING;
    piece.w = inner + 2 * PADDING;
    framed(piece, look, full(&group.title, &facts))
}

fn member(member: &Member, width: i32) -> Piece {
    let room = width - 2 * PADDING;
    let mut piece = Piece::default();
    let mut y = piece.write(&fit(&member.name, NAME, room), NAME, true, PADDING, GAP);
    for fact in &member.facts {
        for line in wrap(fact, SMALL, room) {
            y = piece.write(&line, SMALL, false, PADDING, y);
        }
    }
    (piece.w, piece.h) = (width, y + GAP);
    framed(piece, Look::Member, full(&member.name, &member.facts))
}

/// The same with a box around it, drawn first.
fn framed(piece: Piece, look: Look, full: String) -> Piece {
    let mut items = vec![Item::Box { x: 0, y: 0, w: piece.w, h: piece.h, look, full }];
    items.extend(piece.items);
    Piece { items, ..piece }
}

fn full(title: &str, facts: &[String]) -> String {
    [&[title.to_owned()], facts].concat().join("\n")
}

/// The fewest columns with which a grid is at least 1.6 times as wide as high; up to four in one row.
pub(super) fn columns(members: usize, width: i32, height: i32) -> usize {
    if members <= 4 {
        return members.max(1);
    }
    let wide_enough = |columns: &usize| {
        let rows = members.div_ceil(*columns);
        let of = |number: usize, size: i32| i64::try_from(number).unwrap_or(i64::MAX) * i64::from(size);
        of(*columns, width) * 10 >= of(rows, height) * 16
    };
    (1..=members).find(wide_enough).unwrap_or(members)
}

/// Where the title of a group's box is, below its upper edge: lines from its side end there.
pub(super) const fn title_at() -> i32 {
    PADDING + line_height(HEAD) / 2
}
