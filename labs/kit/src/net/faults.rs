//! What can happen to a frame, and who decides that it does.
use crate::message::choose;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a network does to frames: nothing, unless it is told.
///
/// How often is said in percent. A seed and a sampled search follow that; an exhaustive search
/// tries each fault that is possible at all, wherever it can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    lose_requests: u8,
    lose_replies: u8,
    repeat: u8,
    hold_back: u8,
    delay: (u8, Duration),
    at_most: usize,
}

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Arrives,
    Lost,
    /// Arrives twice, one right after the other.
    Twice,
    /// Arrives, and once more after the next one.
    TwiceAndLate,
    /// Arrives after the next one.
    HeldBack,
}

impl Faults {
    /// A network that loses nothing, repeats nothing and keeps the order.
    pub const fn none() -> Faults {
        Faults {
            lose_requests: 0,
            lose_replies: 0,
            repeat: 0,
            hold_back: 0,
            delay: (0, Duration::ZERO),
            at_most: usize::MAX,
        }
    }

    /// Of what goes from the end that connected to the one that accepted, so much is lost.
    pub const fn lose_requests(self, percent: u8) -> Faults {
        Faults {
            lose_requests: percent,
            ..self
        }
    }

    /// Of what goes back, so much is lost.
    pub const fn lose_replies(self, percent: u8) -> Faults {
        Faults {
            lose_replies: percent,
            ..self
        }
    }

    /// `percent` of the frames arrive twice, the second time at once or after a later one.
    pub const fn repeat(self, percent: u8) -> Faults {
        Faults {
            repeat: percent,
            ..self
        }
    }

    /// `percent` of the frames are held back, and arrive after the next one that goes the same way,
    /// so that they come out of order. One after which none comes is lost.
    pub const fn hold_back(self, percent: u8) -> Faults {
        Faults {
            hold_back: percent,
            ..self
        }
    }

    /// On real threads, `percent` of the frames take up to `longest` to arrive, and those behind
    /// them wait. In a model every frame is as late as the schedule wants anyway.
    pub const fn delay(self, percent: u8, longest: Duration) -> Faults {
        Faults {
            delay: (percent, longest),
            ..self
        }
    }

    /// No more faults than this happen in one network; a delay is none. An exhaustive search needs
    /// a small number.
    pub const fn at_most(self, faults: usize) -> Faults {
        Faults {
            at_most: faults,
            ..self
        }
    }

    /// What can happen, and how often.
    fn possible(self, is_request: bool) -> [(Fate, u8); 4] {
        let lost = if is_request {
            self.lose_requests
        } else {
            self.lose_replies
        };
        [
            (Fate::Lost, lost),
            (Fate::Twice, self.repeat.div_ceil(2)),
            (Fate::TwiceAndLate, self.repeat / 2),
            (Fate::HeldBack, self.hold_back),
        ]
    }
}

/// Decides.
#[derive(Debug, Default)]
pub(super) struct Dice {
    seed: u64,
    /// How many frames went from one node to another.
    frames: BTreeMap<(String, String), u64>,
    faults: usize,
}

/// Where the decision for one frame stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throw {
    /// At random, but always the same for the same seed and frame.
    number: u64,
    may_fail: bool,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice {
            seed,
            ..Dice::default()
        }
    }

    /// One more frame goes from `from` to `to`.
    pub(super) fn throw(&mut self, from: &str, to: &str, faults: Faults) -> Throw {
        let frames = self.frames.entry((from.to_owned(), to.to_owned()));
        let frame = frames.or_default();
        *frame += 1;
        let names = from.bytes().chain([0]).chain(to.bytes()).map(u64::from);
        let number = names
            .chain([*frame])
            .fold(self.seed, |state, next| mix(state ^ mix(next)));
        Throw {
            number,
            may_fail: self.faults < faults.at_most,
        }
    }

    /// What `decide` has said was done.
    pub(super) fn done(&mut self, fate: Fate) {
        self.faults += usize::from(fate != Fate::Arrives);
    }
}

impl Throw {
    /// How long the frame is under way, on real threads.
    pub(super) fn delay(self, faults: Faults) -> Duration {
        let (percent, longest) = faults.delay;
        let number = mix(self.number);
        if number % 100 < u64::from(percent) {
            longest.mul_f64((number >> 32) as f64 / f64::from(u32::MAX))
        } else {
            Duration::ZERO
        }
    }

    /// The fate of the frame. May let another thread go first.
    pub(super) fn decide(self, faults: Faults, is_request: bool) -> Fate {
        let possible = faults.possible(is_request);
        if !self.may_fail || possible.iter().all(|(_, percent)| *percent == 0) {
            return Fate::Arrives;
        }
        if crate::message::is_exhaustive() {
            let possible: Vec<Fate> = possible
                .iter()
                .filter(|it| it.1 > 0)
                .map(|it| it.0)
                .collect();
            let chosen = choose(possible.len() as u64 + 1) as usize;
            return chosen
                .checked_sub(1)
                .map_or(Fate::Arrives, |at| possible[at]);
        }
        let mut point = match crate::message::lane() {
            Some(_) => choose(100),
            None => self.number % 100,
        };
        for (fate, percent) in possible {
            if point < u64::from(percent) {
                return fate;
            }
            point -= u64::from(percent);
        }
        Fate::Arrives
    }
}

/// The finalizer of splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_same_again_and_another_seed_something_else() {
        let faults = Faults::none().lose_requests(30).repeat(20).hold_back(10);
        let fates = |seed| {
            let mut dice = Dice::new(seed);
            let mut next = || dice.throw("client", "server", faults).decide(faults, true);
            (0..200).map(|_| next()).collect::<Vec<_>>()
        };
        assert_eq!(fates(1), fates(1));
        assert_ne!(fates(1), fates(2));
        let lost = fates(1).iter().filter(|fate| **fate == Fate::Lost).count();
        assert!(
            (40..80).contains(&lost),
            "{lost} of 200 are lost, and not about 60"
        );
    }
}
