//! What must not change an answer beyond rounding: the order of rows, the unit of an input, a
//! mean in place of a sum, a weight in place of a repeated row. And a closed form is what a
//! search finds.

#[path = "support/design.rs"]
mod design;

use design::{Stream, points, simulate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use scaling_laws::base::objective::{Loss, Objective, Residual};
use scaling_laws::data::measurements::Measurements;
use scaling_laws::engine::fit::{Fit, Spec, fit};
use scaling_laws::engine::optimum::optimum;
use scaling_laws::laws::{LAWS, find};

const TRUTH: [f64; 5] = [1.69, 406.4, 410.7, 0.34, 0.28];

fn settings(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(20_26), failure_persistence: None, ..ProptestConfig::default() }
}

/// Forty noisy runs of Hoffmann's form.
fn runs(seed: u64) -> Measurements {
    let law = find("chinchilla").unwrap();
    let mut stream = Stream(seed);
    let rows: Vec<Vec<f64>> = (0..40).map(|_| vec![stream.between(5e7, 2e10), stream.between(1e9, 1e12)]).collect();
    simulate(law, &TRUTH, &rows, || (0.01 * stream.normal()).exp())
}

fn objectives() -> impl Strategy<Value = Objective> {
    let losses = [Loss::Squared, Loss::Huber { delta: 1e-2 }, Loss::Absolute];
    proptest::sample::select(losses.to_vec()).prop_map(|loss| Objective { residual: Residual::Log, loss })
}

fn fitted(objective: Objective, data: &Measurements, weights: Option<&str>) -> Fit {
    let mut spec = Spec::new(find("chinchilla").unwrap(), objective);
    spec.weights = weights.map(|w| w.parse().unwrap());
    fit(&spec, data).unwrap()
}

fn columns(data: &Measurements, order: &[usize]) -> Vec<(&'static str, Vec<f64>)> {
    ["N", "D", "L"]
        .into_iter()
        .map(|symbol| {
            let values = data.column(symbol).unwrap();
            (symbol, order.iter().map(|&row| values[row]).collect())
        })
        .collect()
}

/// Predictions inside the data and three times beyond it, with inputs in other units.
fn same(a: &Fit, b: &Fit, (n, d): (f64, f64), tolerance: f64) -> Result<(), TestCaseError> {
    for (model, tokens) in [(1e8, 3e9), (3e9, 1e11), (6e10, 3e12)] {
        let (x, y) = (a.predict(&[model, tokens]), b.predict(&[model / n, tokens / d]));
        prop_assert!((x - y).abs() <= tolerance * x, "{x} and {y} at {model:e}, {tokens:e}");
    }
    Ok(())
}

/// The absolute loss of a curved law has minima side by side, each held by as many rows as there are
/// parameters; a search that starts elsewhere may end in a neighbour.
fn searched_elsewhere(objective: Objective) -> (f64, f64) {
    if objective.loss.is_kinked() { (1e-8, 1e-6) } else { (1e-10, 1e-8) }
}

fn tolerance(objective: Objective) -> f64 {
    if objective.loss.is_kinked() { 1e-6 } else { 1e-7 }
}

proptest! {
    #![proptest_config(settings(60))]

    #[test]
    fn the_order_of_rows_does_not_matter(
        seed in 1u64..1_000_000,
        objective in objectives(),
        order in Just((0..40).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let data = runs(seed);
        let shuffled = Measurements::from_columns("shuffled", columns(&data, &order));
        let (a, b) = (fitted(objective, &data, None), fitted(objective, &shuffled, None));
        prop_assert!((a.value - b.value).abs() <= 1e-9 * a.value, "{} and {}", a.value, b.value);
        same(&a, &b, (1.0, 1.0), tolerance(objective))?;
    }

    #[test]
    fn the_unit_of_an_input_does_not_matter(
        seed in 1u64..1_000_000,
        objective in objectives(),
        n in proptest::sample::select(vec![1.0, 1e3, 1e6]),
        d in proptest::sample::select(vec![1.0, 1e6, 1e9]),
    ) {
        let data = runs(seed);
        let mut scaled = data.clone();
        for (symbol, unit) in [("N", n), ("D", d)] {
            let column = scaled.columns.iter_mut().find(|column| column.symbol == symbol).unwrap();
            column.values.iter_mut().for_each(|value| *value /= unit);
        }
        let (a, b) = (fitted(objective, &data, None), fitted(objective, &scaled, None));
        let (value, prediction) = searched_elsewhere(objective);
        prop_assert!((a.value - b.value).abs() <= value * a.value, "{} and {}", a.value, b.value);
        same(&a, &b, (n, d), prediction)?;
    }

    #[test]
    fn a_mean_and_a_sum_have_the_same_minimum(
        seed in 1u64..1_000_000,
        objective in objectives(),
        weight in -6.0f64..6.0,
    ) {
        let data = runs(seed);
        let weight = 10_f64.powf(weight);
        let mut all = columns(&data, &(0..40).collect::<Vec<_>>());
        all.push(("weight", vec![weight; 40]));
        let weighted = Measurements::from_columns("weighted", all);
        let (a, b) = (fitted(objective, &data, None), fitted(objective, &weighted, Some("weight")));
        prop_assert!((a.value * weight - b.value).abs() <= 1e-8 * b.value, "{} and {}", a.value * weight, b.value);
        same(&a, &b, (1.0, 1.0), tolerance(objective))?;
    }

    #[test]
    fn a_weight_is_a_repeated_row(
        seed in 1u64..1_000_000,
        objective in objectives(),
        counts in proptest::collection::vec(0usize..4, 40),
    ) {
        let data = runs(seed);
        prop_assume!(counts.iter().filter(|count| **count > 0).count() > 12);
        let order: Vec<usize> = (0..40).flat_map(|row| std::iter::repeat_n(row, counts[row])).collect();
        let repeated = Measurements::from_columns("repeated", columns(&data, &order));
        let mut all = columns(&data, &(0..40).collect::<Vec<_>>());
        all.push(("weight", counts.iter().map(|&count| count as f64).collect()));
        let weighted = Measurements::from_columns("weighted", all);
        let (a, b) = (fitted(objective, &repeated, None), fitted(objective, &weighted, Some("weight")));
        prop_assert!((a.value - b.value).abs() <= 1e-8 * a.value, "{} and {}", a.value, b.value);
        same(&a, &b, (1.0, 1.0), tolerance(objective))?;
    }
}

proptest! {
    #![proptest_config(settings(200))]

    /// Parameters anywhere between a law's smallest and largest starts, budgets that its inputs
    /// would spend.
    #[test]
    fn closed_forms_are_what_a_search_finds(seed in 1u64..1_000_000) {
        for law in LAWS {
            let card = law.card();
            let Some(allocation) = card.allocation.filter(|a| a.closed_form.is_some()) else { continue };
            let mut stream = Stream(seed);
            for _ in 0..5 {
                stream.next();
            }
            let theta: Vec<f64> = card
                .params
                .iter()
                .map(|param| {
                    let low = param.starts.iter().copied().fold(f64::INFINITY, f64::min);
                    let high = param.starts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    stream.between(low, high)
                })
                .collect();
            let given = points(card, 1, &mut stream).remove(0);
            let budget = (allocation.cost.of)(&given);
            let fixed: Vec<(String, f64)> = card
                .inputs
                .iter()
                .zip(&given)
                .filter(|(input, _)| !allocation.free.contains(&input.symbol))
                .map(|(input, value)| (input.symbol.to_owned(), *value))
                .collect();
            let Ok(choice) = optimum(*law, &theta, None, budget, &fixed) else { continue };
            // A form that holds for an interior optimum says nothing of one at the edge.
            if choice.at_edge {
                continue;
            }
            let Some(gap) = choice.closed_form_gap else { continue };
            prop_assert!(gap < 1e-5, "{}: {gap:e} at {theta:?}, budget {budget:e}, {fixed:?}", card.id);
        }
    }
}
