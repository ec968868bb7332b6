//! Given: who makes how many calls a second, and how long one takes.
//!
//! Criterion measures one name after the other. Calls over a network depend so much on what else
//! the machine does in that second that here everybody has a turn in each round, and what is
//! compared is rounds.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// How long everybody's turn in a round is.
const TURN: Duration = Duration::from_millis(300);
/// The first round only warms up, and is not counted.
const ROUNDS: usize = 7;

/// What came of one turn.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// Calls that were answered, a second.
    pub rate: f64,
    /// Half of the calls took at most so long.
    pub p50: Duration,
    /// 99 of 100 calls took at most so long.
    pub p99: Duration,
}

/// Makes calls for that long, that many at once.
pub type Play<'a> = dyn FnMut(usize, Duration) -> Turn + 'a;

/// Those that are compared, and with whom.
pub struct Race<'a> {
    title: &'static str,
    players: Vec<(&'static str, Box<Play<'a>>)>,
    filter: Vec<String>,
}

impl<'a> Race<'a> {
    /// Takes names to measure from the command line, or parts of them; without any, all take part.
    pub fn from_args(title: &'static str) -> Self {
        Race {
            title,
            players: Vec::new(),
            filter: std::env::args()
                .skip(1)
                .filter(|argument| !argument.starts_with('-'))
                .collect(),
        }
    }

    /// Whether that name was asked for. Only then it needs to be made ready.
    pub fn wants(&self, name: &str) -> bool {
        self.filter.is_empty() || self.filter.iter().any(|part| name.contains(part))
    }

    /// Lets one more take part, if its name was asked for.
    pub fn add(&mut self, name: &'static str, player: impl FnMut(usize, Duration) -> Turn + 'a) {
        if self.wants(name) {
            self.players.push((name, Box::new(player)));
        }
    }

    /// Runs all rounds, and prints the medians. The last column is how many times as many calls
    /// `ours` made in the same round; with one call at a time, which measures how a core wakes, it
    /// is left out. Prints nothing if nobody was asked for.
    pub fn run(mut self, in_flight: &[usize], ours: &str) {
        if self.players.is_empty() {
            return;
        }
        println!("{}\n", self.title);
        let one = self.players.iter().position(|(name, _)| *name == ours);
        println!(
            "{:<34} {:>9} {:>9} {:>8} {:>8}  {ours} / it",
            "", "in flight", "calls/s", "p50 µs", "p99 µs"
        );
        for &in_flight in in_flight {
            let mut rounds: Vec<Vec<Turn>> = Vec::new();
            for _ in 0..ROUNDS {
                let turns = self.players.iter_mut();
                rounds.push(turns.map(|(_, play)| play(in_flight, TURN)).collect());
            }
            for (player, (name, _)) in self.players.iter().enumerate() {
                let of = |value: &dyn Fn(&Vec<Turn>) -> f64| median(rounds[1..].iter().map(value));
                let (rate, p50) = (of(&|r| r[player].rate), of(&|r| micros(r[player].p50)));
                let p99 = of(&|r| micros(r[player].p99));
                let ratio = match one {
                    Some(one) if in_flight > 1 => {
                        format!("{:.2}", of(&|r| r[one].rate / r[player].rate))
                    }
                    _ => String::new(),
                };
                println!("{name:<34} {in_flight:>9} {rate:>9.0} {p50:>8.0} {p99:>8.0}  {ratio}");
            }
            println!();
        }
    }
}

/// A turn in which that many threads make one `call` after the other until the time is up.
pub fn by_threads(in_flight: usize, time: Duration, call: impl Fn() + Sync) -> Turn {
    let gate = Barrier::new(in_flight);
    let caller = || {
        gate.wait();
        let begun = Instant::now();
        let mut times = Vec::new();
        while begun.elapsed() < time {
            let called = Instant::now();
            call();
            times.push(called.elapsed());
        }
        (begun, times, Instant::now())
    };
    let callers = thread::scope(|scope| {
        let callers: Vec<_> = (0..in_flight).map(|_| scope.spawn(caller)).collect();
        let ended = callers
            .into_iter()
            .map(|caller| caller.join().expect("a caller panicked"));
        ended.collect()
    });
    turn(callers)
}

/// What came of a turn: of each caller its begin, how long each of its calls took, and its end.
pub fn turn(callers: Vec<(Instant, Vec<Duration>, Instant)>) -> Turn {
    let begun = callers.iter().map(|(begun, _, _)| *begun).min();
    let ended = callers.iter().map(|(_, _, ended)| *ended).max();
    let took = begun.zip(ended).map_or(Duration::ZERO, |(b, e)| e - b);
    let mut times: Vec<Duration> = callers
        .into_iter()
        .flat_map(|(_, times, _)| times)
        .collect();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    Turn {
        rate: times.len() as f64 / took.as_secs_f64(),
        p50: at(50),
        p99: at(99),
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
