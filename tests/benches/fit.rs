//! How long fits take, in processor time, each after its answer was checked.
//!
//! `cargo bench --bench fit [-- PART…]` with parts among `solve`, `bootstrap`, `search`, `laws`,
//! `rows`; all but the largest tables without any. `-- rows 1e7` goes on to ten million rows.
//! `--json` prints one line of JSON per row of the comparison in `compare.py`. Set
//! `RAYON_NUM_THREADS=1` to measure one thread.

mod simulate;

use rand::RngExt;
use rustix::time::{ClockId, clock_gettime};
use scaling_laws::base::objective::{Loss, Objective, Residual};
use scaling_laws::base::real::Order;
use scaling_laws::data::measurements::Measurements;
use scaling_laws::engine::fit::{self, Fit, Spec, Starts, Weights};
use scaling_laws::engine::solve::{Evaluation, Newton, Options, Problem};
use scaling_laws::engine::uncertainty::bootstrap::{bootstrap, generator};
use scaling_laws::law::Jet;
use scaling_laws::laws::{LAWS, find};
use std::hint::black_box;

/// The minimum over the 240 points in double precision.
const MINIMUM: f64 = 0.001_018_274_017_80;
/// ln E = 0.5, ln A = ln B = 6, alpha = 0.34, beta = 0.28: where everybody starts.
const USUAL: [f64; 5] = [1.648_721_270_700_128, 403.428_793_492_735_1, 403.428_793_492_735_1, 0.34, 0.28];
const REPLICATES: usize = 4_000;
const SEED: u64 = 1;

fn processor_seconds() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + 1e-9 * now.tv_nsec as f64
}

/// Mean processor seconds of one call, over at least `seconds` of them.
fn time(seconds: f64, mut f: impl FnMut()) -> f64 {
    f();
    let start = processor_seconds();
    let mut calls = 0;
    loop {
        f();
        calls += 1;
        let spent = processor_seconds() - start;
        if spent >= seconds {
            return spent / f64::from(calls);
        }
    }
}

fn agrees(value: f64, reference: f64, tolerance: f64) -> bool {
    (value / reference - 1.0).abs() <= tolerance
}

/// Prints a measurement: what, seconds each, passes over the rows, rows in a pass.
struct Report {
    json: bool,
}

impl Report {
    fn row(&self, what: &str, seconds: f64, passes: f64, rows: f64) {
        let per_row = 1e9 * seconds / passes / rows;
        if self.json {
            println!(
                r#"{{"what":"{what}","cpu_s_each":{seconds:e},"passes":{passes},"ns_per_row_and_pass":{per_row}}}"#
            );
        } else {
            println!("{what:<44} {:>12.2} µs {passes:>9.1} passes {per_row:>8.2} ns per row and pass", 1e6 * seconds);
        }
    }
}

/// The 240 points of Hoffmann's figure 4, without the five highest losses.
fn points() -> Vec<[f64; 3]> {
    include_str!("../../datasets/hoffmann2022-figure4/data.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().expect("a number")).collect();
            [cells[0], cells[1] / (6.0 * cells[0]), cells[2]]
        })
        .filter(|[_, _, loss]| *loss < 3.4469)
        .collect()
}

fn measurements(points: &[[f64; 3]]) -> Measurements {
    let column = |i: usize| points.iter().map(|point| point[i]).collect();
    Measurements::from_columns("figure 4", vec![("N", column(0)), ("D", column(1)), ("L", column(2))])
}

fn chinchilla(starts: Starts) -> Spec {
    let law = find("chinchilla").expect("it is registered");
    Spec { starts, ..Spec::new(law, Objective::HOFFMANN) }
}

fn fitted(spec: &Spec, data: &Measurements) -> Fit {
    fit::fit(spec, data).expect("it can be posed")
}

fn solve(report: &Report) {
    let data = measurements(&points());
    let spec = chinchilla(Starts::Only(vec![USUAL.to_vec()]));
    let setup = fit::setup(&spec, &data).expect("it can be posed");
    let problem = setup.problem();
    let start = problem.variables(&USUAL);
    let mut newton = Newton::new(setup.free(), Options::default());
    let solution = setup.solve_in(&problem, &start, &mut newton);
    assert!(agrees(solution.value, MINIMUM, 1e-9), "{solution:?}");
    let seconds = time(1.0, || drop(black_box(setup.solve_in(&problem, &start, &mut newton))));
    report.row("fit", seconds, solution.evaluations as f64, 240.0);
    if !report.json {
        let whole = fitted(&spec, &data);
        assert!(agrees(whole.value, MINIMUM, 1e-9), "{}", whole.value);
        let seconds = time(1.0, || drop(black_box(fitted(&spec, &data))));
        report.row("fit, with its certificate", seconds, whole.certificate.evaluations as f64, 240.0);
    }
}

/// Weights of a replicate, as the bootstrap draws them.
fn drawn(index: usize, rows: usize) -> Vec<f64> {
    let mut rng = generator(SEED, index as u64);
    let mut weight = vec![0.0; rows];
    for _ in 0..rows {
        weight[rng.random_range(0..rows)] += 1.0;
    }
    weight
}

fn refits(report: &Report) {
    let points = points();
    let data = measurements(&points);
    let whole = fitted(&chinchilla(Starts::Search), &data);
    let draws = bootstrap(&whole, REPLICATES, SEED, None, &|| ());
    assert_eq!((draws.failed, draws.thetas.len()), (0, REPLICATES));
    // A sample of the replicates against a search of their own that knows nothing of the fit.
    let mut problem = whole.setup.problem();
    let mut here = Evaluation::new(whole.setup.free());
    for index in (0..REPLICATES).step_by(40) {
        let weight = drawn(index, points.len());
        let mut weighted = data.clone();
        let column = Measurements::from_columns("", vec![("w", weight.clone())]).columns;
        weighted.columns.extend(column);
        let spec = Spec { weights: Some(Weights::Column("w".to_owned())), ..chinchilla(Starts::Search) };
        let searched = fitted(&spec, &weighted).value;
        problem.pack(&whole.setup.rows, &weight);
        let at = problem.variables(&draws.thetas[index]);
        assert!(problem.evaluate(&at, Order::First, &mut here));
        assert!(here.value <= searched * (1.0 + 1e-9), "replicate {index}: {:e} against {searched:e}", here.value);
    }
    let seconds = time(1.0, || drop(black_box(bootstrap(&whole, REPLICATES, SEED, None, &|| ()))));
    let passes = draws.evaluations as f64 / REPLICATES as f64;
    // On average (1 − 1/n)^n of the rows are not drawn, and cost nothing.
    let rows = 240.0 * (1.0 - (1.0 - 1.0 / 240.0_f64).powi(240));
    report.row("bootstrap", seconds / REPLICATES as f64, passes, rows);
    if !report.json {
        report.row("4,000 refits", seconds, passes * REPLICATES as f64, rows);
    }
}

/// All combinations of the law's starts: many more than a search takes.
fn combinations() -> Vec<Vec<f64>> {
    let mut all = vec![Vec::new()];
    for param in find("chinchilla").expect("it is registered").card().params {
        all = all.iter().flat_map(|head| param.starts.iter().map(move |s| [head.as_slice(), &[*s]].concat())).collect();
    }
    all
}

fn search(report: &Report) {
    let points = points();
    let data = measurements(&points);
    let spec = chinchilla(Starts::Search);
    let whole = fitted(&spec, &data);
    assert!(agrees(whole.value, MINIMUM, 1e-9), "{}", whole.value);
    if !report.json {
        let starts = combinations();
        let found = (0..100)
            .filter(|&k| {
                let mut rng = generator(SEED, k);
                let some: Vec<[f64; 3]> = points.iter().filter(|_| rng.random_range(0.0..1.0) < 0.5).copied().collect();
                let data = measurements(&some);
                let setup = fit::setup(&spec, &data).expect("it can be posed");
                let problem = setup.problem();
                let mut newton = Newton::new(setup.free(), Options::default());
                let best = starts
                    .iter()
                    .map(|theta| {
                        let start = problem.variables(theta);
                        setup.solve_in(&problem, &start, &mut newton).value
                    })
                    .fold(f64::INFINITY, f64::min);
                fitted(&spec, &data).value <= best * (1.0 + 1e-9)
            })
            .count();
        println!("least of {} starts found on {found} of 100 random halves of the rows", starts.len());
        assert_eq!(found, 100);
    }
    let seconds = time(1.0, || drop(black_box(fitted(&spec, &data))));
    report.row("grid", seconds, whole.certificate.evaluations as f64, 240.0);
}

fn laws(report: &Report) {
    let mut worse = Vec::new();
    for law in LAWS {
        let id = law.card().id;
        let Some((data, theta)) = simulate::rows(*law, 240) else {
            println!("{id}: no start gives finite predictions");
            worse.push(id);
            continue;
        };
        let positive = data.column(law.card().output.symbol).is_some_and(|y| y.iter().all(|y| *y > 0.0));
        let objective = match positive {
            true => Objective { residual: Residual::Log, loss: Loss::Squared },
            false => Objective { residual: Residual::Raw, loss: Loss::Squared },
        };
        let spec = Spec::new(*law, objective);
        let whole = fitted(&spec, &data);
        let problem = whole.setup.problem();
        let mut here = Evaluation::new(whole.setup.free());
        let truth = problem.variables(&theta);
        assert!(problem.evaluate(&truth, Order::First, &mut here), "{id}: the truth is not finite");
        if whole.value > here.value * (1.0 + 1e-9) {
            println!("{id}: found {:e}, the truth has {:e}", whole.value, here.value);
            worse.push(id);
        }
        let columns: Vec<&[f64]> = whole.setup.rows.inputs.iter().map(Vec::as_slice).collect();
        let blocks = scaling_laws::law::Block::split(&columns);
        let mut jet = Jet::new(theta.len());
        for (order, name) in [(Order::First, "gradient"), (Order::Second, "Hessian")] {
            let seconds = time(0.02, || {
                for block in &blocks {
                    law.jet(order, block, &theta, &mut jet);
                    black_box(&jet);
                }
            });
            report.row(&format!("{id}, {name}"), seconds, 1.0, 240.0);
        }
        let mut newton = Newton::new(whole.setup.free(), Options::default());
        let passes = whole.setup.solve_in(&problem, &truth, &mut newton).evaluations as f64;
        let seconds = time(0.02, || drop(black_box(whole.setup.solve_in(&problem, &truth, &mut newton))));
        report.row(&format!("{id}, fit"), seconds, passes, 240.0);
    }
    assert!(worse.is_empty(), "worse than the truth: {worse:?}");
}

/// Memory in bytes, where the system tells: `VmRSS` held now, `VmHWM` the most since [`forget_peak`].
fn memory(which: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(which))?;
    let kilobytes: f64 = line.trim_start_matches(':').split_whitespace().next()?.parse().ok()?;
    Some(1024.0 * kilobytes)
}

fn forget_peak() {
    // Where this is refused, the peak is that of the whole run: too much, never too little.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn row_counts(report: &Report, most: usize) {
    let law = find("chinchilla").expect("it is registered");
    let spec = chinchilla(Starts::Only(vec![USUAL.to_vec()]));
    let mut each = Vec::new();
    let mut rows = 100;
    while rows <= most {
        forget_peak();
        let before = memory("VmRSS");
        let (data, theta) = simulate::rows(law, rows).expect("it is finite");
        let whole = fitted(&spec, &data);
        let truth = whole.setup.problem().variables(&theta);
        let mut here = Evaluation::new(truth.len());
        assert!(whole.setup.problem().evaluate(&truth, Order::First, &mut here));
        assert!(whole.value <= here.value, "{rows} rows: {} against {}", whole.value, here.value);
        let held = before.zip(memory("VmHWM")).map_or(f64::NAN, |(before, peak)| (peak - before) / rows as f64);
        let setup = &whole.setup;
        let problem = setup.problem();
        let start = problem.variables(&USUAL);
        let mut newton = Newton::new(setup.free(), Options::default());
        let passes = setup.solve_in(&problem, &start, &mut newton).evaluations as f64;
        let seconds = time(0.2, || drop(black_box(setup.solve_in(&problem, &start, &mut newton))));
        report.row(&format!("{rows} rows, fit"), seconds, passes, rows as f64);
        println!("{:<44} {held:>12.0} bytes per row", "");
        if rows >= 100_000 {
            let searching = chinchilla(Starts::Search);
            let searched = fitted(&searching, &data);
            assert!(searched.value <= whole.value * (1.0 + 1e-9), "{rows} rows: {}", searched.value);
            let seconds = time(0.0, || drop(black_box(fitted(&searching, &data))));
            let passes = searched.certificate.evaluations as f64;
            report.row(&format!("{rows} rows, search, with its certificate"), seconds, passes, rows as f64);
        }
        each.push(seconds / passes / rows as f64);
        rows *= 10;
    }
    let (least, greatest) = each.iter().skip(2).fold((f64::INFINITY, 0.0_f64), |(a, b), &v| (a.min(v), b.max(v)));
    assert!(greatest <= 4.0 * least, "not linear in the rows: {each:?}");
}

fn main() {
    // Cargo adds `--bench`.
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let report = Report { json: asked.iter().any(|argument| argument == "--json") };
    let wants = |part: &str| asked.iter().all(|argument| argument.starts_with("--")) || asked.iter().any(|a| a == part);
    if wants("solve") {
        solve(&report);
    }
    if wants("bootstrap") {
        refits(&report);
    }
    if wants("search") {
        search(&report);
    }
    if report.json {
        return;
    }
    if wants("laws") {
        laws(&report);
    }
    if wants("rows") {
        let most = asked.iter().find_map(|argument| argument.parse::<f64>().ok());
        row_counts(&report, most.unwrap_or(1e6) as usize);
    }
}
