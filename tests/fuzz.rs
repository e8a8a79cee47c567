//! Random laws on random designs with data that no experiment should produce. Whatever comes in,
//! a fit ends within its budget, with a name for how it ended, and no worse than it started.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use scaling_laws::base::objective::{Loss, Objective, Residual};
use scaling_laws::base::real::Order;
use scaling_laws::data::measurements::Measurements;
use scaling_laws::engine::fit::{Constraints, Fit, FitError, Spec, Starts, fit};
use scaling_laws::engine::solve::{Evaluation, Method, Problem};
use scaling_laws::engine::uncertainty::bootstrap::bootstrap;
use scaling_laws::engine::uncertainty::covariance::{Kind, covariance};
use scaling_laws::law::{Law, Transform};
use scaling_laws::laws::LAWS;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Evaluations that one solve may take: its budget, the last round of a free scale, a second method's.
const BUDGET: usize = 3 * 1_020;
/// Evaluations around the best of an absolute loss.
const AROUND: usize = 12_500;

/// What is done to the rows.
const HARMS: [&str; 10] = [
    "nothing",
    "a constant column",
    "two rows",
    "1e300",
    "denormals",
    "duplicated rows",
    "one outlier of 1e6",
    "all outputs equal",
    "zero outputs",
    "one row of weight 1e12",
];

fn pick<'a, T>(rng: &mut Pcg64Mcg, from: &'a [T]) -> &'a T {
    &from[rng.random_range(0..from.len())]
}

fn objective(rng: &mut Pcg64Mcg) -> Objective {
    let residual = *pick(rng, &[Residual::Raw, Residual::Log, Residual::Log1p, Residual::LogMinus { offset: 0.1 }]);
    let loss = *pick(
        rng,
        &[
            Loss::Squared,
            Loss::Huber { delta: 1e-3 },
            Loss::Absolute,
            Loss::Quantile { tau: 0.8 },
            Loss::AsymmetricHuber { delta: 1e-2, factor: 4.0 },
            Loss::StudentT { nu: 1.0, scale: 0.01 },
            Loss::HuberLikelihood { delta: 1.345 },
            Loss::HuberLikelihood { delta: 1e-3 },
        ],
    );
    Objective { residual, loss }
}

/// Natural parameters near the card's starts.
fn parameters(law: &dyn Law, rng: &mut Pcg64Mcg) -> Vec<f64> {
    law.card()
        .params
        .iter()
        .map(|param| {
            let start = *pick(rng, param.starts);
            let wide = match param.transform {
                Transform::Log => start * 10f64.powf(rng.random_range(-2.0..2.0)),
                Transform::Identity => start * rng.random_range(0.2..3.0),
            };
            wide.clamp(param.bounds.0, param.bounds.1)
        })
        .collect()
}

fn measurements(law: &dyn Law, harm: &str, rng: &mut Pcg64Mcg) -> Measurements {
    let card = law.card();
    let rows = if harm == "two rows" { 2 } else { rng.random_range(3..24) };
    let mut columns: Vec<Vec<f64>> = card
        .inputs
        .iter()
        .map(|input| {
            let (low, high) = (input.domain.0.max(1e-3), input.domain.1.min(1e13));
            let (low, high) = (low.ln(), high.max(low * 2.0).ln());
            (0..rows)
                .map(|_| {
                    let value = rng.random_range(low..high).exp();
                    if input.integer { value.round() } else { value }
                })
                .collect()
        })
        .collect();
    let theta = parameters(law, rng);
    let noise = *pick(rng, &[0.0, 1e-3, 0.3]);
    let mut y: Vec<f64> = (0..rows)
        .map(|row| {
            let x: Vec<f64> = columns.iter().map(|column| column[row]).collect();
            law.predict(&x, &theta) * (1.0 + noise * rng.random_range(-1.0..1.0))
        })
        .map(|y| if y.is_finite() { y } else { 1.0 })
        .collect();
    let row = rng.random_range(0..rows);
    let which = rng.random_range(0..columns.len());
    let mut weight = vec![1.0; rows];
    match harm {
        "a constant column" => columns[which].fill(3.0),
        "1e300" => match rng.random_range(0..3) {
            0 => columns[which][row] = 1e300,
            1 => y[row] = 1e300,
            _ => y.iter_mut().for_each(|y| *y *= 1e300),
        },
        "denormals" => match rng.random_range(0..3) {
            0 => columns[which][row] = 5e-324,
            1 => y[row] = 5e-324,
            _ => y.iter_mut().for_each(|y| *y *= 1e-310),
        },
        "duplicated rows" => {
            for column in columns.iter_mut().chain([&mut y]) {
                let repeated: Vec<f64> = column.iter().flat_map(|v| [*v; 3]).collect();
                *column = repeated;
            }
            weight = vec![1.0; 3 * rows];
        }
        "one outlier of 1e6" => y[row] *= 1e6,
        "all outputs equal" => y.fill(2.0),
        "zero outputs" => y[row] = 0.0,
        "one row of weight 1e12" => weight[row] = 1e12,
        _ => {}
    }
    let mut named: Vec<(&str, Vec<f64>)> = card.inputs.iter().map(|input| input.symbol).zip(columns).collect();
    named.push((card.output.symbol, y));
    named.push(("weight", weight));
    Measurements::from_columns(harm, named)
}

/// What is wrong with a fit, if anything.
fn fault(fit: &Fit, starts: &[Vec<f64>]) -> Option<String> {
    let certificate = &fit.certificate;
    if certificate.termination.is_empty() {
        return Some("the end has no name".to_owned());
    }
    if !fit.value.is_finite() || fit.theta.iter().any(|t| !t.is_finite()) {
        return Some(format!("{} at {:?} passes for an answer", fit.value, fit.theta));
    }
    if !certificate.converged && !fit.warnings.iter().any(|w| w.kind == "not-converged") {
        return Some("no warning of a search that did not converge".to_owned());
    }
    if certificate.evaluations > certificate.starts_tried * BUDGET + AROUND {
        return Some(format!("{} evaluations from {} starts", certificate.evaluations, certificate.starts_tried));
    }
    let problem = fit.setup.problem();
    let mut here = Evaluation::new(problem.dimension());
    // A free scale is held at what was found, for the comparison.
    let finite = problem.evaluate(&fit.q, Order::First, &mut here);
    if !finite && certificate.converged {
        return Some(format!("{:?} passes for an answer and cannot be evaluated", fit.theta));
    }
    let ended = here.value;
    for start in starts {
        let mut q = problem.variables(start);
        q.iter_mut().zip(problem.bounds()).for_each(|(q, (low, high))| *q = q.clamp(*low, *high));
        let posed = problem.evaluate(&q, Order::First, &mut here);
        if posed && ended > here.value * (1.0 + 1e-12) {
            return Some(format!("ended at {ended:e}, started at {:e}", here.value));
        }
    }
    for kind in [Kind::GaussNewton, Kind::Observed, Kind::Sandwich] {
        let _ = covariance(fit, kind, None);
    }
    None
}

fn outcome(error: &FitError) -> &'static str {
    match error {
        FitError::MissingRole { .. } => "missing role",
        FitError::TooFewRows { .. } => "too few rows",
        FitError::RowsAlike { .. } => "rows alike",
        FitError::OffScale { .. } => "off the residual scale",
        FitError::BadWeight { .. } => "bad weight",
        FitError::SolverDoesNotApply { .. } => "solver does not apply",
        FitError::NoStart { .. } => "no start",
        FitError::UnknownParameter { .. } | FitError::BadConstraint(_) | FitError::NothingFree(_) => "bad constraint",
    }
}

/// One case: how it ended, or what is wrong with it.
fn case(seed: u64, search: bool) -> Result<String, String> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let law = *pick(&mut rng, LAWS);
    let harm = HARMS[(seed % HARMS.len() as u64) as usize];
    let data = measurements(law, harm, &mut rng);
    let objective = objective(&mut rng);
    let starts: Vec<Vec<f64>> = (0..2).map(|_| parameters(law, &mut rng)).collect();
    let mut constraints = Constraints::default();
    if rng.random_range(0..4) == 0 {
        let param = pick(&mut rng, law.card().params);
        constraints.fix.push((param.symbol.to_owned(), param.starts[0]));
    }
    match rng.random_range(0..6) {
        0 => constraints.priors.push((law.card().params[0].symbol.to_owned(), law.card().params[0].starts[0], 0.1)),
        1 => constraints.bounds.push((law.card().params[0].symbol.to_owned(), 0.5, 1.5)),
        2 if law.card().params.len() > 1 => {
            constraints.tie.push((law.card().params[0].symbol.to_owned(), law.card().params[1].symbol.to_owned()));
        }
        _ => {}
    }
    // Mostly the default.
    let method = *pick(&mut rng, &[Method::Newton, Method::Newton, Method::QuasiNewton, Method::VariableProjection]);
    let weights = ["weight", "weight", "inverse-variance:weight", "per-group:weight"][(seed / 3 % 4) as usize];
    let spec = Spec {
        constraints,
        method,
        starts: if search { Starts::Search } else { Starts::Only(starts.clone()) },
        weights: Some(weights.parse().expect("it is well formed")),
        ..Spec::new(law, objective)
    };
    let described = format!("seed {seed}: {} on {harm} by {objective:?}, {}", law.card().id, method.name());
    let tried = catch_unwind(AssertUnwindSafe(|| match fit(&spec, &data) {
        Err(error) => Ok(outcome(&error).to_owned()),
        Ok(fit) => {
            if seed.is_multiple_of(16) {
                bootstrap(&fit, 4, seed, None, &|| ());
            }
            match fault(&fit, if search { &[] } else { &starts }) {
                Some(fault) => Err(fault),
                None => Ok(fit.certificate.termination),
            }
        }
    }));
    match tried {
        Ok(Ok(ended)) => Ok(ended),
        Ok(Err(fault)) => Err(format!("{described}: {fault}")),
        Err(panic) => {
            let text =
                panic.downcast_ref::<String>().cloned().or(panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
            Err(format!("{described}: panicked: {}", text.unwrap_or_default()))
        }
    }
}

fn all(seeds: std::ops::Range<u64>, search: bool) {
    let ended: Vec<Result<String, String>> = seeds.into_par_iter().map(|seed| case(seed, search)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for end in ended.iter().flatten() {
        *counts.entry(end).or_default() += 1;
    }
    for (end, count) in &counts {
        println!("{count:6}  {end}");
    }
    let faults: Vec<&String> = ended.iter().filter_map(|end| end.as_ref().err()).collect();
    assert!(faults.is_empty(), "{} of {}:\n{:#?}", faults.len(), ended.len(), &faults[..faults.len().min(40)]);
}

#[test]
fn thousands_of_solves_end_with_a_name_and_no_worse_than_they_started() {
    all(0..2_500, false);
}

#[test]
fn hundreds_of_searches_end_with_a_name() {
    all(10_000..10_150, true);
}

/// Designs that determine next to nothing, of few rows: where a search wanders longest.
const DEGENERATE: [&str; 6] =
    ["all outputs equal", "two values", "one point but one", "a constant column", "noise", "one outlier of 1e6"];

/// Rows of a degenerate design of a law.
fn degenerate(law: &dyn Law, design: &str, rng: &mut Pcg64Mcg) -> Measurements {
    let mut data = measurements(law, if design == "a constant column" { design } else { "nothing" }, rng);
    while data.len() < law.card().params.len() + 2 {
        data = measurements(law, "duplicated rows", rng);
    }
    let output = law.card().output.symbol;
    for column in &mut data.columns {
        let mine = column.symbol == output;
        for (k, value) in column.values.iter_mut().enumerate() {
            match design {
                "all outputs equal" if mine => *value = 2.0,
                "two values" if mine => *value = [1.0, 3.0][k % 2],
                "noise" if mine => *value = rng.random_range(0.1..10.0),
                "one outlier of 1e6" if mine && k == 0 => *value *= 1e6,
                "one point but one" if !mine && k > 0 && column.symbol != "weight" => *value = 2.0,
                _ => {}
            }
        }
    }
    data
}

/// Every registered law on degenerate rows, searched from everywhere: within its evaluations, and with
/// a name for how it ended. `SCALING_FUZZ=20 cargo test --test fuzz degenerate -- --nocapture` goes
/// through all designs and losses so many times and tells the slowest.
#[test]
fn no_degenerate_design_keeps_any_law_busy() {
    let rounds: Option<u64> = std::env::var("SCALING_FUZZ").ok().and_then(|text| text.parse().ok());
    let cases: Vec<(usize, usize, u64)> = match rounds {
        Some(rounds) => (0..LAWS.len())
            .flat_map(|l| (0..DEGENERATE.len()).flat_map(move |d| (0..4 * rounds).map(move |seed| (l, d, seed))))
            .collect(),
        None => (0..LAWS.len()).map(|l| (l, l % DEGENERATE.len(), l as u64)).collect(),
    };
    let mut ended: Vec<(f64, Result<String, String>)> = cases
        .into_par_iter()
        .map(|(l, d, seed)| {
            let (law, design) = (LAWS[l], DEGENERATE[d]);
            let mut rng = Pcg64Mcg::seed_from_u64(seed.wrapping_mul(1_000_003) ^ ((l * 10 + d) as u64));
            let data = degenerate(law, design, &mut rng);
            let residual = if seed.is_multiple_of(2) { Residual::Raw } else { Residual::Log };
            let loss = [Loss::Squared, Loss::Absolute, Loss::Huber { delta: 1e-3 }][seed as usize / 2 % 3];
            let objective = Objective { residual, loss };
            let described = format!("{} on {design} by {objective:?}, seed {seed}", law.card().id);
            let started = std::time::Instant::now();
            let fitted = catch_unwind(AssertUnwindSafe(|| fit(&Spec::new(law, objective), &data)));
            let taken = started.elapsed().as_secs_f64();
            let end = match fitted {
                Err(_) => Err(format!("{described}: panicked")),
                Ok(Err(error)) => Ok(format!("{described}: {}", outcome(&error))),
                Ok(Ok(fit)) => match fault(&fit, &[]) {
                    Some(fault) => Err(format!("{described}: {fault}")),
                    None => Ok(format!("{described}: {} evaluations", fit.certificate.evaluations)),
                },
            };
            (taken, end)
        })
        .collect();
    ended.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (taken, end) in ended.iter().take(12) {
        println!("{taken:.2} s  {end:?}");
    }
    let faults: Vec<&String> = ended.iter().filter_map(|(_, end)| end.as_ref().err()).collect();
    assert!(faults.is_empty(), "{} of {}:\n{:#?}", faults.len(), ended.len(), &faults[..faults.len().min(40)]);
}
