//! Sites from a seed.
use super::{Response, Site};
use std::collections::BTreeMap;

/// How many hosts a site from a seed has.
const HOSTS: u64 = 4;

impl Site {
    /// A site of `pages` pages on `levels` levels of links; the same seed gives the same site.
    ///
    /// Every page is linked to from the level above. There are links back, to the side and to
    /// itself, links that come twice, redirects, and links to pages that do not exist. There are at
    /// least as many pages as levels, and where there are two pages, two levels.
    pub fn from_seed(seed: u64, pages: usize, levels: usize) -> Site {
        let pages = pages.max(levels).max(1);
        let levels = levels.clamp(pages.min(2), pages);
        let mut random = Random(seed);
        let urls: Vec<String> = (0..pages)
            .map(|page| format!("http://h{}.example/{page}", random.below(HOSTS)))
            .collect();
        // One page on the first level; the others spread evenly over those below.
        let level = |page: usize| match page {
            0 => 0,
            _ => 1 + (page - 1) * (levels - 1) / (pages - 1),
        };
        let mut links: Vec<Vec<String>> = vec![Vec::new(); pages];
        for (page, url) in urls.iter().enumerate().skip(1) {
            let above: Vec<usize> = (0..page)
                .filter(|other| level(*other) + 1 == level(page))
                .collect();
            links[above[random.index(above.len())]].push(url.clone());
        }
        for (page, links) in links.iter_mut().enumerate() {
            for _ in 0..random.below(4) {
                let other = random.index(pages);
                // Never further down than the next level: a short cut would take a level away.
                if level(other) <= level(page) + 1 {
                    links.insert(random.index(links.len() + 1), urls[other].clone());
                }
            }
            if random.below(8) == 0 && level(page) + 1 < levels {
                links.push(format!("{}/gone", urls[page]));
            }
            if random.below(4) == 0
                && let Some(twice) = links.first().cloned()
            {
                links.push(twice);
            }
        }
        let answer = |links: Vec<String>| match <[String; 1]>::try_from(links) {
            Ok([to]) => Response::Redirect(to),
            Err(links) => Response::Links(links),
        };
        Site {
            start: urls[0].clone(),
            pages: urls
                .into_iter()
                .zip(links.into_iter().map(answer))
                .collect(),
            hosts: BTreeMap::new(),
            gates: BTreeMap::new(),
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }
}
