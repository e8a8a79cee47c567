//! What every law must satisfy, looped over the registry: nobody writes these tests for a law, and
//! no law escapes them.

use scaling_laws::law::{Block, Card, Column, Jet, Law, MAX_PARAMS, Order, Role};
use scaling_laws::laws::{LAWS, find};

/// The most start combinations, and points, that one law is tried at.
const MOST: usize = 256;

/// A deterministic stream of numbers in (0, 1).
struct Stream(u64);
impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
}

/// All combinations of a law's starts, thinned evenly to [`MOST`].
fn starts(card: &Card) -> Vec<Vec<f64>> {
    let total: usize = card.params.iter().map(|param| param.starts.len()).product();
    let step = total.div_ceil(MOST).max(1);
    // A stride prime to every radix visits all values of every parameter.
    (0..total)
        .step_by(step)
        .map(|k| k.wrapping_mul(1_000_003) % total)
        .map(|mut k| {
            card.params
                .iter()
                .map(|param| {
                    let value = param.starts[k % param.starts.len()];
                    k /= param.starts.len();
                    value
                })
                .collect()
        })
        .collect()
}

/// The range of an input that people measure, cut to its domain: wide, but not the whole line.
fn range(symbol: &str, unit: &str, (low, high): (f64, f64)) -> (f64, f64) {
    let usual: (f64, f64) = match unit {
        "parameters" | "tokens" | "characters" => (1e7, 1e12),
        "FLOP" => (1e17, 1e25),
        "PF-days" => (1e-6, 1e6),
        "bits" => (2.0, 16.0),
        "nat/token" => (1.5, 6.0),
        _ if symbol == "x" => (1e3, 1e12),
        _ => (1e-2, 1e3),
    };
    let cut = (usual.0.max(low), usual.1.min(high));
    if cut.0 <= cut.1 { cut } else { (low.max(-1e3), high.min(1e3)) }
}

/// Inputs spread evenly in the logarithm over [`range`] (evenly where zero or less is allowed).
fn points(card: &Card, count: usize, stream: &mut Stream) -> Vec<Vec<f64>> {
    (0..count)
        .map(|_| {
            card.inputs
                .iter()
                .map(|input| {
                    let (low, high) = range(input.symbol, input.unit, input.domain);
                    let u = stream.next();
                    let value =
                        if low > 0.0 { (low.ln() + u * (high / low).ln()).exp() } else { low + u * (high - low) };
                    if input.integer { value.round().clamp(low.ceil(), high.floor()) } else { value }
                })
                .collect()
        })
        .collect()
}

fn blocks(card: &Card, points: &[Vec<f64>]) -> Vec<Block> {
    let columns: Vec<Vec<f64>> =
        (0..card.inputs.len()).map(|i| points.iter().map(|point| point[i]).collect()).collect();
    Block::split(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// Values, gradients and second derivatives (i, j ≤ i) at every point.
fn jets(law: &dyn Law, order: Order, points: &[Vec<f64>], theta: &[f64]) -> Vec<(f64, Vec<f64>, Vec<f64>)> {
    let mut jet = Jet::new(theta.len());
    let mut out = Vec::new();
    for block in blocks(law.card(), points) {
        law.jet(order, &block, theta, &mut jet);
        for row in 0..block.rows() {
            let column = |columns: &[Column]| columns.iter().map(|column| column[row]).collect();
            out.push((jet.y[row], column(&jet.d), column(&jet.h)));
        }
    }
    out
}

fn size(value: f64) -> f64 {
    if value == 0.0 { 1.0 } else { value.abs() }
}

/// A step for a central difference: relative to the parameter, absolute at zero.
fn step(value: f64) -> f64 {
    5e-4 * size(value)
}

/// Fourth-order central difference of a function of one parameter.
fn difference(theta: &[f64], i: usize, f: impl Fn(&[f64]) -> f64) -> f64 {
    let h = step(theta[i]);
    let at = |k: f64| {
        let mut moved = theta.to_vec();
        moved[i] += k * h;
        f(&moved)
    };
    (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * h)
}

fn close(a: f64, b: f64, scale: f64, tolerance: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= tolerance * scale.max(a.abs()).max(b.abs())
}

fn ulps(a: f64, b: f64) -> u64 {
    if a == b || (a.is_nan() && b.is_nan()) { 0 } else { a.to_bits().abs_diff(b.to_bits()) }
}

/// Runs a check on every law, at each of its starts and a few points, and reports all failures.
fn at_every_start(name: &str, check: impl Fn(&dyn Law, &[f64], &[Vec<f64>], &mut Vec<String>)) {
    let mut failures = Vec::new();
    for law in LAWS {
        let card = law.card();
        let mut stream = Stream(1);
        let before = failures.len();
        for theta in starts(card) {
            let points = points(card, 9, &mut stream);
            check(*law, &theta, &points, &mut failures);
            if failures.len() > before + 3 {
                break;
            }
        }
    }
    assert!(failures.is_empty(), "{name}:\n{}", failures.join("\n"));
}

#[test]
fn predictions_are_finite_on_the_domain() {
    at_every_start("not finite", |law, theta, points, failures| {
        for x in points {
            let y = law.predict(x, theta);
            if !y.is_finite() {
                failures.push(format!("{} at {x:?}, {theta:?}: {y}", law.card().id));
            }
        }
    });
}

#[test]
fn vector_code_agrees_with_scalar_code() {
    at_every_start("vector and scalar differ", |law, theta, points, failures| {
        for order in [Order::First, Order::Second] {
            for (x, (y, ..)) in points.iter().zip(jets(law, order, points, theta)) {
                let scalar = law.predict(x, theta);
                // Derivatives divide by way of a reciprocal, which may cost a rounding or two.
                let most = 64;
                if ulps(y, scalar) > most {
                    failures.push(format!("{} {order:?} at {x:?}, {theta:?}: {y:e} and {scalar:e}", law.card().id));
                }
            }
        }
    });
}

#[test]
fn gradients_are_differences() {
    at_every_start("gradient is not the difference", |law, theta, points, failures| {
        let both = [jets(law, Order::First, points, theta), jets(law, Order::Second, points, theta)];
        for (row, x) in points.iter().enumerate() {
            for i in 0..theta.len() {
                let numeric = difference(theta, i, |t| law.predict(x, t));
                // What rounding of the prediction does to a difference.
                let noise = law.predict(x, theta).abs() * 1e-14 / step(theta[i]);
                for jet in &both {
                    let exact = jet[row].1[i];
                    if !close(exact, numeric, 0.0, 1e-6) && (exact - numeric).abs() > noise {
                        failures.push(format!(
                            "{}: d/d{} at {x:?}, {theta:?}: {exact:e}, difference {numeric:e}",
                            law.card().id,
                            law.card().params[i].symbol
                        ));
                    }
                }
            }
        }
    });
}

#[test]
fn second_derivatives_are_differences_of_the_gradient() {
    at_every_start("second derivative is not the difference", |law, theta, points, failures| {
        let points = &points[..2];
        let second = jets(law, Order::Second, points, theta);
        for (row, x) in points.iter().enumerate() {
            for i in 0..theta.len() {
                for j in 0..=i {
                    let gradient = |t: &[f64]| jets(law, Order::First, &points[row..=row], t)[0].1[i];
                    let numeric = difference(theta, j, gradient);
                    let exact = second[row].2[i * (i + 1) / 2 + j];
                    // What rounding of the gradient does to a difference, on the scale of the terms
                    // that cancelled in it.
                    let scale = second[row].0.abs() + (theta[i] * second[row].1[i]).abs();
                    let noise = 1e-14 * scale / size(theta[i]) / step(theta[j]);
                    if !close(exact, numeric, 0.0, 1e-6) && (exact - numeric).abs() > noise {
                        failures.push(format!(
                            "{}: d2/d{}d{} at {x:?}, {theta:?}: {exact:e}, difference {numeric:e}",
                            law.card().id,
                            law.card().params[i].symbol,
                            law.card().params[j].symbol
                        ));
                    }
                }
            }
        }
    });
}

#[test]
fn declared_linear_parameters_are_linear() {
    at_every_start("declared linear but is not", |law, theta, points, failures| {
        let card = law.card();
        let linear: Vec<usize> = (0..theta.len()).filter(|&i| card.params[i].role == Role::Linear).collect();
        let before = jets(law, Order::First, points, theta);
        let mut moved = theta.to_vec();
        for (k, &i) in linear.iter().enumerate() {
            moved[i] = theta[i] * (1.5 + 0.25 * k as f64) + 0.125;
        }
        let after = jets(law, Order::First, points, &moved);
        for ((x, before), after) in points.iter().zip(&before).zip(&after) {
            for &i in &linear {
                if !close(before.1[i], after.1[i], f64::MIN_POSITIVE, 1e-11) {
                    failures.push(format!("{}: {} at {x:?}, {theta:?}", card.id, card.params[i].symbol));
                }
            }
        }
    });
}

/// A nonlinear parameter whose slope is the same everywhere was declared wrongly, and costs the
/// solver a projection.
#[test]
fn declared_nonlinear_parameters_are_not_all_linear() {
    for law in LAWS {
        let card = law.card();
        let mut stream = Stream(2);
        let all = starts(card);
        let points = points(card, 9, &mut stream);
        for i in (0..card.params.len()).filter(|&i| card.params[i].role == Role::Nonlinear) {
            // Its slope may be free of itself and still depend on a linear parameter (k · c):
            // move it together with all linear ones, by another factor lest the two cancel (k / c).
            let bends = all.iter().any(|theta| {
                let mut moved = theta.clone();
                for j in 0..moved.len() {
                    if j == i {
                        moved[j] *= 1.5;
                    } else if card.params[j].role == Role::Linear {
                        moved[j] *= 1.25;
                    }
                }
                let before = jets(*law, Order::First, &points, theta);
                let after = jets(*law, Order::First, &points, &moved);
                before.iter().zip(&after).any(|(b, a)| !close(b.1[i], a.1[i], f64::MIN_POSITIVE, 1e-9))
            });
            assert!(bends, "{}: {} is linear everywhere but declared otherwise", card.id, card.params[i].symbol);
        }
    }
}

#[test]
fn limits_are_the_laws_they_name() {
    at_every_start("limit does not hold", |law, theta, points, failures| {
        let card = law.card();
        for limit in card.reduces_to {
            let Some(other) = find(limit.law) else {
                failures.push(format!("{}: no law {}", card.id, limit.law));
                continue;
            };
            let mut special = theta.to_vec();
            for (symbol, value) in limit.set {
                match card.param(symbol) {
                    Some(i) => special[i] = *value,
                    None => failures.push(format!("{}: limit sets {symbol}, which is no parameter", card.id)),
                }
            }
            let inner: Option<Vec<f64>> = limit.theta.iter().map(|s| card.param(s).map(|i| special[i])).collect();
            let axes: Option<Vec<usize>> = limit.inputs.iter().map(|s| card.input(s)).collect();
            let (Some(inner), Some(axes)) = (inner, axes) else {
                failures.push(format!("{}: limit {} names an unknown symbol", card.id, limit.law));
                continue;
            };
            let counts = (other.card().params.len(), other.card().inputs.len());
            if (inner.len(), axes.len()) != counts {
                failures.push(format!("{}: limit {} has the wrong counts", card.id, limit.law));
                continue;
            }
            for x in points {
                let here = law.predict(x, &special);
                let there = other.predict(&axes.iter().map(|&i| x[i]).collect::<Vec<_>>(), &inner);
                if !close(here, there, 0.0, 1e-8) {
                    failures.push(format!("{} → {} at {x:?}, {special:?}: {here} and {there}", card.id, limit.law));
                }
            }
        }
    });
}

#[test]
fn swapping_exchangeable_blocks_changes_nothing() {
    at_every_start("swap changes the prediction", |law, theta, points, failures| {
        let card = law.card();
        for pair in card.exchangeable.windows(2) {
            if pair[0].len() != pair[1].len() {
                failures.push(format!("{}: blocks of different sizes", card.id));
                continue;
            }
            // Make the blocks differ, so that the swap is one.
            let mut first = theta.to_vec();
            for &i in pair[0] {
                first[i] *= 1.125;
            }
            let mut swapped = first.clone();
            for (&i, &j) in pair[0].iter().zip(pair[1]) {
                swapped.swap(i, j);
            }
            for x in points {
                let (one, two) = (law.predict(x, &first), law.predict(x, &swapped));
                if !close(one, two, 0.0, 1e-12) {
                    failures.push(format!("{} at {x:?}, {first:?}: {one} and {two}", card.id));
                }
            }
        }
    });
}

/// A derived quantity may not exist for some parameters (NaN) or be out of range (infinite), but
/// one without conditions exists at some start.
#[test]
fn derived_quantities_exist() {
    for law in LAWS {
        let card = law.card();
        for derived in card.derived.iter().filter(|derived| derived.needs.is_empty()) {
            let some = starts(card).iter().any(|theta| (derived.value)(theta, &[]).is_finite());
            assert!(some, "{}: {} is finite at no start", card.id, derived.symbol);
        }
    }
}

/// The closed form of an optimum spends the budget, and no neighbour on the budget is better.
#[test]
fn closed_form_optima_are_optimal() {
    at_every_start("closed form is not the optimum", |law, theta, points, failures| {
        let card = law.card();
        let Some(allocation) = card.allocation else { return };
        let Some(closed) = allocation.closed_form else { return };
        let free: Vec<usize> = allocation.free.iter().filter_map(|symbol| card.input(symbol)).collect();
        if free.len() != allocation.free.len() {
            failures.push(format!("{}: allocation frees an unknown input", card.id));
            return;
        }
        for given in points {
            let budget = (allocation.cost.of)(given);
            let mut x = given.clone();
            for &i in &free {
                x[i] = f64::NAN;
            }
            let Some(best) = closed(theta, &x, budget) else { continue };
            for (&i, value) in free.iter().zip(&best) {
                x[i] = *value;
            }
            if x.iter().any(|value| !(1e-30..1e60).contains(&value.abs())) {
                continue;
            }
            let spent = (allocation.cost.of)(&x);
            if !close(spent, budget, 0.0, 1e-9) {
                failures.push(format!("{}: spends {spent:e} of {budget:e} at {theta:?}", card.id));
            }
            let y = law.predict(&x, theta);
            for (&i, &j) in free.iter().zip(free.iter().skip(1)) {
                for factor in [0.8_f64, 1.25] {
                    let mut moved = x.clone();
                    moved[i] *= factor;
                    if let Some(value) = back_on_budget(&moved, j, budget, allocation.cost.of) {
                        moved[j] = value;
                        let other = law.predict(&moved, theta);
                        if other < y - 1e-12 * y.abs() {
                            failures.push(format!("{}: {other} < {y} at {moved:?}, {theta:?}", card.id));
                        }
                    }
                }
            }
        }
    });
}

/// The value of input `j` that brings the cost back to the budget, by bisection in the logarithm.
fn back_on_budget(x: &[f64], j: usize, budget: f64, cost: fn(&[f64]) -> f64) -> Option<f64> {
    let (mut low, mut high) = (x[j].ln() - 5.0, x[j].ln() + 5.0);
    let at = |ln: f64| {
        let mut moved = x.to_vec();
        moved[j] = ln.exp();
        cost(&moved)
    };
    if !(at(low) < budget && at(high) > budget) {
        return None;
    }
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if at(middle) < budget { low = middle } else { high = middle }
    }
    Some(low.exp())
}

#[test]
fn laws_fit_into_the_fixed_sizes() {
    for law in LAWS {
        assert!(law.card().params.len() <= MAX_PARAMS && law.card().inputs.len() <= scaling_laws::law::MAX_INPUTS);
    }
}
