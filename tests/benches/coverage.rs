//! How often intervals hold the truth, and how wide they are: every design at a thousand data sets,
//! beside the numbers that an independent simulation gave.
//!
//! `cargo bench --bench coverage [-- LETTERS [COUNT]]`

#[path = "../support/coverage.rs"]
mod coverage;

use coverage::{design, scores};
use scaling_laws::base::objective::{Loss, Objective, Residual};
use scaling_laws::engine::fit::Fit;
use std::time::Instant;

/// Median widths of an independent simulation, in the order of the quantities.
fn expected(name: char) -> &'static [f64] {
    match name {
        'a' => &[0.0282, 0.0856, 0.0253, 0.251, 0.380, 0.00911, 0.0156],
        'b' => &[0.0466, 0.172, 0.0966, 0.268, 0.478, 0.0167, 0.0439],
        'c' => &[0.0894, 0.313, 0.0916, 0.852, 1.26, 0.0365, 0.0588],
        'd' => &[0.0966, 0.284, 0.128, 0.609, 1.05, 0.0261, 0.0619],
        'e' => &[0.0965, 0.360, 0.125, 0.898, 1.34, 0.0498, 0.0789],
        'f' => &[0.0676, 0.219, 0.0916, 0.503, 0.809, 0.0243, 0.0492],
        'g' => &[0.0285, 0.104, 0.0516, 0.187, 0.314, 0.0106, 0.0250],
        'h' => &[0.171, 0.100, 0.0293, 0.0458],
        'j' => &[0.0729, 0.189, 0.0729, 0.632, 0.964, 0.0256, 0.0445],
        'k' => &[0.211, 0.792, 0.202, 1.78, 2.75, 0.0628, 0.113],
        _ => &[],
    }
}

/// How far from .950 coverage may lie: runs and unequal noise are given more.
fn allowed(name: char) -> f64 {
    match name {
        'e' | 'f' => 0.025,
        _ => 0.020,
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let letters = words.first().map_or("abcdefghjk", String::as_str);
    let count: u64 = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(1_000);
    let squared = Objective { residual: Residual::Log, loss: Loss::Squared };
    let hoffmann = Objective::HOFFMANN;
    for (title, objective) in [("adaptive Huber", Objective::DEFAULT), ("squared", squared), ("Huber 1e-3", hoffmann)] {
        for letter in letters.chars() {
            let design = design(letter);
            let fits: Vec<Fit> = (0..count.min(40)).map(|index| design.fit(index, objective)).collect();
            let start = Instant::now();
            fits.iter().for_each(|fit| drop(design.profile(fit, true)));
            let each = start.elapsed().as_secs_f64() * 1e3 / fits.len() as f64;
            println!(
                "\n{title}, design {letter}, {} rows, {count} data sets; {each:.2} ms for all quantities",
                design.rows.len()
            );
            let found = scores(&design, count, |index| design.profile(&design.fit(index, objective), true));
            for (k, score) in found.iter().enumerate() {
                let other = expected(letter).get(k).copied().unwrap_or(f64::NAN);
                let beside = if title == "adaptive Huber" {
                    let (off, most) = ((score.covered - 0.95).abs(), allowed(letter));
                    let outside = if off > most + 1e-9 { ", outside" } else { "" };
                    format!("{:.3} of {other}; allowed .950 ± {most:.3}{outside}", score.width / other)
                } else {
                    String::new()
                };
                println!(
                    "  {:<9} covers {:.3} (below {:.3}, above {:.3}), median width {:.4} {beside}",
                    score.name, score.covered, score.missed.0, score.missed.1, score.width
                );
            }
        }
    }
}
