//! Which runs to train next: the rules against the widths of a reference simulation, and the verb.

use rayon::prelude::*;
use scaling_laws::base::objective::{Loss, Objective, Residual};
use scaling_laws::data::measurements::Measurements;
use scaling_laws::engine::design::{
    Candidate, Effort, Fitted, Floor, Goal, Rule, Trial, choose, grid, iso_cost, largest, shared,
};
use scaling_laws::engine::fit::{Fit, Spec, Starts, fit};
use scaling_laws::engine::optimum::optimum;
use scaling_laws::engine::uncertainty::profile::{Profiler, noise_of};
use scaling_laws::law::Law;
use scaling_laws::laws;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

#[path = "support/design.rs"]
mod support;
use support::Stream;

/// Besiroglu and others' constants, card order: E, A, B, alpha, beta.
const TRUTH: [f64; 5] = [1.8172, 482.01, 2085.43, 0.3478, 0.3658];
const NOISE: f64 = 0.005;

fn law() -> &'static dyn Law {
    laws::find("chinchilla").expect("it is registered")
}

fn best(budget: f64) -> (f64, f64) {
    let choice = optimum(law(), &TRUTH, None, budget, &[]).expect("it has one");
    (choice.x[0], choice.x[1])
}

/// Five budgets of eight sizes, from a quarter to four times the optimum.
fn forty() -> Vec<(f64, f64)> {
    let sizes = |c: f64| {
        (0..8).map(move |k| {
            let n = best(c).0 * 4f64.powf(2.0 * f64::from(k) / 7.0 - 1.0);
            (n, c / (6.0 * n))
        })
    };
    [1e18, 3e18, 1e19, 3e19, 1e20].into_iter().flat_map(sizes).collect()
}

/// Five sizes by four numbers of tokens per parameter.
fn twenty() -> Vec<(f64, f64)> {
    let sizes = (0..5).map(|k| 50e6 * 40f64.powf(f64::from(k) / 4.0));
    sizes.flat_map(|n| [5.0, 20.0, 80.0, 320.0].map(|ratio| (n, ratio * n))).collect()
}

/// A stream whose first numbers do not tell its small seed.
fn warm(seed: u64) -> Stream {
    let mut stream = Stream(seed);
    for _ in 0..20 {
        stream.next();
    }
    stream
}

fn measured(runs: &[(f64, f64)], stream: &mut Stream) -> Vec<f64> {
    runs.iter().map(|(n, d)| law().predict(&[*n, *d], &TRUTH) * (NOISE * stream.normal()).exp()).collect()
}

/// Least squares on the logarithm, from the truth on.
fn fitted(runs: &[(f64, f64)], loss: &[f64]) -> Fit {
    let mut spec = Spec::new(law(), Objective { residual: Residual::Log, loss: Loss::Squared });
    spec.starts = Starts::Only(vec![TRUTH.to_vec()]);
    let column = |of: fn(&(f64, f64)) -> f64| runs.iter().map(of).collect::<Vec<f64>>();
    let columns = vec![("N", column(|r| r.0)), ("D", column(|r| r.1)), ("L", loss.to_vec())];
    fit(&spec, &Measurements::from_columns("simulated", columns)).expect("it can be posed")
}

/// The width of the 95 % interval of ln N* or ln L* at a budget.
fn width(fit: &Fit, budget: f64, of_loss: bool) -> f64 {
    let profile = Profiler::new(&fit.setup, &fit.q, noise_of(fit), None).expect("it has noise");
    let [e, a, b, alpha, beta] = [0, 1, 2, 3, 4];
    let value = |t: &[f64]| {
        let g = (t[alpha] * t[a] / (t[beta] * t[b])).powf(1.0 / (t[alpha] + t[beta]));
        let n = g * (budget / 6.0).powf(t[beta] / (t[alpha] + t[beta]));
        let d = budget / 6.0 / n;
        if of_loss { t[e] + t[a] / n.powf(t[alpha]) + t[b] / d.powf(t[beta]) } else { n }
    };
    let interval = profile.interval(&value, 0.95).expect("it varies");
    (interval.upper.0.expect("an end") / interval.lower.0.expect("an end")).ln()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    0.5 * (values[(values.len() - 1) / 2] + values[values.len() / 2])
}

/// Runs that a rule chooses at one fit.
type Choose = fn(&Fitted, &Goal, f64) -> Vec<Candidate>;

fn by_rule(fitted: &Fitted, goal: &Goal, budget: f64, floor: Floor, allow: bool) -> Vec<Candidate> {
    let candidates = grid(fitted, budget, floor, &[]);
    let chosen = choose(fitted, &candidates, goal, budget, allow, &Rule::default()).expect("there is noise");
    let spent: f64 = chosen.iter().map(|&k| candidates[k].cost).sum();
    assert!(!chosen.is_empty() && chosen.len() <= 8 && spent <= budget * (1.0 + 1e-9));
    chosen.into_iter().map(|k| candidates[k].clone()).collect()
}

/// The reference simulation: data of the truth, a design from each data set's fit for a quarter of what
/// it cost, the new runs measured by the truth, all fitted again. Medians of widths, relative to those
/// without new runs: for the optimum and for the loss at 1000 times the dearest row.
const WIDTHS: [(&str, Choose, [[f64; 2]; 2]); 6] = [
    ("one largest run", |f, _, b| largest(f, b, &[]), [[1.00, 0.92], [0.86, 0.79]]),
    ("equal runs at the optimum", |f, _, b| shared(f, b, 8, &[]), [[0.98, 0.99], [0.89, 0.85]]),
    ("another IsoFLOP", |f, _, b| iso_cost(f, b, 8, &[]), [[0.89, 0.98], [0.61, 0.73]]),
    ("D-optimal", |f, _, b| by_rule(f, &Goal::Parameters, b, Floor::TRUSTING, false), [[0.54, 0.59], [0.48, 0.47]]),
    ("c-optimal", |f, g, b| by_rule(f, g, b, Floor::TRUSTING, false), [[0.49, 0.50], [0.38, 0.43]]),
    ("discrepancy-aware", |f, g, b| by_rule(f, g, b, Floor::CAUTIOUS, true), [[0.69, 0.68], [0.54, 0.56]]),
];

/// Replicates and what the median of so many may be off, with two digits printed.
const REPLICATES: u64 = 24;
const TOLERANCE: f64 = 0.045;

#[test]
fn designs_shorten_intervals_as_the_reference_simulation_says() {
    let mut complaints = Vec::new();
    for (set, runs) in [forty(), twenty()].into_iter().enumerate() {
        let cost = |runs: &[(f64, f64)]| runs.iter().map(|(n, d)| 6.0 * n * d).collect::<Vec<f64>>();
        let budget = 0.25 * cost(&runs).iter().sum::<f64>();
        let far = 1000.0 * cost(&runs).iter().copied().fold(0.0, f64::max);
        let told: Vec<Vec<[f64; 2]>> = (0..REPLICATES)
            .into_par_iter()
            .map(|seed| {
                let mut stream = warm(7919 * seed + set as u64 + 1);
                let loss = measured(&runs, &mut stream);
                let first = fitted(&runs, &loss);
                let start = Fitted::of_fit(&first).expect("it has noise");
                let mut all = vec![[width(&first, far, false), width(&first, far, true)]];
                for (_, choice, _) in &WIDTHS {
                    let goals = [
                        Goal::Optimum { input: 0, budget: far, fixed: vec![] },
                        Goal::BestOutput { budget: far, fixed: vec![] },
                    ];
                    let one = |k: usize| {
                        let new: Vec<(f64, f64)> =
                            choice(&start, &goals[k], budget).iter().map(|run| (run.x[0], run.x[1])).collect();
                        let mut noise = warm(104_729 * seed + 17);
                        let more = measured(&new, &mut noise);
                        width(&fitted(&[&runs[..], &new].concat(), &[&loss[..], &more].concat()), far, k == 1)
                    };
                    all.push([one(0), one(1)]);
                }
                all
            })
            .collect();
        let middle = |row: usize, k: usize| median(told.iter().map(|one| one[row][k]).collect());
        for (row, (name, _, want)) in WIDTHS.iter().enumerate() {
            for (k, what) in ["ln N*", "ln L*"].into_iter().enumerate() {
                let got = middle(row + 1, k) / middle(0, k);
                let line = format!("{} rows, {name}, {what}: {got:.3}, reference {}", runs.len(), want[set][k]);
                println!("{line}");
                if (got - want[set][k]).abs() > TOLERANCE {
                    complaints.push(line);
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The runs of a design under a law that is off lie nearer to the rows than those that trust it, and
/// the simulated error says why.
#[test]
fn a_cautious_design_goes_no_smaller_than_the_rows() {
    let runs = twenty();
    let loss = measured(&runs, &mut Stream(5));
    let start = Fitted::of_fit(&fitted(&runs, &loss)).expect("it has noise");
    let goal = Goal::Optimum { input: 0, budget: 1e24, fixed: vec![] };
    let budget = 5e19;
    let cautious = by_rule(&start, &goal, budget, Floor::CAUTIOUS, true);
    let trusting = by_rule(&start, &goal, budget, Floor::TRUSTING, false);
    let least = |of: &[Candidate]| of.iter().map(|run| run.x[0]).fold(f64::INFINITY, f64::min);
    assert!(least(&cautious) >= 0.6 * 50e6 * (1.0 - 1e-9) && least(&trusting) < 0.6 * 50e6, "{trusting:?}");
    let effort = Effort { replicates: 12, seed: 3, level: 0.95 };
    let trial = Trial::new(&start, &goal, effort).expect("it can be simulated");
    let points = |of: &[Candidate]| of.iter().map(|run| run.x.clone()).collect::<Vec<_>>();
    let effect = trial.effect(&goal, &points(&cautious));
    assert_eq!(effect, trial.effect(&goal, &points(&cautious)), "draws have seeds");
    let now = trial.now()[0].expect("an end");
    let share = effect.widths[0].expect("an end") / now;
    assert!((share - effect.linear.expect("it is finite")).abs() < 0.2 && share < 0.8, "{share} {effect:?}");
    assert!(effect.error_if_wrong > effect.error, "a law that is off costs accuracy: {effect:?}");
}

fn scaling(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("scaling"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("it runs")
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = scaling(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn table(folder: &Path, name: &str, runs: &[(f64, f64)], noise: f64) {
    let mut stream = Stream(11);
    let mut text = "N,D,L\n".to_owned();
    for (n, d) in runs {
        let loss = law().predict(&[*n, *d], &TRUTH) * (noise * stream.normal()).exp();
        text += &format!("{n},{d},{loss}\n");
    }
    std::fs::write(folder.join(name), text).expect("written");
}

fn refused(folder: &Path, arguments: &[&str], words: &str) {
    let output = scaling(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains(words), "{arguments:?}: {said}");
}

/// A list of runs with costs of one's own, each taken once, within the budget.
#[test]
fn the_verb_chooses_from_a_list_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    table(here, "runs.csv", &twenty(), NOISE);
    let list = "N,D,gpu_hours\n2e8,1e9,3\n2e8,1e9,3\n5e7,5e10,5\n1e9,4e9,40\n1e9,1e11,200\n";
    std::fs::write(here.join("feasible.csv"), list).expect("written");
    assert!(scaling(here, &["fit", "runs.csv", "--law", "chinchilla", "--out", "runs"]).status.success());
    let design =
        |rest: &[&'static str]| [&["design", "runs", "--target", "N_opt@1e22", "--replicates", "4"], rest].concat();
    let listed = ["--budget", "60", "--candidates", "feasible.csv", "--map", "cost=gpu_hours", "--json"];
    let told = json(here, &design(&listed));
    let first = &told["choices"][0];
    assert_eq!(
        (&first["id"], &told["candidates"], &told["listed"]),
        (&"discrepancy-aware".into(), &5.into(), &true.into())
    );
    assert!(first["cost"].as_f64().expect("a cost") <= 60.0);
    for choice in told["choices"].as_array().expect("choices") {
        let mut rows: Vec<u64> = Vec::new();
        for run in choice["runs"].as_array().expect("runs") {
            assert_eq!(run["count"], 1);
            rows.push(run["row"].as_u64().expect("a row"));
        }
        rows.sort_unstable();
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]) && !rows.contains(&5), "{choice}");
    }
    assert!(first["share"].as_f64().expect("a share") < 1.0 && first["error_if_wrong"].as_f64().is_some());
    refused(here, &design(&["--budget", "1"]), "buys no run of the grid");
    refused(here, &["design", "runs", "--target", "M_opt@1e22", "--budget", "1e20"], "is none of N_opt@BUDGET");
    refused(here, &["design", "runs", "--target", "alpha"], "budget");
    refused(here, &["design", "besiroglu2024/main", "--target", "alpha", "--budget", "1e20"], "has no rows");
    refused(here, &["design", "runs", "--for", "identifiability"], "determine the law well already");
}

/// One budget alone leaves a ridge; the runs that are offered get off it.
#[test]
fn a_ridge_is_told_which_runs_would_get_off_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let one_budget: Vec<(f64, f64)> = (0..10)
        .map(|k| {
            let n = best(1e19).0 * 4f64.powf(2.0 * f64::from(k) / 9.0 - 1.0);
            (n, 1e19 / (6.0 * n))
        })
        .collect();
    table(here, "runs.csv", &one_budget, NOISE);
    let fit = scaling(here, &["fit", "runs.csv", "--law", "chinchilla", "--out", "runs"]);
    let said = String::from_utf8_lossy(&fit.stdout).into_owned();
    assert!(said.contains("--for identifiability"), "{said}");
    let told = json(here, &["design", "runs", "--for", "identifiability", "--replicates", "20", "--json"]);
    let first = &told["choices"][0];
    let determined = first["determined"].as_f64().expect("a share");
    let now = told["determined_now"].as_f64().unwrap_or(0.0);
    assert!(determined >= 0.7 && now <= 0.3, "{now} {determined}: {first}");
    let largest = told["choices"].as_array().expect("choices").iter().find(|choice| choice["id"] == "largest");
    let habit = largest.and_then(|choice| choice["determined"].as_f64()).expect("it is there");
    assert!(habit < determined, "{habit} {determined}");
}
