#![allow(clippy::unwrap_used)]

use super::super::build::picture;
use super::super::fixture::{expiry, samples};
use super::super::picture::{Detail, Picture};
use super::scene::{Item, Piece};
use super::text::{line_height, width};
use super::*;

/// Left, upper, right and lower edge.
type Area = (i32, i32, i32, i32);

fn drawn() -> Vec<(&'static str, Picture, Piece)> {
    let draw = |(name, system): (_, _)| {
        let picture = picture(&system, &expiry, Detail { nodes: system.nodes.len() <= 200, clients: true });
        let scene = scene(&picture);
        (name, picture, scene)
    };
    samples().into_iter().map(draw).collect()
}

fn texts(scene: &Piece) -> Vec<(Area, &str)> {
    let area = |item| match item {
        &Item::Text { x, y, size, ref text, .. } => {
            Some(((x, y, x + width(text, size), y + line_height(size)), text.as_str()))
        }
        _ => None,
    };
    scene.items.iter().filter_map(area).collect()
}

fn boxes(scene: &Piece) -> Vec<Area> {
    let area = |item: &Item| match *item {
        Item::Box { x, y, w, h, .. } => Some((x, y, x + w, y + h)),
        _ => None,
    };
    scene.items.iter().filter_map(area).collect()
}

fn overlap(a: Area, b: Area) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

fn within(inner: Area, outer: Area) -> bool {
    inner.0 >= outer.0 && inner.1 >= outer.1 && inner.2 <= outer.2 && inner.3 <= outer.3
}

#[test]
fn no_text_covers_another_or_leaves_the_picture() {
    for (name, _, scene) in drawn() {
        let mut texts = texts(&scene);
        texts.sort_unstable_by_key(|(area, _)| area.1);
        for (index, (area, text)) in texts.iter().enumerate() {
            assert!(within(*area, (0, 0, scene.w, scene.h)), "{name}: {text} is outside");
            for (other, covered) in texts[index + 1..].iter().take_while(|(other, _)| other.1 < area.3) {
                assert!(!overlap(*area, *other), "{name}: {text} covers {covered}");
            }
        }
    }
}

#[test]
fn no_text_leaves_its_box() {
    for (name, _, scene) in drawn() {
        let boxes = boxes(&scene);
        for (area, text) in texts(&scene) {
            for around in boxes.iter().filter(|around| overlap(area, **around)) {
                assert!(within(area, *around), "{name}: {text} leaves {around:?}");
            }
        }
    }
}

#[test]
fn boxes_are_inside_each_other_or_apart() {
    for (name, _, scene) in drawn() {
        let boxes = boxes(&scene);
        for (index, &one) in boxes.iter().enumerate() {
            assert!(within(one, (0, 0, scene.w, scene.h)), "{name}: {one:?} is outside");
            for &other in &boxes[index + 1..] {
                let apart = !overlap(one, other) || within(one, other) || within(other, one);
                assert!(apart, "{name}: {one:?} and {other:?}");
            }
        }
    }
}

#[test]
fn no_line_crosses_a_text_or_a_box() {
    for (name, _, scene) in drawn() {
        let texts = texts(&scene);
        let boxes = boxes(&scene);
        for item in &scene.items {
            let Item::Line { points, .. } = item else { continue };
            for ends in points.windows(2) {
                let ((ax, ay), (bx, by)) = (ends[0], ends[1]);
                assert!(ax == bx || ay == by, "{name}: {ends:?} is slanted");
                let line = (ax.min(bx), ay.min(by), ax.max(bx), ay.max(by));
                assert!(within(line, (0, 0, scene.w, scene.h)), "{name}: {line:?} is outside");
                let thick = (line.0, line.1, line.2 + 1, line.3 + 1);
                assert!(!texts.iter().any(|(area, _)| overlap(thick, *area)), "{name}: {line:?} on a text");
                // It ends at edges of boxes.
                let thin = |(x0, y0, x1, y1): Area| (x0 + 1, y0 + 1, x1 - 1, y1 - 1);
                assert!(!boxes.iter().any(|area| overlap(thick, thin(*area))), "{name}: {line:?} in a box");
            }
        }
    }
}

#[test]
fn every_cluster_is_joined_to_the_gateways() {
    for (name, _, scene) in drawn().into_iter().filter(|(_, picture, _)| picture.mesh.is_some()) {
        let ends = scene.items.iter().filter_map(|item| match item {
            Item::Line { points, color: "#6d28d9", .. } => points.last().copied(),
            _ => None,
        });
        let ends: Vec<_> = ends.collect();
        for item in &scene.items {
            if let Item::Box { look: Look::Cluster, x, y, w, .. } = item {
                let joined = ends.iter().any(|end| end.1 == *y && (*x..x + w).contains(&end.0));
                assert!(joined, "{name}: the cluster at {x}, {y}");
            }
        }
    }
}

#[test]
fn it_is_well_formed_and_needs_nothing_else() {
    for (name, picture, _) in drawn() {
        let svg = draw(&picture);
        let document = roxmltree::Document::parse(&svg).unwrap_or_else(|why| panic!("{name}: {why}"));
        let known = ["svg", "title", "desc", "rect", "text", "polyline", "polygon"];
        for element in document.descendants().filter(roxmltree::Node::is_element) {
            assert!(known.contains(&element.tag_name().name()), "{name}: {:?}", element.tag_name());
            for attribute in element.attributes() {
                assert!(!attribute.name().starts_with("on") && attribute.name() != "href", "{name}");
                assert!(!attribute.value().contains("url("), "{name}: {}", attribute.value());
            }
        }
        let root = document.root_element();
        let labels: Vec<_> = root.children().filter(roxmltree::Node::is_element).take(3).collect();
        assert_eq!(
            labels[0].text().unwrap(),
            format!("NATS system {}", super::super::printable(&picture.name))
        );
        assert_eq!(labels[1].text().unwrap(), picture.summary);
        assert_eq!(labels[2].attribute("fill"), Some(BACKGROUND), "{name}: a background of its own");
    }
}
