//! The designs on which intervals are measured: simulated runs of a known law, and how often and how
//! widely intervals hold what is true of it.
#![allow(dead_code, reason = "each test file uses its part")]

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use scaling_laws::base::objective::Objective;
use scaling_laws::data::ingest::{Request, Source, read};
use scaling_laws::data::measurements::Measurements;
use scaling_laws::engine::fit::{Fit, Spec, Starts, fit, repose::numbers};
use scaling_laws::engine::uncertainty::profile::{Profiler, noise_of};
use scaling_laws::law::Law;
use scaling_laws::laws::find;
use scaling_laws::record::End;

/// E, A, B, alpha, beta of the replication by Besiroglu et al. 2024.
pub const TRUTH: [f64; 5] = [1.8172, 482.01, 2085.43, 0.3478, 0.3658];
/// E, A, alpha of the curve in one input.
pub const CURVE: [f64; 3] = [1.7, 2.0, 0.35];

/// Names of the quantities of a law in N and D.
pub const QUANTITIES: [&str; 7] = ["a", "ln alpha", "ln E", "lnN*10", "lnN*1e3", "lnL10", "lnL1e3"];
/// Of the curve.
pub const OF_CURVE: [&str; 4] = ["ln alpha", "ln E", "lnL 4x", "lnL 16x"];

/// A design: where runs lie and how noisy they are.
pub struct Design {
    /// Its letter.
    pub name: char,
    /// Inputs of the rows.
    pub rows: Vec<Vec<f64>>,
    /// The run of each row, where rows form runs.
    pub runs: Option<Vec<String>>,
    noise: Noise,
    /// Cost of the largest run.
    c0: f64,
}

enum Noise {
    Normal(f64),
    /// Within runs of twelve: AR(1) with this correlation and deviation.
    Runs(f64, f64),
    /// sd · (N/5e7)^−.4.
    Shrinking(f64),
    /// .003 t₃, and three rows in a hundred higher by .03 + .05 |z|.
    Failing,
}

fn logspace(low: f64, high: f64, count: usize) -> Vec<f64> {
    (0..count).map(|k| low * (high / low).powf(k as f64 / (count - 1) as f64)).collect()
}

/// The compute-optimal model size of the truth, N = G (C/6)^a.
fn n_opt([_, a, b, alpha, beta]: [f64; 5], c: f64) -> f64 {
    ((alpha * a) / (beta * b)).powf(1.0 / (alpha + beta)) * (c / 6.0).powf(beta / (alpha + beta))
}

fn hoffmann() -> Vec<Vec<f64>> {
    let law = find("chinchilla").expect("registered");
    let mut request = Request::of(law);
    request.filter = Some("L < 3.4469".to_owned());
    let data = read(&Source::named("hoffmann2022-figure4"), &request).expect("built in");
    let (n, d) = (data.column("N").expect("N"), data.column("D").expect("D"));
    let mut rows: Vec<Vec<f64>> = n.iter().zip(d).map(|(n, d)| vec![*n, *d]).collect();
    rows.sort_by(|a, b| (a[0] * a[1]).total_cmp(&(b[0] * b[1])));
    rows
}

fn isoflops(budgets: &[f64], sizes: usize) -> Vec<Vec<f64>> {
    let at = |c: f64| logspace(0.25 * n_opt(TRUTH, c), 4.0 * n_opt(TRUTH, c), sizes).into_iter().map(move |n| (n, c));
    budgets.iter().flat_map(|&c| at(c)).map(|(n, c)| vec![n, c / (6.0 * n)]).collect()
}

fn every(rows: Vec<Vec<f64>>, from: usize, step: usize) -> Vec<Vec<f64>> {
    rows.into_iter().skip(from).step_by(step).collect()
}

/// The design of a letter.
pub fn design(name: char) -> Design {
    let mut runs = None;
    let grid = |sizes: &[f64], others: &[f64], tokens: &dyn Fn(f64, f64) -> f64| -> Vec<Vec<f64>> {
        sizes.iter().flat_map(|&n| others.iter().map(move |&o| (n, o))).map(|(n, o)| vec![n, tokens(n, o)]).collect()
    };
    let (rows, noise) = match name {
        'a' => (hoffmann(), Noise::Normal(0.005)),
        'b' => (isoflops(&[1e18, 3e18, 1e19, 3e19, 1e20], 8), Noise::Normal(0.005)),
        'c' => (grid(&logspace(5e7, 2e9, 5), &[5.0, 20.0, 80.0, 320.0], &|n, ratio| n * ratio), Noise::Normal(0.005)),
        'd' => (grid(&[5e7, 1.5e8, 5e8, 1.5e9], &[1e9, 5e9, 2.5e10], &|_, d| d), Noise::Normal(0.003)),
        'e' => {
            let ends = grid(&logspace(3e7, 1.5e9, 5), &[20.0, 160.0], &|n, ratio| n * ratio);
            let labels = (0..10).flat_map(|run| (0..12).map(move |_| format!("run {run}")));
            runs = Some(labels.collect());
            let of = |end: &Vec<f64>| -> Vec<Vec<f64>> {
                logspace(end[1] / 16.0, end[1], 12).into_iter().map(|d| vec![end[0], d]).collect()
            };
            (ends.iter().flat_map(of).collect(), Noise::Runs(0.9, 0.005))
        }
        'f' => (grid(&logspace(2e7, 2e9, 6), &logspace(5e8, 5e10, 6), &|_, d| d), Noise::Shrinking(0.01)),
        'g' => (isoflops(&[1e18, 3e18, 1e19, 3e19, 1e20, 3e20], 10), Noise::Failing),
        'h' => (logspace(1.0, 64.0, 16).into_iter().map(|x| vec![x]).collect(), Noise::Normal(0.005)),
        'j' => (every(hoffmann(), 2, 6), Noise::Normal(0.005)),
        'k' => (every(hoffmann(), 5, 12), Noise::Normal(0.005)),
        other => panic!("there is no design {other}"),
    };
    let c0 = rows.iter().map(|x| 6.0 * x.iter().product::<f64>()).fold(0.0, f64::max);
    Design { name, rows, runs, noise, c0 }
}

fn normal(rng: &mut Pcg64Mcg) -> f64 {
    let (u, v): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

impl Design {
    /// The law that made the rows.
    pub fn law(&self) -> &'static dyn Law {
        find(if self.name == 'h' { "power-offset" } else { "chinchilla" }).expect("registered")
    }

    /// Its parameters, card order.
    pub fn truth(&self) -> Vec<f64> {
        let card = self.law().card();
        let of_curve = [("E", CURVE[0]), ("A", CURVE[1]), ("alpha", CURVE[2])];
        let of_law = ["E", "A", "B", "alpha", "beta"].into_iter().zip(TRUTH).collect::<Vec<_>>();
        let known = if self.name == 'h' { of_curve.to_vec() } else { of_law };
        let value = |symbol: &str| known.iter().find(|(s, _)| *s == symbol).expect("a parameter of the truth").1;
        card.params.iter().map(|param| value(param.symbol)).collect()
    }

    /// Data set number `index`.
    pub fn draw(&self, index: u64) -> Measurements {
        let mut rng = Pcg64Mcg::seed_from_u64(1_000_003 * index + u64::from(u32::from(self.name)));
        let (law, theta) = (self.law(), self.truth());
        let mut state = 0.0;
        let errors: Vec<f64> = (0..self.rows.len())
            .map(|k| match self.noise {
                Noise::Normal(sd) => sd * normal(&mut rng),
                Noise::Runs(rho, sd) => {
                    let fresh = sd * normal(&mut rng);
                    state = if k % 12 == 0 { fresh } else { rho * state + (1.0 - rho * rho).sqrt() * fresh };
                    state
                }
                Noise::Shrinking(sd) => sd * (self.rows[k][0] / 5e7).powf(-0.4) * normal(&mut rng),
                Noise::Failing => {
                    let square: f64 = (0..3).map(|_| normal(&mut rng).powi(2)).sum();
                    let t = normal(&mut rng) / (square / 3.0).sqrt();
                    let failed = rng.random::<f64>() < 0.03;
                    0.003 * t + if failed { 0.03 + 0.05 * normal(&mut rng).abs() } else { 0.0 }
                }
            })
            .collect();
        let card = law.card();
        let mut columns: Vec<(&str, Vec<f64>)> = card
            .inputs
            .iter()
            .enumerate()
            .map(|(i, input)| (input.symbol, self.rows.iter().map(|x| x[i]).collect()))
            .collect();
        let measured = self.rows.iter().zip(&errors).map(|(x, e)| law.predict(x, &theta) * e.exp());
        columns.push((card.output.symbol, measured.collect()));
        Measurements::from_columns("simulated", columns)
    }

    /// The fit of one data set, from the truth.
    pub fn fit(&self, index: u64, objective: Objective) -> Fit {
        let mut spec = Spec::new(self.law(), objective);
        spec.starts = Starts::Only(vec![self.truth()]);
        fit(&spec, &self.draw(index)).expect("the design determines the law")
    }

    /// Profile intervals of all quantities at 95 %, with the labels of the runs or without.
    pub fn profile(&self, fit: &Fit, labelled: bool) -> Vec<Ends> {
        let runs = self.runs.as_deref().filter(|_| labelled).map(numbers);
        let quantities = self.quantities();
        let Ok(profile) = Profiler::new(&fit.setup, &fit.q, noise_of(fit), runs.as_deref()) else {
            return vec![(f64::NAN, f64::NAN); quantities.len()];
        };
        let number = |(value, end): (Option<f64>, End), open: f64| match end {
            End::Bound { at } => at,
            End::Open => open,
            End::Closed => value.unwrap_or(f64::NAN),
        };
        let of = |f: &dyn Fn(&[f64]) -> f64| {
            let found = profile.interval(f, 0.95);
            found.map_or((f64::NAN, f64::NAN), |i| (number(i.lower, 0.0), number(i.upper, f64::INFINITY)))
        };
        quantities.iter().map(|(_, f)| of(&**f)).collect()
    }

    /// The quantities, of parameters in card order.
    pub fn quantities(&self) -> Vec<Named> {
        let card = self.law().card();
        let at = |symbol: &str| card.param(symbol).expect("a parameter");
        let law = self.law();
        if self.name == 'h' {
            let (alpha, e) = (at("alpha"), at("E"));
            return vec![
                (OF_CURVE[0], Box::new(move |t: &[f64]| t[alpha])),
                (OF_CURVE[1], Box::new(move |t: &[f64]| t[e])),
                (OF_CURVE[2], Box::new(move |t: &[f64]| law.predict(&[256.0], t))),
                (OF_CURVE[3], Box::new(move |t: &[f64]| law.predict(&[1024.0], t))),
            ];
        }
        let order = ["E", "A", "B", "alpha", "beta"].map(at);
        let take = move |t: &[f64]| order.map(|j| t[j]);
        let c0 = self.c0;
        let size = move |t: &[f64], times: f64| n_opt(take(t), times * c0);
        let loss = move |t: &[f64], times: f64| {
            let n = size(t, times);
            law.predict(&[n, times * c0 / (6.0 * n)], t)
        };
        let (alpha, beta, e) = (order[3], order[4], order[0]);
        vec![
            (QUANTITIES[0], Box::new(move |t: &[f64]| t[beta] / (t[alpha] + t[beta]))),
            (QUANTITIES[1], Box::new(move |t: &[f64]| t[alpha])),
            (QUANTITIES[2], Box::new(move |t: &[f64]| t[e])),
            (QUANTITIES[3], Box::new(move |t: &[f64]| size(t, 10.0))),
            (QUANTITIES[4], Box::new(move |t: &[f64]| size(t, 1e3))),
            (QUANTITIES[5], Box::new(move |t: &[f64]| loss(t, 10.0))),
            (QUANTITIES[6], Box::new(move |t: &[f64]| loss(t, 1e3))),
        ]
    }
}

/// A quantity and its name.
pub type Named = (&'static str, Box<dyn Fn(&[f64]) -> f64 + Sync>);

/// Ends of an interval; infinite where there is none, NaN where nothing was said.
pub type Ends = (f64, f64);

/// How an interval did.
#[derive(Clone, Debug)]
pub struct Score {
    /// Quantity.
    pub name: &'static str,
    /// Share of data sets whose interval held the truth.
    pub covered: f64,
    /// Share with the truth below, and above.
    pub missed: (f64, f64),
    /// Median width: of the logarithm, or as it is for a.
    pub width: f64,
}

/// Scores of every quantity over data sets; `ends` says the intervals of one of them.
pub fn scores(design: &Design, count: u64, ends: impl Fn(u64) -> Vec<Ends> + Sync + Send) -> Vec<Score> {
    let truth = design.truth();
    let quantities = design.quantities();
    let all: Vec<Vec<Ends>> = (0..count).into_par_iter().map(ends).collect();
    quantities
        .iter()
        .enumerate()
        .map(|(k, (name, f))| {
            let value = f(&truth);
            let share =
                |hit: &dyn Fn(&Ends) -> bool| all.iter().filter(|ends| hit(&ends[k])).count() as f64 / all.len() as f64;
            let plain = *name == "a";
            let width = |(low, high): &Ends| if plain { high - low } else { (high / low).ln() };
            let mut widths: Vec<f64> =
                all.iter().map(|ends| width(&ends[k])).map(|w| if w.is_nan() { f64::INFINITY } else { w }).collect();
            widths.sort_by(f64::total_cmp);
            Score {
                name,
                covered: share(&|(low, high)| *low <= value && value <= *high),
                missed: (share(&|(low, _)| *low > value), share(&|(_, high)| *high < value)),
                width: widths[widths.len() / 2],
            }
        })
        .collect()
}
