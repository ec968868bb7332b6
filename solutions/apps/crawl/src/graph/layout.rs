//! Where each page stands in the drawing.
//!
//! The one idea: distance from the middle is the number of clicks from the first page. Every page
//! hangs on the page by which it is reached first, and stands in its part of the circle; so what
//! belongs together stands together, whatever other links there are. Each ring is as wide as its
//! pages need, so that thousands have room.
//!
//! Not here: colours and words (`graph`).

use std::collections::VecDeque;
use std::f64::consts::TAU;

/// The room of one page: a square of this side.
const ROOM: f64 = 14.0;
/// A ring is at least so wide.
const WIDTH: f64 = 60.0;
/// Between the pages of two rings.
const GAP: f64 = 15.0;
/// How close pages stand is judged by that many in a row.
const NEIGHBOURS: usize = 48;
/// Neighbours in a wide ring stand at different distances: each a golden part of the width further,
/// which never repeats.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// Where each page stands.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// For each page.
    pub(super) spots: Vec<Spot>,
    /// The outer edge of each ring; the first is the middle.
    pub(super) rings: Vec<f64>,
}

/// Where a page stands, and on which page it hangs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Spot {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Clicks from the first page.
    pub(super) clicks: usize,
    /// The page by which it is reached first; itself for the first page, and for one that nothing
    /// leads to.
    pub(super) parent: usize,
}

impl Layout {
    /// Lays out pages by what each links to. Time and memory grow with the number of links.
    pub(super) fn new(start: usize, links: &[&[usize]]) -> Layout {
        let mut spots = vec![Spot::default(); links.len()];
        if links.is_empty() {
            return Layout::default();
        }
        let order = breadth_first(start, links, &mut spots);
        let wedges = wedges(&order, &spots);
        let mut rings = Vec::new();
        let same_ring = |a: &usize, b: &usize| spots[*a].clicks == spots[*b].clicks;
        let pages: Vec<Vec<usize>> = order.chunk_by(same_ring).map(<[usize]>::to_vec).collect();
        for mut ring in pages {
            let Some(inside) = rings.last().copied() else {
                // The first page alone, in the middle.
                rings.push(GAP);
                continue;
            };
            // In the order of angles, so that neighbours get different distances.
            ring.sort_by(|a, b| wedges[*a].middle().total_cmp(&wedges[*b].middle()));
            let angles: Vec<f64> = ring.iter().map(|page| wedges[*page].middle()).collect();
            let inner = inside + GAP;
            let outer = (inner * inner + room(&angles)).sqrt().max(inside + WIDTH);
            for (rank, (page, angle)) in (0_u32..).zip(ring.iter().zip(&angles)) {
                let part = (f64::from(rank) * GOLDEN).fract();
                // Equal areas, not equal widths: there is more room outside.
                let distance = (inner * inner + part * (outer * outer - inner * inner)).sqrt();
                spots[*page].x = distance * angle.sin();
                spots[*page].y = -distance * angle.cos();
            }
            rings.push(outer);
        }
        Layout { spots, rings }
    }
}

/// The pages in the order of their clicks, with clicks and parents set. What nothing leads to hangs
/// on itself, furthest out.
fn breadth_first(start: usize, links: &[&[usize]], spots: &mut [Spot]) -> Vec<usize> {
    let mut seen = vec![false; links.len()];
    let mut waiting = VecDeque::from([start]);
    let mut order = Vec::new();
    seen[start] = true;
    spots[start].parent = start;
    while let Some(page) = waiting.pop_front() {
        order.push(page);
        for link in links[page] {
            if !std::mem::replace(&mut seen[*link], true) {
                spots[*link] = Spot {
                    clicks: spots[page].clicks + 1,
                    parent: page,
                    ..Spot::default()
                };
                waiting.push_back(*link);
            }
        }
    }
    let furthest = order.last().map_or(0, |page| spots[*page].clicks);
    for page in (0..links.len()).filter(|page| !seen[*page]) {
        spots[page] = Spot {
            clicks: furthest + 1,
            parent: page,
            ..Spot::default()
        };
        order.push(page);
    }
    order
}

/// A part of the circle.
#[derive(Clone, Copy, Default)]
struct Wedge {
    from: f64,
    to: f64,
}

impl Wedge {
    fn middle(self) -> f64 {
        f64::midpoint(self.from, self.to)
    }
}

/// For each page the part of the circle for it and all that hangs on it, as large as their number.
fn wedges(order: &[usize], spots: &[Spot]) -> Vec<Wedge> {
    let mut sizes = vec![1_u32; spots.len()];
    for page in order.iter().rev() {
        let parent = spots[*page].parent;
        if parent != *page {
            sizes[parent] += sizes[*page];
        }
    }
    let mut wedges = vec![Wedge::default(); spots.len()];
    // Where the next child of each page begins.
    let mut next = vec![0.0; spots.len()];
    let roots: u32 = order
        .iter()
        .filter(|page| spots[**page].parent == **page)
        .map(|page| sizes[*page])
        .sum();
    let mut next_root = 0.0;
    for page in order {
        let Spot { parent, .. } = spots[*page];
        let share = f64::from(sizes[*page]);
        let (from, width) = if parent == *page {
            (next_root, TAU * share / f64::from(roots))
        } else {
            let wedge = wedges[parent];
            (
                next[parent],
                (wedge.to - wedge.from) * share / f64::from(sizes[parent] - 1),
            )
        };
        if parent == *page {
            next_root += width;
        } else {
            next[parent] += width;
        }
        wedges[*page] = Wedge {
            from,
            to: from + width,
        };
        next[*page] = from;
    }
    wedges
}

/// The difference of the squares of a ring's edges that gives the pages at these angles room, but
/// for the tenth of them that stands closest.
fn room(angles: &[f64]) -> f64 {
    let side = NEIGHBOURS.min(angles.len());
    let row = side as f64;
    let mut rooms: Vec<f64> = angles
        .windows(side)
        .map(|window| {
            // A number of pages in a part of the ring: its area is angle / 2 · (outer² − inner²).
            let angle = (window[side - 1] - window[0]) * row / (row - 1.0).max(1.0);
            2.0 * row * ROOM * ROOM / angle.clamp(1e-3, TAU)
        })
        .collect();
    rooms.sort_by(f64::total_cmp);
    rooms[(rooms.len() - 1) * 9 / 10]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay_out(start: usize, links: &[&[usize]]) -> Layout {
        Layout::new(start, links)
    }

    #[test]
    fn distance_is_the_number_of_clicks() {
        let layout = lay_out(0, &[&[1, 2], &[3, 0], &[3], &[0], &[0]]);
        let clicks: Vec<_> = layout.spots.iter().map(|spot| spot.clicks).collect();
        assert_eq!(
            clicks,
            [0, 1, 1, 2, 3],
            "the last is a page that nothing leads to"
        );
        assert_eq!((layout.spots[0].x, layout.spots[0].y), (0.0, 0.0));
        for spot in &layout.spots[1..] {
            let distance = spot.x.hypot(spot.y);
            assert!(
                layout.rings[spot.clicks - 1] < distance && distance <= layout.rings[spot.clicks]
            );
        }
    }

    #[test]
    fn a_page_hangs_on_the_first_that_links_to_it() {
        let layout = lay_out(1, &[&[2], &[0, 2], &[0]]);
        let parents: Vec<_> = layout.spots.iter().map(|spot| spot.parent).collect();
        assert_eq!(parents, [1, 1, 1]);
    }

    #[test]
    fn no_two_of_thousands_stand_in_one_place() {
        let many: Vec<usize> = (1..5000).collect();
        let mut links: Vec<&[usize]> = vec![&[]; 5000];
        links[0] = &many;
        let layout = lay_out(0, &links);
        let mut spots: Vec<_> = layout
            .spots
            .iter()
            .map(|spot| (spot.x.round() as i64, spot.y.round() as i64))
            .collect();
        spots.sort_unstable();
        spots.dedup();
        assert!(spots.len() > 4900, "{} places", spots.len());
        assert!(layout.rings[1] < 1000.0);
    }

    #[test]
    fn a_long_chain_and_no_page_at_all_have_a_layout() {
        let next: Vec<[usize; 1]> = (1..=50_000).map(|next| [next.min(49_999)]).collect();
        let links: Vec<&[usize]> = next.iter().map(|next| &next[..]).collect();
        assert_eq!(lay_out(0, &links).spots[49_999].clicks, 49_999);
        assert_eq!(lay_out(0, &[]).spots.len(), 0);
        assert_eq!(lay_out(0, &[&[]]).spots.len(), 1);
    }
}
