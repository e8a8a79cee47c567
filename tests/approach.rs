//! Approaches 1 and 2 and Porian's recipe, on surfaces whose optimum is known and on published data.

use rand::SeedableRng;
use rand_distr::{Distribution, Normal};
use scaling_laws::data::measurements::{Label, Measurements};
use scaling_laws::laws::find;
use scaling_laws::methods::allocation::envelope::{self, envelope};
use scaling_laws::methods::allocation::isoflop::{self, Scale, Weighting, bias, isoflops};
use scaling_laws::methods::allocation::parabola::Refusal;
use scaling_laws::methods::allocation::porian::{self, SeedNoise, porian};
use scaling_laws::methods::allocation::{Error, PowerLaw};
use std::path::{Path, PathBuf};

const HOFFMANN: [f64; 5] = [1.69, 406.4, 410.7, 0.34, 0.28];

fn loss(theta: &[f64; 5], n: f64, d: f64) -> f64 {
    theta[0] + theta[1] * n.powf(-theta[3]) + theta[2] * d.powf(-theta[4])
}
fn n_opt(theta: &[f64; 5], c: f64) -> f64 {
    (find("chinchilla").unwrap().card().derived("N_opt").unwrap().value)(theta, &[c])
}
/// Rows (C, N) of a surface, with D = C/(6N).
fn measured(theta: &[f64; 5], rows: &[(f64, f64)]) -> Measurements {
    let d = |&(c, n): &(f64, f64)| c / (6.0 * n);
    Measurements::from_columns(
        "surface",
        vec![
            ("C", rows.iter().map(|row| row.0).collect()),
            ("N", rows.iter().map(|row| row.1).collect()),
            ("D", rows.iter().map(d).collect()),
            ("L", rows.iter().map(|row| loss(theta, row.1, d(row))).collect()),
        ],
    )
}
/// Five budgets, `count` sizes each, log-spaced by `width` about `shift` times the optimum.
fn grid(theta: &[f64; 5], count: usize, width: f64, shift: f64) -> Vec<(f64, f64)> {
    [1e18, 1e19, 1e20, 1e21, 1e22]
        .iter()
        .flat_map(|&c| {
            (0..count).map(move |k| (c, n_opt(theta, c) * shift * width.powf(k as f64 / (count - 1) as f64 - 0.5)))
        })
        .collect()
}

#[test]
fn parabolas_are_exact_on_a_symmetric_surface() {
    let theta = [1.7, 400.0, 900.0, 0.35, 0.35];
    let data = measured(&theta, &grid(&theta, 7, 30.0, 1.0));
    for weighting in [Weighting::Equal, Weighting::InverseVariance] {
        let found = isoflops(&data, &isoflop::Options { weighting, ..Default::default() }).unwrap();
        assert!((found.n.exponent - 0.5).abs() < 1e-10 && (found.d.exponent - 0.5).abs() < 1e-10);
        assert!((found.n.at(1e24) / n_opt(&theta, 1e24) - 1.0).abs() < 1e-8);
        assert_eq!((found.budgets.len(), found.warnings.len()), (5, 0));
        assert!(found.budgets.iter().all(|b| b.refused.is_none() && (b.width / 30.0 - 1.0).abs() < 1e-9));
    }
}

#[test]
fn the_bias_of_a_parabola_is_the_error_it_makes() {
    let law = find("chinchilla").unwrap();
    for (width, shift) in [(4.0, 1.0), (100.0, 1.0), (30.0, 0.4)] {
        let data = measured(&HOFFMANN, &grid(&HOFFMANN, 15, width, shift));
        let options = isoflop::Options::default();
        let found = isoflops(&data, &options).unwrap();
        let bias = bias(&data, &options, law, &HOFFMANN).unwrap();
        let truth = 0.28 / 0.62;
        assert!((bias.exponent_true - truth).abs() < 1e-8, "{}", bias.exponent_true);
        assert!((bias.exponent_parabola - found.n.exponent).abs() < 1e-9);
        for (budget, expected) in found.budgets.iter().zip(&bias.budgets) {
            let n = budget.optimum.unwrap().n;
            assert!((expected.n_true / n_opt(&HOFFMANN, budget.budget) - 1.0).abs() < 1e-6);
            assert!((n / expected.n_parabola - 1.0).abs() < 1e-9);
            assert!((expected.gap - (n / n_opt(&HOFFMANN, budget.budget)).ln()).abs() < 1e-6);
        }
        let worst = bias.budgets.iter().map(|b| b.gap.abs()).fold(0.0, f64::max);
        // A narrow centred grid is nearly right; a wide one, or one to the side, is not.
        assert_eq!(worst < 0.01, width == 4.0, "{width} {shift}: {worst}");
    }
}

#[test]
fn what_is_no_optimum_is_refused_by_name() {
    let mut rows = grid(&HOFFMANN, 9, 30.0, 1.0);
    let best = n_opt(&HOFFMANN, 1e24);
    rows.extend((0..6).map(|k| (1e24, best * 3.0 * 1.3_f64.powi(k)))); // all to one side
    rows.extend((0..3).map(|k| (1e25, best * 1.3_f64.powi(k)))); // three rows
    rows.extend((0..9).map(|k| (1e23, 2.0 * n_opt(&HOFFMANN, 1e23) * 8.0_f64.powf(f64::from(k) / 8.0 - 0.5))));
    let mut data = measured(&HOFFMANN, &rows);
    // And one budget upside down.
    for c in 0..9 {
        data.columns[3].values[c] = 10.0 - data.columns[3].values[c];
    }
    let found = isoflops(&data, &isoflop::Options::default()).unwrap();
    let refused: Vec<Option<Refusal>> = found.budgets.iter().map(|b| b.refused).collect();
    let expected =
        [Some(Refusal::Concave), None, None, None, None, None, Some(Refusal::Unbracketed), Some(Refusal::TooFewPoints)];
    assert_eq!(refused, expected);
    assert!(found.budgets.iter().all(|b| b.optimum.is_some() == b.refused.is_none()));
    assert_eq!(found.n.points, 5);
    assert!(found.budgets[5].off_centre && !found.budgets[4].off_centre);
    let kinds: Vec<&str> = found.warnings.iter().map(|warning| warning.kind.as_str()).collect();
    assert_eq!(kinds, ["isoflop-refused", "isoflop-off-centre", "isoflop-refused", "isoflop-too-few-points"]);
    let few = isoflops(&measured(&HOFFMANN, &rows[..18]), &isoflop::Options::default()).unwrap_err();
    assert!(matches!(few, Error::TooFewOptima { found: 2, needed: 3, .. }), "{few}");
}

#[test]
fn budgets_read_off_a_figure_are_still_one_budget() {
    let rows: Vec<(f64, f64)> = grid(&HOFFMANN, 9, 20.0, 1.0)
        .into_iter()
        .enumerate()
        .map(|(k, (c, n))| (c * (1.0 + 0.03 * (k as f64 * 1.7).sin()), n))
        .collect();
    let found = isoflops(&measured(&HOFFMANN, &rows), &isoflop::Options::default()).unwrap();
    assert_eq!(found.budgets.len(), 5);
    assert!(found.budgets.iter().all(|b| b.spread > 1.01 && b.spread < 1.07));
}

#[test]
fn runs_scattered_between_budgets_do_not_chain_them_together() {
    let mut rows = grid(&HOFFMANN, 9, 20.0, 1.0);
    rows.extend((0..80).map(|k| 1e18 * 1.12_f64.powi(k)).map(|c| (c, 3.0 * n_opt(&HOFFMANN, c))));
    let data = measured(&HOFFMANN, &rows);
    let nominal =
        isoflop::Options { nominal: vec![1e22, 1e18, 1e19, 1e20, 1e21], tolerance: 0.05, ..Default::default() };
    for options in [isoflop::Options::default(), nominal] {
        let found = isoflops(&data, &options).unwrap();
        let kept: Vec<f64> = found.budgets.iter().filter(|b| b.optimum.is_some()).map(|b| b.budget).collect();
        assert_eq!(kept.len(), 5, "{kept:?}");
        assert!(kept.iter().zip([1e18, 1e19, 1e20, 1e21, 1e22]).all(|(found, c)| (found / c).ln().abs() < 0.03));
        let counted = found.left_out + found.budgets.iter().map(|b| b.rows.len()).sum::<usize>();
        assert_eq!(counted, rows.len());
        assert!((found.n.exponent - 0.28 / 0.62).abs() < 0.01);
    }
}

#[test]
fn the_bootstrap_of_budgets_repeats_and_covers() {
    let mut data = measured(&HOFFMANN, &grid(&HOFFMANN, 11, 20.0, 1.0));
    let noise = Normal::new(1.0, 0.001).unwrap();
    let mut rng = rand_pcg::Pcg64::seed_from_u64(5);
    for value in &mut data.columns[3].values {
        *value *= noise.sample(&mut rng);
    }
    let options = isoflop::Options { replicates: 300, seed: 7, scale: Scale::Log, ..Default::default() };
    let found = isoflops(&data, &options).unwrap();
    assert_eq!(found, isoflops(&data, &options).unwrap());
    let (lower, upper) = (found.n.lower.unwrap(), found.n.upper.unwrap());
    assert!(lower < 0.28 / 0.62 && 0.28 / 0.62 < upper && upper - lower < 0.1, "{lower} {upper}");
    assert!((found.n.exponent + found.d.exponent - 1.0).abs() < 1e-9);
}

#[test]
fn the_envelope_of_training_curves_has_the_exponent_of_the_surface() {
    let (mut rows, mut names) = (Vec::new(), Vec::new());
    for k in 0..60 {
        let n = 1e7 * 1.15_f64.powi(k);
        for step in 0..80 {
            rows.push((6.0 * n * 1e8 * 1.12_f64.powi(step), n));
            names.push(format!("run {k}"));
        }
    }
    let mut data = measured(&HOFFMANN, &rows);
    data.labels.push(Label { name: "run".to_owned(), values: names });
    let options = envelope::Options { run: Some("run".to_owned()), replicates: 50, ..Default::default() };
    let found = envelope(&data, &options).unwrap();
    assert!((found.n.exponent - 0.28 / 0.62).abs() < 2e-3, "{:?}", found.n);
    assert!((found.d.exponent - 0.34 / 0.62).abs() < 2e-3, "{:?}", found.d);
    assert!((found.n.at(1e20) / n_opt(&HOFFMANN, 1e20) - 1.0).abs() < 0.05);
    assert!(found.runs > 20, "{} {} {}", found.at_edge, found.beaten, found.runs);
    assert!(found.n.lower.unwrap() < found.n.exponent && found.n.exponent < found.n.upper.unwrap());
    assert_eq!(found, envelope(&data, &options).unwrap());
}

#[test]
fn the_envelope_of_final_losses_leaves_out_what_a_smaller_budget_beats() {
    let mut rows: Vec<(f64, f64)> = (0..40)
        .map(|k| 1e18 * 1.3_f64.powi(k))
        .flat_map(|c| [0.5, 1.0, 2.0].map(|factor| (c, n_opt(&HOFFMANN, c) * factor)))
        .collect();
    rows.push((3e19, 1e11)); // a giant hardly trained, alone at its budget
    let found =
        envelope(&measured(&HOFFMANN, &rows), &envelope::Options { replicates: 0, ..Default::default() }).unwrap();
    assert!(found.beaten >= 1);
    assert!((found.n.exponent - 0.28 / 0.62).abs() < 5e-3, "{:?}", found.n);
    assert!(found.warnings.iter().any(|warning| warning.kind == "envelope-final-losses"));
}

#[test]
fn porians_recipe_recovers_the_exponent_under_noise() {
    let data = measured(&HOFFMANN, &grid(&HOFFMANN, 12, 40.0, 1.2));
    let options = porian::Options { noise: SeedNoise::constant(0.002), replicates: 400, seed: 3, ..Default::default() };
    let found = porian(&data, &options).unwrap();
    assert_eq!(found, porian(&data, &options).unwrap());
    let (lower, upper) = (found.n.lower.unwrap(), found.n.upper.unwrap());
    assert!(lower < 0.28 / 0.62 && 0.28 / 0.62 < upper && upper - lower < 0.1, "{lower} {upper}");
    assert!(found.budgets.iter().all(|b| b.refused.is_none() && b.ln_n_sd > 0.01 && b.ln_n_sd < 1.0));
    // Without noise only the grid rounds.
    let exact = porian(&data, &porian::Options { noise: SeedNoise::constant(1e-12), replicates: 2, ..options.clone() })
        .unwrap();
    for b in &exact.budgets {
        assert!((b.n / n_opt(&HOFFMANN, b.budget)).ln().abs() < 0.02);
    }
    // A grid to one side has its lowest point at an end.
    let mut rows = grid(&HOFFMANN, 12, 40.0, 1.0);
    rows.extend((0..8).map(|k| (1e24, n_opt(&HOFFMANN, 1e24) * 5.0 * 1.4_f64.powi(k))));
    let found = porian(&measured(&HOFFMANN, &rows), &options).unwrap();
    assert_eq!(found.budgets[5].refused, Some(Refusal::Unbracketed));
    assert_eq!(found.warnings.len(), 1);
}

#[test]
fn seed_noise_is_interpolated_between_its_thresholds() {
    let noise = SeedNoise { low_loss: 3.0, low: 0.002, high_loss: 7.0, high: 0.05 };
    assert!((noise.at(2.0) - 0.002).abs() < 1e-15 && (noise.at(9.0) - 0.05).abs() < 1e-15);
    assert!((noise.at(21.0_f64.sqrt()) - 0.01).abs() < 1e-12);
}

#[test]
fn missing_and_impossible_columns_are_named() {
    let data = Measurements::from_columns("x", vec![("N", vec![1.0, 2.0]), ("L", vec![3.0, 2.0])]);
    assert_eq!(isoflops(&data, &Default::default()).unwrap_err(), Error::MissingColumn("D"));
    let data =
        Measurements::from_columns("x", vec![("N", vec![1.0, -2.0]), ("D", vec![1.0, 1.0]), ("L", vec![3.0, 2.0])]);
    let error = isoflops(&data, &Default::default()).unwrap_err();
    assert_eq!(error, Error::NotPositive { symbol: "N", row: 2, value: -2.0 });
    assert_eq!(error.to_string(), "N is -2 in row 2: it must be positive");
}

/// Rows of a small CSV without quoted commas.
fn csv(path: &Path) -> Vec<Vec<(String, String)>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines.map(|line| header.iter().map(|h| h.to_string()).zip(line.split(',').map(str::to_owned)).collect()).collect()
}
fn cell<'a>(row: &'a [(String, String)], name: &str) -> &'a str {
    &row.iter().find(|(header, _)| header == name).unwrap().1
}
fn number(row: &[(String, String)], name: &str) -> f64 {
    cell(row, name).parse().unwrap()
}

/// Porian et al. 2024: exponent of N_opt at each step from Kaplan's settings to tuned ones, from
/// the released optima, weighted by 1/sd².
#[test]
fn porians_published_optima_give_the_published_exponents() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/porian2024-optima/data.csv");
    let rows = csv(&path);
    let printed = [
        ("rw", "Reproducing Kaplan", 0.8353),
        ("rw", "Counting last layer FLOPs", 0.7065),
        ("rw", "Correcting warmup", 0.6020),
        ("rw", "Cosine decay", 0.5715),
        ("rw", "Optimizer tuning (no decay)", 0.4969),
        ("owt2", "Reproducing Kaplan", 0.8635),
        ("owt2", "Counting last layer FLOPs", 0.6985),
        ("owt2", "Correcting warmup", 0.6032),
        ("owt2", "Cosine decay", 0.5743),
        ("owt2", "Optimizer tuning (no decay)", 0.5185),
    ];
    for (dataset, step, exponent) in printed {
        let kept = || rows.iter().filter(|row| cell(row, "dataset") == dataset && cell(row, "step") == step);
        let ln = |name: &str| kept().map(|row| number(row, name).ln()).collect::<Vec<f64>>();
        let weights: Vec<f64> = kept().map(|row| number(row, "ln_n_star_sd").powi(-2)).collect();
        let line = PowerLaw::fit(&ln("flops"), &ln("n_star"), Some(&weights), 0.95).unwrap();
        assert!((line.exponent - exponent).abs() <= 5.1e-5, "{dataset} {step}: {} {exponent}", line.exponent);
        if (dataset, exponent) == ("rw", 0.4969) {
            assert!((line.coefficient - 0.1189).abs() < 5e-5, "{}", line.coefficient);
        }
    }
}

/// A file of third-party data that is read in place, or none where it is not at hand.
fn third_party(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not at hand", path.display());
    None
}
fn extract(path: &Path, condition: &str) -> Measurements {
    let rows = csv(path);
    let column = |name| {
        let kept = rows.iter().filter(|row| cell(row, "condition") == condition);
        kept.map(|row| number(row, name)).collect::<Vec<f64>>()
    };
    Measurements::from_columns(
        &path.display().to_string(),
        vec![("N", column("params")), ("D", column("tokens")), ("C", column("budget")), ("L", column("loss"))],
    )
}

/// Exponents as NumPy's least squares gives them on the same rows, unbracketed budgets left out.
#[test]
fn approach_2_on_published_isoflops_agrees_with_an_independent_fit() {
    let cases = [
        ("extract_epochai_chinchilla_isoflops.csv", "", 9, 1, 0.4920),
        ("extract_ml_scalefit_isoflops.csv", "", 9, 1, 0.5105),
        ("extract_llama_3_isoflops.csv", "raw_loss", 10, 0, 0.4632),
        ("extract_llama_3_isoflops.csv", "exp_loss", 10, 0, 0.4631),
    ];
    for (file, condition, budgets, refused, exponent) in cases {
        let Some(path) = third_party(&format!("open_athena_isoflops/{file}")) else { return };
        let found = isoflops(&extract(&path, condition), &Default::default()).unwrap();
        assert_eq!(found.budgets.len(), budgets, "{file}");
        let unbracketed = found.budgets.iter().filter(|b| b.refused == Some(Refusal::Unbracketed)).count();
        assert_eq!(unbracketed, refused, "{file}");
        assert!((found.n.exponent - exponent).abs() < 6e-5, "{file} {condition}: {}", found.n.exponent);
        assert!(found.n.lower.unwrap() < exponent && exponent < found.n.upper.unwrap());
    }
}

/// Hoffmann et al. 2022 by approach 2 on the points of their figure 4: the budgets are found among
/// scattered runs, and the exponent is NumPy's on the same windows, 0.49 as they print.
#[test]
fn approach_2_on_the_points_of_figure_4_gives_hoffmanns_exponent() {
    let Some(path) = third_party("chinchilla_epoch/svg_extracted_data.csv") else { return };
    let rows = csv(&path);
    let column = |name| rows.iter().map(|row| number(row, name)).collect::<Vec<f64>>();
    let (n, c, l) = (column("Model Size"), column("Training FLOP"), column("loss"));
    let data = Measurements::from_columns("figure 4", vec![("N", n), ("C", c), ("L", l)]);
    let found = isoflops(&data, &isoflop::Options { replicates: 100, ..Default::default() }).unwrap();
    let nine = [6e18, 1e19, 3e19, 6e19, 1e20, 3e20, 6e20, 1e21, 3e21];
    let near = |c: f64| found.budgets.iter().any(|b| b.optimum.is_some() && (b.budget / c).ln().abs() < 0.12);
    assert!(nine.into_iter().all(near));
    assert!((found.n.exponent - 0.4895).abs() < 6e-5, "{}", found.n.exponent);
    assert!(found.n.lower.unwrap() < 0.49 && 0.49 < found.n.upper.unwrap());
}

#[test]
fn an_envelope_of_one_size_knows_no_exponent() {
    // Three sizes by three token counts: what is left between the smallest and the largest is one.
    let rows = [
        (1_238_144.0, 2e6, 13.0910),
        (1_238_144.0, 2e7, 5.61349),
        (1_238_144.0, 2e8, 3.83548),
        (8_886_784.0, 2e6, 11.02485),
        (8_886_784.0, 2e7, 4.83172),
        (8_886_784.0, 2e8, 2.75084),
        (97_457_664.0, 2e6, 9.60378),
        (97_457_664.0, 2e7, 4.39028),
        (97_457_664.0, 2e8, 2.22543),
    ];
    let column = |f: fn(&(f64, f64, f64)) -> f64| rows.iter().map(f).collect::<Vec<f64>>();
    let columns = vec![("N", column(|r| r.0)), ("D", column(|r| r.1)), ("L", column(|r| r.2))];
    let data = Measurements::from_columns("grid", columns);
    let refused = envelope(&data, &envelope::Options::default()).unwrap_err();
    assert!(matches!(refused, Error::OneSize { size } if (size - 8_886_784.0).abs() < 1.0), "{refused}");
}

#[test]
fn a_design_without_a_contest_is_refused() {
    // One run a budget: the winner's size is the design's.
    let n: Vec<f64> = (0..8).map(|k| 2e7 * 150.0_f64.powf(f64::from(k) / 7.0)).collect();
    let d: Vec<f64> = n.iter().map(|n| 20.0 * n).collect();
    let l = n.iter().zip(&d).map(|(&n, &d)| loss(&HOFFMANN, n, d)).collect();
    let data = Measurements::from_columns("line", vec![("N", n), ("D", d), ("L", l)]);
    let refused = envelope(&data, &envelope::Options::default()).unwrap_err();
    assert!(matches!(refused, Error::NoRivals { .. }), "{refused}");
}

#[test]
fn budgets_are_those_that_are_stated() {
    // FLOP counted otherwise than 6ND: up to 1.4 times off along a budget, so that 6ND scatters them.
    let theta = HOFFMANN;
    let (mut c, mut n, mut d, mut l) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (budget, centre) in [1e18, 2.15e18, 4.64e18, 1e19].map(|c| (c, n_opt(&theta, c))) {
        for k in 0..7 {
            let size = centre * 8.0_f64.powf(f64::from(k) / 6.0 - 0.5);
            let tokens = budget / 6.0 / size * (1.4 - 0.05 * f64::from(k));
            c.push(budget);
            n.push(size);
            d.push(tokens);
            l.push(loss(&theta, size, budget / 6.0 / size));
        }
    }
    let without = vec![("N", n.clone()), ("D", d.clone()), ("L", l.clone())];
    let with = vec![("N", n), ("D", d), ("L", l), ("C", c)];
    let stated = isoflops(&Measurements::from_columns("stated", with), &isoflop::Options::default()).unwrap();
    assert_eq!(stated.budgets.iter().filter(|b| b.optimum.is_some()).count(), 4);
    assert!((stated.n.exponent - 0.28 / 0.62).abs() < 0.01, "{}", stated.n.exponent);
    let reckoned = isoflops(&Measurements::from_columns("reckoned", without), &isoflop::Options::default());
    assert!(reckoned.map_or(0, |r| r.budgets.iter().filter(|b| b.optimum.is_some()).count()) < 4);
}

#[test]
fn a_flat_isoflop_curve_is_called_flat() {
    let rows = grid(&HOFFMANN, 7, 30.0, 1.0);
    let mut data = measured(&HOFFMANN, &rows);
    let flat = data.columns.iter_mut().find(|column| column.symbol == "L").unwrap();
    flat.values[..7].fill(3.0);
    let found = isoflops(&data, &isoflop::Options::default()).unwrap();
    assert_eq!(found.budgets[0].refused, Some(Refusal::Flat));
    assert!(found.warnings.iter().any(|w| w.kind == "isoflop-refused" && w.message.contains("flat")));
}
