//! Where everything is: cells in rows, and between the rows room for the lines that lead from cell to cell.

use super::cell::{self, CLIENT_LINE, Home};
use super::group::{self, group};
use super::net::{Net, nets};
use super::scene::{Look, Piece};
use crate::topology::graph::picture::Picture;

const MARGIN: i32 = 24;
const BETWEEN: i32 = 28;
/// Between two lines side by side.
pub(super) const TRACK: i32 = 10;
const MOST_COLUMNS: usize = 120;

/// A cell or a group of clients, with the upper edge that lines lead to.
pub(super) struct Slot {
    piece: Piece,
    /// How wide that edge is.
    edge: i32,
    x: i32,
    y: i32,
}

/// What stands side by side.
struct Row {
    slots: std::ops::Range<usize>,
    /// The upper end of the room for lines above it.
    channel: i32,
}

pub(super) fn layout(picture: &Picture, header: Piece) -> Piece {
    let (mut slots, columns) = slots(picture);
    let clusters = picture.clusters.len();
    let nets = nets(picture);
    let lanes = i32::try_from(nets.len()).unwrap_or(0);
    let left = MARGIN + if clusters > columns || slots.len() > clusters { lanes * TRACK } else { 0 };
    let mut scene = Piece::default();
    let top = header.h + MARGIN;
    scene.put(header, MARGIN, MARGIN);
    let rows = place(&mut slots, clusters, columns, &nets, (left, top));
    for (index, net) in nets.iter().enumerate() {
        draw_net(&mut scene, net, index, &rows, &slots, &nets);
    }
    for slot in slots {
        scene.put(slot.piece, slot.x, slot.y);
    }
    scene.grow(scene.w + MARGIN, scene.h + MARGIN);
    scene
}

/// The cells, then the groups of clients that connect to several; and how many cells stand side by side.
fn slots(picture: &Picture) -> (Vec<Slot>, usize) {
    let member_width = group::member_width(picture);
    let mut slots: Vec<Slot> = Vec::new();
    for (cluster, below) in picture.clusters.iter().zip(cell::below(picture)) {
        let (piece, edge) = cell::cell(cluster, &below, member_width);
        slots.push(Slot { piece, edge, x: 0, y: 0 });
    }
    let columns = best_columns(&slots);
    for clients in &picture.clients {
        if matches!(cell::home(picture, clients), Home::Bottom) {
            let piece = group(clients, Look::Clients, member_width);
            slots.push(Slot { edge: piece.w, piece, x: 0, y: 0 });
        }
    }
    (slots, columns)
}

/// How many cells side by side come nearest to a screen's shape.
fn best_columns(cells: &[Slot]) -> usize {
    let shape = |columns: &usize| {
        let height: i32 = cells.chunks(*columns).map(|row| tallest(row) + BETWEEN).sum();
        let width: i32 = widths(cells, *columns).iter().map(|width| width + BETWEEN).sum();
        (i64::from(width) * 10 - i64::from(height) * 16).abs()
    };
    (1..=cells.len().min(MOST_COLUMNS)).min_by_key(shape).unwrap_or(1)
}

fn widths(cells: &[Slot], columns: usize) -> Vec<i32> {
    let mut widths = vec![0; columns];
    for (index, slot) in cells.iter().enumerate() {
        widths[index % columns] = slot.piece.w.max(widths[index % columns]);
    }
    widths
}

fn tallest(row: &[Slot]) -> i32 {
    row.iter().map(|slot| slot.piece.h).max().unwrap_or(0)
}

/// Gives every slot its place.
fn place(slots: &mut [Slot], clusters: usize, columns: usize, nets: &[Net], from: (i32, i32)) -> Vec<Row> {
    let widths = widths(&slots[..clusters], columns);
    let full: i32 = widths.iter().map(|width| width + BETWEEN).sum();
    let mut ranges: Vec<_> = (0..clusters).step_by(columns).map(|n| n..clusters.min(n + columns)).collect();
    ranges.extend(bottom_rows(slots, clusters, full));
    let mut rows = Vec::new();
    let mut y = from.1;
    for range in ranges {
        let tracks = nets.iter().filter(|net| net.touches(&range)).count();
        let channel = y + BETWEEN / 2;
        y += if tracks == 0 { BETWEEN } else { BETWEEN + i32::try_from(tracks).unwrap_or(0) * TRACK };
        let mut x = from.0;
        for index in range.clone() {
            (slots[index].x, slots[index].y) = (x, y);
            let width = if index < clusters { widths[index % columns] } else { slots[index].piece.w };
            x += width + BETWEEN;
        }
        y += tallest(&slots[range.clone()]);
        rows.push(Row { slots: range, channel });
    }
    rows
}

/// The groups below the cells, as many side by side as fit.
fn bottom_rows(slots: &[Slot], clusters: usize, full: i32) -> Vec<std::ops::Range<usize>> {
    let mut rows = Vec::new();
    let (mut first, mut used) = (clusters, 0);
    for (index, slot) in slots.iter().enumerate().skip(clusters) {
        let width = slot.piece.w + BETWEEN;
        if index > first && used + width > full {
            rows.push(first..index);
            (first, used) = (index, 0);
        }
        used += width;
    }
    if first < slots.len() {
        rows.push(first..slots.len());
    }
    rows
}

/// One horizontal line in each row that it touches, one vertical line beside them, and a short one to every end.
fn draw_net(scene: &mut Piece, net: &Net, index: usize, rows: &[Row], slots: &[Slot], nets: &[Net]) {
    let lane = MARGIN + i32::try_from(index).unwrap_or(0) * TRACK;
    let touched: Vec<&Row> = rows.iter().filter(|row| net.touches(&row.slots)).collect();
    let mut levels = Vec::new();
    for row in &touched {
        let above = nets[..index].iter().filter(|other| other.touches(&row.slots)).count();
        let level = row.channel + i32::try_from(above).unwrap_or(0) * TRACK;
        levels.push(level);
        let mut reach: Vec<i32> = if touched.len() > 1 { vec![lane] } else { Vec::new() };
        for &end in net.ends.iter().filter(|end| row.slots.contains(end)) {
            let x = slots[end].x + port(index, end, nets, slots[end].edge);
            reach.push(x);
            let arrow = net.color == CLIENT_LINE && end < net.clusters;
            scene.draw(vec![(x, level), (x, slots[end].y)], net.color, net.dashed, arrow);
        }
        let (from, to) = (reach.iter().min().copied(), reach.iter().max().copied());
        if let (Some(from), Some(to)) = (from, to) {
            scene.draw(vec![(from, level), (to, level)], net.color, net.dashed, false);
        }
    }
    if let ([first, ..], [.., last]) = (&levels[..], &levels[..])
        && first < last
    {
        scene.draw(vec![(lane, *first), (lane, *last)], net.color, net.dashed, false);
    }
}

/// Where a net meets a slot's edge: nets side by side, as far apart as there is room.
fn port(net: usize, slot: usize, nets: &[Net], edge: i32) -> i32 {
    let count =
        |nets: &[Net]| i32::try_from(nets.iter().filter(|net| net.ends.contains(&slot)).count()).unwrap_or(0);
    let (before, all) = (count(&nets[..net]), count(nets));
    let apart = (14).min((edge - 40) / all.max(1)).max(2);
    20 + before * apart
}
