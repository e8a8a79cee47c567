//! What lies around the default solver: the other methods, the free scale, the weights, and the proof
//! that a minimum is global.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use scaling_laws::base::objective::{Loss, Objective, Residual};
use scaling_laws::base::real::Order;
use scaling_laws::data::measurements::Measurements;
use scaling_laws::engine::fit::{Constraints, Fit, FitError, Spec, Weights, fit, proof};
use scaling_laws::engine::solve::{Evaluation, Method, Problem};
use scaling_laws::law::Law;
use scaling_laws::work::job::Job;

const SQUARED: Objective = Objective { residual: Residual::Raw, loss: Loss::Squared };

fn law(id: &str) -> &'static dyn Law {
    scaling_laws::laws::find(id).expect("it is registered")
}

/// The 240 rows that Besiroglu et al. fit.
fn hoffmann() -> Measurements {
    let filter = Some("L < 3.4469".to_owned());
    Job { filter, ..Job::new("hoffmann2022-figure4", "chinchilla") }.read().unwrap()
}

fn chinchilla(objective: Objective, change: impl FnOnce(&mut Spec)) -> Fit {
    let mut spec = Spec::new(law("chinchilla"), objective);
    change(&mut spec);
    fit(&spec, &hoffmann()).unwrap()
}

/// Rows of a law with noise of a given size.
fn simulated(law: &dyn Law, theta: &[f64], rows: usize, noise: f64, seed: u64) -> Measurements {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut columns: Vec<(&str, Vec<f64>)> = law.card().inputs.iter().map(|i| (i.symbol, Vec::new())).collect();
    let mut y = Vec::new();
    for _ in 0..rows {
        let x: Vec<f64> = columns.iter().map(|_| 10f64.powf(rng.random_range(7.0..10.5))).collect();
        y.push(law.predict(&x, theta) + noise * (rng.random::<f64>() + rng.random::<f64>() - 1.0));
        columns.iter_mut().zip(x).for_each(|((_, column), x)| column.push(x));
    }
    columns.push((law.card().output.symbol, y));
    Measurements::from_columns("simulated", columns)
}

#[test]
fn every_method_finds_the_same_minimum() {
    let newton = chinchilla(SQUARED, |_| ());
    for method in [Method::QuasiNewton, Method::VariableProjection] {
        let other = chinchilla(SQUARED, |spec| spec.method = method);
        assert!((other.value / newton.value - 1.0).abs() < 1e-12, "{}: {}", method.name(), other.value);
        for (a, b) in other.theta.iter().zip(&newton.theta) {
            assert!((a / b - 1.0).abs() < 1e-8, "{}: {:?}", method.name(), other.theta);
        }
    }
    let huber = chinchilla(Objective::HOFFMANN, |_| ());
    let other = chinchilla(Objective::HOFFMANN, |spec| spec.method = Method::QuasiNewton);
    assert!((other.value / huber.value - 1.0).abs() < 1e-12, "{} {}", other.value, huber.value);
}

#[test]
fn projection_refuses_what_is_not_quadratic_in_the_coefficients() {
    let refused = |objective: Objective| {
        let spec = Spec { method: Method::VariableProjection, ..Spec::new(law("chinchilla"), objective) };
        matches!(fit(&spec, &hoffmann()), Err(FitError::SolverDoesNotApply { .. }))
    };
    assert!(refused(Objective::HOFFMANN));
    assert!(refused(Objective { residual: Residual::Raw, loss: Loss::Absolute }));
    assert!(!refused(SQUARED));
}

#[test]
fn minimum_of_two_exponents_is_proved_and_a_worse_value_is_not() {
    let fit = chinchilla(SQUARED, |_| ());
    let text = fit.certificate.proof.as_deref().unwrap_or_default();
    assert!(text.starts_with("global minimum proved by branch and bound: over 0 ≤ alpha ≤ 3, 0 ≤ beta ≤ 3,"), "{text}");
    assert!(text.contains(", E ≥ 0, A ≥ 0, B ≥ 0 nothing is lower"), "the box is all of it: {text}");
    // Were the value 3 % too high, the better one would stand in the way of a proof.
    let claimed = proof::prove(&fit.setup, 1.03 * fit.value).unwrap();
    let better = claimed.better.as_deref().expect("the better one is met");
    assert!(!claimed.holds() && better.len() == 5, "{claimed:?}");
    let three = chinchilla(Objective::HOFFMANN, |_| ());
    assert_eq!(three.certificate.proof, None, "Huber's loss has no such proof");
}

/// The bound is one: it never excludes what a search finds.
#[test]
fn proofs_never_exclude_the_minimum() {
    let power = law("power-offset");
    let mut proved = 0;
    for seed in 0..24 {
        let mut rng = Pcg64Mcg::seed_from_u64(1000 + seed);
        let theta = [rng.random_range(0.5..2.0), 10f64.powf(rng.random_range(0.5..3.0)), rng.random_range(0.05..0.6)];
        let data = simulated(power, &theta, 12 + seed as usize, 10f64.powf(rng.random_range(-3.0..-0.5)), seed);
        let fit = fit(&Spec::new(power, SQUARED), &data).unwrap();
        let proof = proof::prove(&fit.setup, fit.value).unwrap();
        proved += usize::from(proof.holds());
        let claimed = proof::prove(&fit.setup, 1.001 * fit.value).unwrap();
        assert!(!claimed.holds(), "seed {seed}: {claimed:?} excludes {:?}", fit.theta);
    }
    assert!(proved >= 22, "{proved} of 24 proved");
}

/// Fixed, tied and bounded parameters are part of what is proved.
#[test]
fn proofs_know_constraints() {
    let held = chinchilla(SQUARED, |spec| spec.constraints.fix = vec![("E".to_owned(), 1.7)]);
    let text = held.certificate.proof.as_deref().unwrap_or_default();
    assert!(text.starts_with("global minimum proved") && text.contains("E = 1.7"), "{text}");
    let tied = chinchilla(SQUARED, |spec| spec.constraints.tie = vec![("alpha".to_owned(), "beta".to_owned())]);
    assert!(tied.certificate.proof.as_deref().is_some_and(|t| t.starts_with("global minimum proved")));
    let fixed = chinchilla(SQUARED, |spec| {
        spec.constraints.fix = vec![("alpha".to_owned(), 0.34), ("beta".to_owned(), 0.28)];
    });
    assert_eq!(
        fixed.certificate.proof.as_deref(),
        Some(
            "global minimum proved: over E ≥ 0, A ≥ 0, B ≥ 0, alpha = 0.34, beta = 0.28, \
             least squares that is linear in all that varies has one minimum"
        )
    );
}

#[test]
fn free_scale_of_a_wide_zone_is_the_maximum_likelihood_of_a_normal_density() {
    let log_squared = chinchilla(Objective { residual: Residual::Log, loss: Loss::Squared }, |_| ());
    let free = chinchilla(Objective { residual: Residual::Log, loss: Loss::HuberLikelihood { delta: 100.0 } }, |_| ());
    let scale = free.scale.as_ref().unwrap();
    let n = 240.0;
    let variance = 2.0 * log_squared.value / n;
    assert!((scale.scale / variance.sqrt() - 1.0).abs() < 1e-9, "{scale:?}");
    let normal = -0.5 * n * ((2.0 * std::f64::consts::PI * variance).ln() + 1.0);
    assert!((scale.log_likelihood - normal).abs() < 1e-8, "{scale:?} {normal}");
    assert!(!scale.collapsed && free.warnings.iter().all(|w| w.kind != "scale-collapse"));
}

#[test]
fn free_scale_collapses_aloud_and_onto_least_absolute_residuals() {
    let loss = Loss::HuberLikelihood { delta: 1e-3 };
    let free = chinchilla(Objective { residual: Residual::Log, loss }, |_| ());
    let absolute = chinchilla(Objective { residual: Residual::Log, loss: Loss::Absolute }, |_| ());
    assert!(free.scale.as_ref().unwrap().collapsed);
    assert!(free.warnings.iter().any(|w| w.kind == "scale-collapse"), "{:?}", free.warnings);
    for (a, b) in free.theta.iter().zip(&absolute.theta) {
        assert!((a / b - 1.0).abs() < 1e-6, "{:?} {:?}", free.theta, absolute.theta);
    }
}

#[test]
fn free_scale_of_a_middling_zone_leaves_no_better_scale_or_parameters() {
    let loss = Loss::HuberLikelihood { delta: 1.345 };
    let free = chinchilla(Objective { residual: Residual::Log, loss }, |_| ());
    let scale = free.scale.as_ref().unwrap().clone();
    // Given the scale, the parameters are those of Huber's loss at it.
    let given =
        chinchilla(Objective { residual: Residual::Log, loss: Loss::Huber { delta: scale.effective_delta } }, |_| ());
    for (a, b) in free.theta.iter().zip(&given.theta) {
        assert!((a / b - 1.0).abs() < 1e-7, "{:?} {:?}", free.theta, given.theta);
    }
    // Given the parameters, Σ ψ(z) z = n at the scale.
    let sum: f64 = free.residuals().iter().map(|r| (r / scale.scale).abs()).map(|z| (z * z).min(1.345 * z)).sum();
    assert!((sum / 240.0 - 1.0).abs() < 1e-9, "{sum}");
}

#[test]
fn equal_errors_weigh_nothing_and_unequal_ones_as_their_squares() {
    let power = law("power-offset");
    let data = simulated(power, &[1.5, 200.0, 0.3], 40, 0.02, 3);
    let (x, y) = (data.column("x").unwrap().to_vec(), data.column("L").unwrap().to_vec());
    let with = |name: &'static str, values: Vec<f64>, weights: &str| {
        let data = Measurements::from_columns("t", vec![("x", x.clone()), ("L", y.clone()), (name, values)]);
        fit(&Spec { weights: Some(weights.parse().unwrap()), ..Spec::new(power, SQUARED) }, &data).unwrap()
    };
    let plain = fit(&Spec::new(power, SQUARED), &data).unwrap();
    let equal = with("se", vec![0.02; 40], "inverse-variance:se");
    assert_eq!(equal.theta, plain.theta);
    let errors: Vec<f64> = (0..40).map(|k| 0.01 + 0.001 * f64::from(k)).collect();
    let inverse = with("se", errors.clone(), "inverse-variance:se");
    let by_hand = with("w", errors.iter().map(|e| e.powi(-2)).collect(), "w");
    for (a, b) in inverse.theta.iter().zip(&by_hand.theta) {
        assert!((a / b - 1.0).abs() < 1e-9, "{:?} {:?}", inverse.theta, by_hand.theta);
    }
    let bad = Measurements::from_columns("t", vec![("x", x.clone()), ("L", y.clone()), ("se", vec![0.0; 40])]);
    let spec = Spec { weights: Some(Weights::InverseVariance("se".to_owned())), ..Spec::new(power, SQUARED) };
    assert!(matches!(fit(&spec, &bad), Err(FitError::BadWeight { row: 1, .. })));
}

#[test]
fn a_group_keeps_its_say_when_its_rows_are_repeated() {
    let power = law("power-offset");
    let data = simulated(power, &[1.5, 200.0, 0.3], 30, 0.02, 5);
    let group: Vec<f64> = (0..30).map(|k| f64::from(k % 3)).collect();
    let (x, y) = (data.column("x").unwrap(), data.column("L").unwrap());
    // The rows of the first group three times over.
    let rows: Vec<usize> = (0..30).flat_map(|k| vec![k; if k % 3 == 0 { 3 } else { 1 }]).collect();
    let take = |values: &[f64]| rows.iter().map(|&k| values[k]).collect::<Vec<f64>>();
    let once = Measurements::from_columns("t", vec![("x", x.to_vec()), ("L", y.to_vec()), ("C", group.clone())]);
    let thrice = Measurements::from_columns("t", vec![("x", take(x)), ("L", take(y)), ("C", take(&group))]);
    let spec = Spec { weights: Some("per-group:C".parse().unwrap()), ..Spec::new(power, SQUARED) };
    let (once, thrice) = (fit(&spec, &once).unwrap(), fit(&spec, &thrice).unwrap());
    for (a, b) in once.theta.iter().zip(&thrice.theta) {
        assert!((a / b - 1.0).abs() < 1e-9, "{:?} {:?}", once.theta, thrice.theta);
    }
}

#[test]
fn weights_are_read_as_they_are_written() {
    for text in ["w", "inverse-variance:se", "per-group:C"] {
        assert_eq!(text.parse::<Weights>().unwrap().to_string(), text);
    }
    for text in ["", "per-group:", "by:C"] {
        assert!(text.parse::<Weights>().is_err(), "{text}");
    }
}

/// The objective with its priors, at the answer and beside it.
fn is_least(fit: &Fit) {
    let problem = fit.setup.problem();
    let mut here = Evaluation::new(fit.q.len());
    assert!(problem.evaluate(&fit.q, Order::First, &mut here));
    let least = here.value;
    for (i, (low, high)) in fit.setup.bounds.iter().enumerate() {
        for step in [1e-3, -1e-3, 1e-5, -1e-5] {
            let mut q = fit.q.clone();
            q[i] = (q[i] + step).clamp(*low, *high);
            assert!(problem.evaluate(&q, Order::First, &mut here));
            assert!(here.value >= least * (1.0 - 1e-10), "variable {i} by {step}: {} below {least}", here.value);
        }
    }
}

#[test]
fn priors_weigh_the_same_whatever_the_loss() {
    for loss in [Loss::Absolute, Loss::Quantile { tau: 0.3 }, Loss::Huber { delta: 1e-3 }, Loss::Squared] {
        let objective = Objective { residual: Residual::Log, loss };
        let free = chinchilla(objective, |_| ());
        let held = chinchilla(objective, |spec| spec.constraints.priors = vec![("alpha".to_owned(), 0.40, 0.01)]);
        is_least(&held);
        let (before, after) = (free.theta[3], held.theta[3]);
        assert!(before < after && after < 0.40, "{loss:?}: {before} {after}");
    }
    let spec = Spec {
        constraints: Constraints { priors: vec![("alpha".to_owned(), 0.40, 0.01)], ..Constraints::default() },
        ..Spec::new(
            law("chinchilla"),
            Objective { residual: Residual::Log, loss: Loss::HuberLikelihood { delta: 1.0 } },
        )
    };
    assert!(matches!(fit(&spec, &hoffmann()), Err(FitError::BadConstraint(_))));
}

#[test]
fn bounds_hold_for_every_loss_and_method() {
    let losses = [
        Loss::Absolute,
        Loss::Quantile { tau: 0.7 },
        Loss::HuberLikelihood { delta: 1.345 },
        Loss::HuberLikelihood { delta: 1e-3 },
        Loss::Squared,
    ];
    for loss in losses {
        let objective = Objective { residual: Residual::Raw, loss };
        for method in Method::ALL {
            let spec = Spec {
                constraints: Constraints { bounds: vec![("E".to_owned(), 0.0, 1.5)], ..Constraints::default() },
                method,
                ..Spec::new(law("chinchilla"), objective)
            };
            match fit(&spec, &hoffmann()) {
                Err(FitError::SolverDoesNotApply { .. }) => assert!(method != Method::Newton),
                Err(error) => panic!("{error}"),
                Ok(fit) => {
                    assert!(fit.theta[0] <= 1.5 * (1.0 + 1e-12), "{loss:?}, {}: {:?}", method.name(), fit.theta);
                    assert!((fit.theta[0] - 1.5).abs() < 1e-6, "{loss:?}, {}: {:?}", method.name(), fit.theta);
                }
            }
        }
    }
}

#[test]
fn projection_finds_a_coefficient_that_vanishes() {
    // Loss that rises with the data would need a negative coefficient.
    let mut rng = Pcg64Mcg::seed_from_u64(8);
    let n: Vec<f64> = (0..40).map(|_| 10f64.powf(rng.random_range(7.0..10.0))).collect();
    let d: Vec<f64> = (0..40).map(|_| 10f64.powf(rng.random_range(9.0..12.0))).collect();
    let loss: Vec<f64> = n.iter().zip(&d).map(|(n, d)| 1.5 + 400.0 * n.powf(-0.35) + 0.002 * d.log10()).collect();
    let data = Measurements::from_columns("rising", vec![("N", n), ("D", d), ("L", loss)]);
    let newton = fit(&Spec::new(law("chinchilla"), SQUARED), &data).unwrap();
    let projected =
        fit(&Spec { method: Method::VariableProjection, ..Spec::new(law("chinchilla"), SQUARED) }, &data).unwrap();
    assert!(projected.value <= newton.value * (1.0 + 1e-9), "{} against {}", projected.value, newton.value);
}

#[test]
fn a_tie_makes_nothing_weakly_identified() {
    let tied = chinchilla(SQUARED, |spec| spec.constraints.tie = vec![("alpha".to_owned(), "beta".to_owned())]);
    let weak = tied.warnings.iter().find(|w| w.kind == "weakly-identified");
    assert!(weak.is_none_or(|w| !w.message.contains("alpha") && !w.message.contains("beta")), "{weak:?}");
}

/// Terms that no linear coefficient multiplies stay out of the columns, fixed coefficients or not.
#[test]
fn proofs_of_tied_and_fixed_coefficients_do_not_exclude_the_minimum() {
    let ptq = law("kumar-ptq");
    let theta: Vec<f64> = ptq.card().params.iter().map(|p| p.starts[p.starts.len() / 2]).collect();
    let mut rng = Pcg64Mcg::seed_from_u64(4);
    let mut columns: Vec<(&str, Vec<f64>)> = ptq.card().inputs.iter().map(|i| (i.symbol, Vec::new())).collect();
    let mut y = Vec::new();
    for k in 0..60 {
        let x =
            [10f64.powf(rng.random_range(7.5..9.5)), 10f64.powf(rng.random_range(9.0..11.0)), 3.0 + f64::from(k % 5)];
        y.push(ptq.predict(&x, &theta) * (1.0 + 0.01 * (rng.random::<f64>() - 0.5)));
        columns.iter_mut().zip(x).for_each(|((_, column), x)| column.push(x));
    }
    columns.push((ptq.card().output.symbol, y));
    let data = Measurements::from_columns("simulated", columns);
    let fixed = ptq.card().params.iter().zip(&theta).filter(|(p, _)| p.symbol == "E" || p.symbol.starts_with("gamma"));
    let constraints = Constraints {
        tie: vec![("A".to_owned(), "B".to_owned()), ("alpha".to_owned(), "beta".to_owned())],
        fix: fixed.map(|(p, value)| (p.symbol.to_owned(), *value)).collect(),
        bounds: vec![("A".to_owned(), 1.0, 1e6)],
        ..Constraints::default()
    };
    let fit = fit(&Spec { constraints, ..Spec::new(ptq, SQUARED) }, &data).unwrap();
    let proof = proof::prove(&fit.setup, fit.value);
    assert!(proof.is_none_or(|proof| proof.better.is_none()), "nothing better than {:?} exists", fit.theta);
    let claimed = proof::prove(&fit.setup, 1.05 * fit.value);
    assert!(claimed.is_none_or(|claimed| !claimed.holds()), "the minimum was excluded");
}
