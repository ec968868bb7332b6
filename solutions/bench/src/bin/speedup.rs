//! Given: how much faster work gets with more threads, for `notes/threads.md`.
//!
//! Work that computes (`parallel_map`) and work that waits (`fetch_all`), each with one thread to
//! sixteen. Writes the plot, and prints its figures as a table. One run on one machine: draw your
//! own.

use std::error::Error;
use std::hint::black_box;
use std::thread::{available_parallelism, sleep};
use std::time::{Duration, Instant};

use bench::compute;
use kit::web::{Fetched, Fetcher};
use plotters::prelude::*;
use threads_solution::fetch_all::fetch_all;
use threads_solution::parallel_map::parallel_map;

const PLOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../notes/img/speedup.svg");

const MOST: usize = 16;
const TASKS: usize = 64;
/// About a tenth of a millisecond of computing.
const ROUNDS: u64 = 100_000;
const LATENCY: Duration = Duration::from_millis(10);
/// Of that many runs the fastest counts: what else the machine did made the others slower. Those
/// that compute are short, so that some of them are not disturbed at all.
const RUNS_WAITING: usize = 5;
const RUNS_COMPUTING: usize = 300;

/// A server that takes its time.
struct Slow;

impl Fetcher for Slow {
    fn fetch(&self, _: &str) -> Fetched {
        sleep(LATENCY);
        Ok(Vec::new())
    }
}

/// What a kind of work gains: with 1, 2, 3, … threads, the time of one thread divided by theirs.
fn speedups(runs: usize, work: impl Fn(usize)) -> Vec<f64> {
    let mut best = [Duration::MAX; MOST];
    // All numbers of threads in turn, so that a busy moment is nobody's alone.
    for _ in 0..runs {
        for (threads, best) in (1..).zip(&mut best) {
            let start = Instant::now();
            work(threads);
            *best = start.elapsed().min(*best);
        }
    }
    let alone = best[0].as_secs_f64();
    best.iter().map(|time| alone / time.as_secs_f64()).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let items = [ROUNDS; TASKS];
    let urls = ["/"; TASKS];
    let series = [
        (
            "work that waits",
            BLUE,
            speedups(RUNS_WAITING, |threads| {
                drop(black_box(fetch_all(&urls, threads, &Slow)))
            }),
        ),
        (
            "work that computes",
            RED,
            speedups(RUNS_COMPUTING, |threads| {
                drop(black_box(parallel_map(&items, threads, |rounds| {
                    compute(*rounds)
                })))
            }),
        ),
    ];
    println!(
        "| threads | {} | {} |\n|---|---|---|",
        series[1].0, series[0].0
    );
    for threads in [1, 2, 3, 4, 8, MOST] {
        println!(
            "| {threads} | {:.1} | {:.1} |",
            series[1].2[threads - 1],
            series[0].2[threads - 1]
        );
    }
    plot(&series)?;
    let cores = available_parallelism()?;
    println!("\nmeasured with {cores} cores; the plot is {PLOT}");
    Ok(())
}

fn plot(series: &[(&str, RGBColor, Vec<f64>)]) -> Result<(), Box<dyn Error>> {
    let area = SVGBackend::new(PLOT, (720, 440)).into_drawing_area();
    area.fill(&WHITE)?;
    let most = MOST as f64;
    let mut chart = ChartBuilder::on(&area)
        .margin(20)
        .x_label_area_size(45)
        .y_label_area_size(55)
        .build_cartesian_2d(1.0..most + 0.5, 0.0..most + 1.0)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(MOST)
        .y_labels(9)
        .x_label_formatter(&|threads| format!("{threads:.0}"))
        .y_label_formatter(&|times| format!("{times:.0}"))
        .x_desc("threads")
        .y_desc("times as fast as one thread")
        .label_style(("sans-serif", 15))
        .draw()?;
    for (name, colour, speedups) in series {
        let points = (1..).map(f64::from).zip(speedups.iter().copied());
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(3)).point_size(4))?
            .label(*name)
            .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(BLACK)
        .label_font(("sans-serif", 16))
        .draw()?;
    area.present()?;
    Ok(())
}
