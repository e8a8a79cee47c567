//! What is said around a fit: verdicts that look at its residuals, and travel with its record.

#[path = "support/design.rs"]
mod support;

use scaling_laws::base::objective::{Loss, Objective, Residual};
use scaling_laws::data::measurements::Measurements;
use scaling_laws::engine::analysis::{Beside, Ranges, Request, analyse, predict, spend};
use scaling_laws::engine::fit::{Spec, fit};
use scaling_laws::engine::uncertainty::Uncertainty;
use scaling_laws::engine::uncertainty::discrepancy::Discrepancy;
use scaling_laws::engine::uncertainty::identifiability::Variables;
use scaling_laws::laws::find;
use scaling_laws::record::Record;
use scaling_laws::record::identifiability::Verdict;
use scaling_laws::show::report::{Trust, trust};
use support::Stream;

const SQUARED: Objective = Objective { residual: Residual::Log, loss: Loss::Squared };

fn record(law: &str, columns: Vec<(&str, Vec<f64>)>, objective: Objective, bootstrap: usize) -> Record {
    let data = Measurements::from_columns("simulated", columns);
    let spec = Spec::new(find(law).expect("registered"), objective);
    let fit = fit(&spec, &data).expect("fits");
    let request = Request { bootstrap, ..Request::default() };
    analyse(&fit, &data, &request, None, None, &|| {}).expect("analysed").record
}

fn warned(record: &Record, kind: &str) -> bool {
    record.warnings.iter().any(|w| w.kind == kind)
}

fn besiroglu(n: f64, d: f64) -> f64 {
    1.8172 + 482.01 * n.powf(-0.3478) + 2085.43 * d.powf(-0.3658)
}

/// Sizes and tokens of a grid, with noise on ln L.
fn grid(sizes: &[f64], tokens: &[f64], sd: f64, seed: u64) -> Vec<(&'static str, Vec<f64>)> {
    let mut noise = Stream(seed);
    let points: Vec<(f64, f64)> = sizes.iter().flat_map(|&n| tokens.iter().map(move |&d| (n, d))).collect();
    let loss = points.iter().map(|&(n, d)| besiroglu(n, d) * (sd * noise.normal()).exp()).collect();
    vec![("N", points.iter().map(|p| p.0).collect()), ("D", points.iter().map(|p| p.1).collect()), ("L", loss)]
}

fn spaced(low: f64, high: f64, count: usize) -> Vec<f64> {
    (0..count).map(|k| low * (high / low).powf(k as f64 / (count - 1) as f64)).collect()
}

#[test]
fn a_law_of_the_wrong_shape_is_never_sound() {
    // A floor that the law does not have: the residuals bend, however small they are.
    let x = spaced(1e17, 1e22, 16);
    let y = x.iter().map(|c| 1.8 + 30.0 * c.powf(-0.085)).collect();
    let record = record("power", vec![("x", x), ("L", y)], SQUARED, 0);
    assert!(warned(&record, "residual-trend") && warned(&record, "residual-runs"), "{:?}", record.warnings);
    let (verdict, why) = trust(&record);
    assert_eq!(verdict, Trust::Care);
    assert!(why[0].contains("bend along ln x with |t|"), "{why:?}");
    // The same from the file.
    let back: Record = serde_json::from_str(&serde_json::to_string(&record).expect("written")).expect("read");
    assert_eq!(trust(&back), (verdict, why));
}

#[test]
fn a_law_of_the_right_shape_is_rarely_suspected() {
    // Both tests are set to cry wolf once in a thousand; over 40 fits, one cry is bad luck.
    let kinds = ["residual-trend", "residual-runs", "no-signal", "outlier", "rows-of-one-run", "little-explained"];
    let suspected = |seed: &u64| {
        let data = grid(&spaced(5e7, 2e9, 5), &spaced(2e9, 1e11, 4), 0.005, 77 + seed);
        let record = record("chinchilla", data, SQUARED, 0);
        kinds.iter().any(|kind| warned(&record, kind))
    };
    assert!((0..40).filter(suspected).count() <= 1);
}

#[test]
fn what_is_matched_to_rounding_is_sound() {
    let record = record("chinchilla", grid(&spaced(5e7, 2e9, 5), &spaced(2e9, 1e11, 4), 0.0, 1), SQUARED, 0);
    assert!(record.diagnostics.as_ref().is_some_and(|d| d.exact));
    assert_eq!(trust(&record), (Trust::Sound, Vec::new()), "{:?}", record.warnings);
}

#[test]
fn noise_is_not_a_law() {
    let x = spaced(1.0, 4096.0, 13);
    let y = (0..13).map(|k| if k % 2 == 0 { 1.0 } else { 3.0 }).collect();
    let alternating = record("power-offset", vec![("x", x.clone()), ("L", y)], SQUARED, 0);
    assert_eq!(trust(&alternating).0, Trust::Doubt, "{:?}", alternating.warnings);
    assert!(warned(&alternating, "no-signal"));
    // An accuracy that rises, under a law that can only fall.
    let rising = (0..13).map(|k| 0.3 + 0.025 * f64::from(k)).collect();
    let rising = record("power-offset", vec![("x", x), ("L", rising)], Objective::HOFFMANN, 0);
    assert_ne!(trust(&rising).0, Trust::Sound);
    assert!(warned(&rising, "no-signal"), "{:?}", rising.warnings);
}

#[test]
fn one_wild_row_is_named() {
    for objective in [SQUARED, Objective::HOFFMANN] {
        let mut data = grid(&spaced(5e7, 2e9, 5), &spaced(2e9, 1e11, 4), 0.003, 5);
        data[2].1[7] *= 1e6;
        let record = record("chinchilla", data, objective, 0);
        assert_ne!(trust(&record).0, Trust::Sound, "{:?}", record.warnings);
        let said = |w: &&scaling_laws::data::measurements::Warning| {
            ["outlier", "influential-row"].contains(&w.kind.as_str()) && w.message.contains("ow 8")
        };
        assert!(record.warnings.iter().any(|w| said(&w)), "{objective:?} {:?}", record.warnings);
    }
}

#[test]
fn checkpoints_of_few_runs_ask_for_their_runs() {
    // Eight runs of 25 checkpoints: a run is off by 0.6 %, a row by 0.05 %.
    let mut noise = Stream(3);
    let (mut n, mut d, mut loss) = (Vec::new(), Vec::new(), Vec::new());
    for size in spaced(2e7, 3e9, 8) {
        let offset = 0.006 * noise.normal();
        for k in 1..=25 {
            let tokens = 20.0 * size * f64::from(k) / 25.0;
            n.push(size);
            d.push(tokens);
            loss.push(besiroglu(size, tokens) * (offset + 5e-4 * noise.normal()).exp());
        }
    }
    let record = record("chinchilla", vec![("N", n), ("D", d), ("L", loss)], SQUARED, 0);
    let warning = record.warnings.iter().find(|w| w.kind == "rows-of-one-run").expect("named");
    assert!(warning.message.contains("same N") && warning.message.contains("--cluster"), "{}", warning.message);
    assert_ne!(trust(&record).0, Trust::Sound);
}

#[test]
fn lost_replicates_weigh_as_many_as_they_are() {
    let mut record = record("chinchilla", grid(&spaced(5e7, 2e9, 5), &spaced(2e9, 1e11, 4), 0.003, 2), SQUARED, 0);
    let mut verdict = |failed: usize, drawn: usize| {
        (record.interval.failed, record.interval.replicates) = (failed, drawn);
        trust(&record)
    };
    assert_eq!(verdict(5, 500).0, Trust::Sound);
    assert_eq!(verdict(50, 500).0, Trust::Care);
    let (lost, why) = verdict(731, 1000);
    assert_eq!(lost, Trust::Doubt);
    assert!(why[0].contains("731 of 1000"), "{why:?}");
}

#[test]
fn an_interval_must_hold_its_estimate_and_say_something() {
    let sound = record("chinchilla", grid(&spaced(5e7, 2e9, 5), &spaced(2e9, 1e11, 4), 0.003, 2), SQUARED, 0);
    assert_eq!(trust(&sound), (Trust::Sound, Vec::new()));
    let mut outside = sound.clone();
    outside.parameters[3].lower = Some(outside.parameters[3].estimate * 1.1);
    outside.parameters[3].upper = Some(outside.parameters[3].estimate * 1.2);
    assert_eq!(trust(&outside).0, Trust::Doubt);
    let mut empty = sound;
    empty.parameters[1].upper = Some(empty.parameters[1].estimate * 1e8);
    assert_eq!(trust(&empty).0, Trust::Care);
}

#[test]
fn rows_held_out_and_missed_count() {
    // Fitted without a floor on small budgets, tried on large ones.
    let law = |c: f64| 1.8 + 30.0 * c.powf(-0.085);
    let mut noise = Stream(8);
    let mut rows = |x: Vec<f64>| {
        let y = x.iter().map(|c| law(*c) * (0.002 * noise.normal()).exp()).collect();
        Measurements::from_columns("simulated", vec![("x", x), ("L", y)])
    };
    let (seen, unseen) = (rows(spaced(1e17, 1e19, 12)), rows(spaced(1e22, 1e24, 8)));
    let fit = fit(&Spec::new(find("power").expect("registered"), SQUARED), &seen).expect("fits");
    for bootstrap in [0, 200] {
        let request = Request { bootstrap, ..Request::default() };
        let held = Some((&unseen, "x > 1e19"));
        let record = analyse(&fit, &seen, &request, None, held, &|| {}).expect("analysed").record;
        assert!(warned(&record, "held-out-missed"), "{:?}", record.warnings);
        assert_ne!(trust(&record).0, Trust::Sound);
    }
}

#[derive(serde::Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(serde::Deserialize)]
#[allow(non_snake_case, reason = "named as the columns are")]
struct Case {
    name: String,
    theta: Vec<f64>,
    N: Vec<f64>,
    D: Vec<f64>,
    L: Vec<f64>,
    at: Vec<At>,
}

#[derive(serde::Deserialize)]
#[allow(non_snake_case, reason = "named as the columns are")]
struct At {
    N: f64,
    D: f64,
    eta: f64,
    lower: f64,
    median: f64,
    upper: f64,
}

#[test]
fn the_discrepancy_is_that_of_an_independent_program() {
    let cases: Cases = toml::from_str(include_str!("data/discrepancy.toml")).expect("reads");
    let law = find("chinchilla").expect("registered");
    for case in cases.case {
        let variables = Variables::all(law.card(), |_| true);
        let inputs = [case.N.clone(), case.D.clone()];
        let process = Discrepancy::new(law, &case.theta, &variables, &inputs, &case.L).expect("applies");
        for at in &case.at {
            let run = process.new_run(&[at.N, at.D], 0.95).expect("determined");
            assert!((process.eta() / at.eta - 1.0).abs() < 1e-6, "{}: eta {} {}", case.name, process.eta(), at.eta);
            for (ours, theirs) in [(run.lower, at.lower), (run.median, at.median), (run.upper, at.upper)] {
                assert!((ours / theirs - 1.0).abs() < 1e-6, "{} at N {}: {ours} {theirs}", case.name, at.N);
            }
        }
    }
}

#[test]
fn beyond_the_rows_a_new_run_is_less_certain_than_the_law() {
    let data = grid(&spaced(5e7, 2e9, 5), &spaced(2e9, 1e11, 4), 0.004, 11);
    let data = Measurements::from_columns("simulated", data);
    let fit = fit(&Spec::new(find("chinchilla").expect("registered"), SQUARED), &data).expect("fits");
    let at = |n: f64, d: f64| vec![("N".to_owned(), n), ("D".to_owned(), d)];
    let request = Request { predictions: vec![at(3e8, 2e10), at(7e10, 1.4e12)], ..Request::default() };
    let record = analyse(&fit, &data, &request, None, None, &|| {}).expect("analysed").record;
    let [within, beyond] = record.predictions.as_slice() else { panic!("two were asked for") };
    assert!(within.new_run.is_none());
    let run = beyond.new_run.as_ref().expect("beyond the rows");
    let width = |e: &scaling_laws::record::Estimate| e.upper.expect("upper") / e.lower.expect("lower");
    assert!(width(run) > width(&beyond.output), "{run:?} {:?}", beyond.output);
    assert!(run.lower < Some(besiroglu(7e10, 1.4e12)) && Some(besiroglu(7e10, 1.4e12)) < run.upper);
    // A saved record says the same.
    let back: Record = serde_json::from_str(&serde_json::to_string(&record).expect("written")).expect("read");
    let known = Uncertainty::of_record(&back).expect("registered");
    let beside = Beside::of_record(&back);
    let again = predict(&known, &Ranges::of_record(&back), beside.as_ref(), &beyond.at).expect("predicts");
    let same = again.new_run.expect("still beyond");
    assert!((same.lower.expect("lower") / run.lower.expect("lower") - 1.0).abs() < 1e-12);
}

/// Runs that hold tokens per parameter at 20, in units of their own.
fn fixed_ratio(unit: f64) -> Record {
    let mut noise = Stream(4);
    let n = spaced(2e7, 3e9, 8);
    let d: Vec<f64> = n.iter().map(|n| 20.0 * n).collect();
    let loss = n.iter().zip(&d).map(|(&n, &d)| besiroglu(n, d) * (0.003 * noise.normal()).exp()).collect();
    let columns =
        vec![("N", n.iter().map(|n| n / unit).collect()), ("D", d.iter().map(|d| d / unit).collect()), ("L", loss)];
    let data = Measurements::from_columns("simulated", columns);
    let fit = fit(&Spec::new(find("chinchilla").expect("registered"), SQUARED), &data).expect("fits");
    let at = |n: f64, d: f64| vec![("N".to_owned(), n / unit), ("D".to_owned(), d / unit)];
    let request = Request {
        predictions: vec![at(3e8, 6e9), at(3e9, 2e9)],
        budgets: vec![1e22 / (unit * unit)],
        ..Request::default()
    };
    analyse(&fit, &data, &request, None, None, &|| {}).expect("analysed").record
}

#[test]
fn what_depends_on_a_flat_direction_has_no_interval_anywhere_and_in_no_unit() {
    for unit in [1.0, 1e6] {
        let record = fixed_ratio(unit);
        let seen = record.identifiability.as_ref().expect("examined");
        assert_eq!(seen.verdict, Some(Verdict::NotIdentified), "{seen:?} {:?}", record.parameters);
        assert_eq!(trust(&record).0, Trust::Doubt);
        for e in record.parameters.iter().chain(&record.derived) {
            assert_eq!((e.lower, e.upper, e.standard_error), (None, None, None), "{} in units of {unit}", e.symbol);
        }
        let optimum = &record.optima[0];
        for e in &optimum.quantities {
            assert_eq!((e.lower, e.upper), (None, None), "{}", e.symbol);
        }
        assert!(optimum.warnings.iter().any(|w| w.kind == "not-identified"));
        // Off the line: one run of 0.7 tokens per parameter.
        let off = &record.predictions[1];
        assert_eq!((off.output.lower, off.output.upper), (None, None));
        assert!(off.warnings.iter().any(|w| w.kind == "not-identified"));
        // From a file, likewise.
        let back: Record = serde_json::from_str(&serde_json::to_string(&record).expect("written")).expect("read");
        let known = Uncertainty::of_record(&back).expect("registered");
        let ranges = Ranges::of_record(&back);
        let later = spend(&known, &ranges, None, 1e24 / (unit * unit), &[]).expect("spends");
        assert!(later.quantities.iter().all(|e| e.lower.is_none()));
        assert!(later.warnings.iter().any(|w| w.kind == "not-identified"));
        let beside = Beside::of_record(&back);
        let later = predict(&known, &ranges, beside.as_ref(), &off.at).expect("predicts");
        assert_eq!((later.output.lower, later.new_run.map(|e| e.lower)), (None, None));
    }
}

#[test]
fn the_verdict_knows_designs_apart_in_any_unit() {
    let besides = |sizes: &[f64], tokens: &[f64], unit: f64| {
        let mut data = grid(sizes, tokens, 0.005, 21);
        data[0].1.iter_mut().for_each(|n| *n /= unit);
        let record = record("chinchilla", data, SQUARED, 0);
        record.identifiability.expect("examined")
    };
    let good = (spaced(5e7, 2e9, 5), spaced(2e9, 1e11, 4));
    let (here, millions) = (besides(&good.0, &good.1, 1.0), besides(&good.0, &good.1, 1e6));
    assert_eq!((here.verdict, millions.verdict), (Some(Verdict::WellDetermined), Some(Verdict::WellDetermined)));
    assert!(here.condition < 150.0 && (here.condition / millions.condition - 1.0).abs() < 1e-5);
    // Sizes and tokens within a factor of four.
    let narrow = besides(&spaced(2e8, 4e8, 3), &spaced(4e9, 1.6e10, 4), 1.0);
    assert!(matches!(narrow.verdict, Some(Verdict::Ridge | Verdict::NotIdentified)), "{narrow:?}");
    // One token count: nothing tells B from E.
    let one = besides(&spaced(5e7, 2e9, 8), &[2e10], 1.0);
    assert_eq!(one.verdict, Some(Verdict::NotIdentified), "{one:?}");
    assert!(one.condition > 1e12);
}

#[test]
fn bounds_and_a_narrow_quadratic_zone_do_not_make_a_direction_flat() {
    let data = Measurements::from_columns("simulated", grid(&spaced(5e7, 2e9, 5), &spaced(2e9, 1e11, 4), 0.005, 9));
    let mut spec = Spec::new(find("chinchilla").expect("registered"), Objective::HOFFMANN);
    let below = ("E".to_owned(), f64::NEG_INFINITY, 1.5);
    spec.constraints.bounds = vec![below, ("alpha".to_owned(), 0.3, f64::INFINITY)];
    let fit = fit(&spec, &data).expect("fits");
    assert!(fit.warnings.iter().any(|w| w.kind == "bound-hit"));
    assert!(fit.warnings.iter().all(|w| w.kind != "flat-direction"), "{:?}", fit.warnings);
}

/// Rows of a table of IsoFLOP runs, by increasing compute: N, D, L.
fn shared_rows(file: &str, condition: &str) -> Option<Vec<[f64; 3]>> {
    let path = std::path::Path::new("../shared/data/open_athena_isoflops").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    };
    let heads: Vec<&str> = text.lines().next()?.split(',').collect();
    let at = |name: &str| heads.iter().position(|head| *head == name);
    let (n, d, l, which) = (at("params")?, at("tokens")?, at("loss")?, at("condition")?);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| cells[i].parse::<f64>().ok();
        (cells[which] == condition).then(|| Some([number(n)?, number(d)?, number(l)?])).flatten()
    };
    let mut rows: Vec<[f64; 3]> = text.lines().skip(1).filter_map(row).collect();
    rows.sort_by(|a, b| (a[0] * a[1]).total_cmp(&(b[0] * b[1])));
    Some(rows)
}

#[test]
fn held_out_runs_of_more_compute_are_covered_with_the_discrepancy_and_not_without() {
    let Some(rows) = shared_rows("extract_llama_3_isoflops.csv", "raw_loss") else { return };
    let (mut covered, mut by_law) = (Vec::new(), Vec::new());
    for share in [0.5, 0.6, 0.7, 0.8] {
        let (seen, unseen) = rows.split_at((share * rows.len() as f64) as usize);
        let column = |i: usize| seen.iter().map(|row| row[i]).collect::<Vec<f64>>();
        let columns = vec![("N", column(0)), ("D", column(1)), ("L", column(2))];
        let data = Measurements::from_columns("held", columns);
        let fit = fit(&Spec::new(find("chinchilla").expect("registered"), Objective::HOFFMANN), &data).expect("fits");
        let record = analyse(&fit, &data, &Request::default(), None, None, &|| {}).expect("analysed").record;
        let (known, ranges) = (Uncertainty::of_record(&record).expect("registered"), Ranges::of_record(&record));
        let beside = Beside::of_record(&record);
        // Where a run lies within the rows the law speaks for itself; these lie beyond.
        let inside = |e: &scaling_laws::record::Estimate, y: f64| e.lower <= Some(y) && Some(y) <= e.upper;
        let mut hits = [0, 0, 0];
        for [n, d, loss] in unseen {
            let at = vec![("N".to_owned(), *n), ("D".to_owned(), *d)];
            let p = predict(&known, &ranges, beside.as_ref(), &at).expect("predicts");
            let Some(run) = &p.new_run else { continue };
            hits[0] += 1;
            hits[1] += usize::from(inside(run, *loss));
            hits[2] += usize::from(inside(&p.output, *loss));
        }
        covered.push(hits[1] as f64 / hits[0] as f64);
        by_law.push(hits[2] as f64 / hits[0] as f64);
    }
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    // The dossier: .85 on this table; the plain interval about half.
    assert!((0.75..=1.0).contains(&mean(&covered)), "{covered:?}");
    assert!(mean(&by_law) + 0.1 < mean(&covered), "{by_law:?} {covered:?}");
}

/// Twenty runs of Hoffmann's form, a fifth of them with a loss that is too high by some per cent.
const FAILING: [(f64, f64, f64); 20] = [
    (5e7, 2.5e8, 4.9404),
    (5e7, 1e9, 3.8922),
    (5e7, 4e9, 3.4506),
    (5e7, 1.6e10, 3.2064),
    (1.5e8, 7.5e8, 3.7046),
    (1.5e8, 3e9, 3.2108),
    (1.5e8, 1.2e10, 2.9347),
    (1.5e8, 4.8e10, 2.7571),
    (4e8, 2e9, 3.1392),
    (4e8, 8e9, 2.8116),
    (4e8, 3.2e10, 2.6094),
    (4e8, 1.28e11, 2.4901),
    (1e9, 5e9, 2.7627),
    (1e9, 2e10, 2.53),
    (1e9, 8e10, 2.3839),
    (1e9, 3.2e11, 2.5113),
    (2e9, 1e10, 2.5622),
    (2e9, 4e10, 2.3714),
    (2e9, 1.6e11, 2.2513),
    (2e9, 6.4e11, 2.2005),
];

#[test]
fn where_the_two_customary_objectives_disagree_both_answers_are_shown() {
    let columns = |rows: &[(f64, f64, f64)]| {
        let (n, d) = (rows.iter().map(|r| r.0).collect(), rows.iter().map(|r| r.1).collect());
        vec![("N", n), ("D", d), ("L", rows.iter().map(|r| r.2).collect::<Vec<f64>>())]
    };
    let ours = record("chinchilla", columns(&FAILING), Objective::DEFAULT, 0);
    assert!(warned(&ours, "objectives-disagree"), "{:?}", ours.warnings);
    let rival = ours.rival.as_ref().expect("both answers");
    assert_eq!(rival.objective, Objective::HOFFMANN);
    // The other answer is what a search under the other objective finds.
    let hoffmann = record("chinchilla", columns(&FAILING), Objective::HOFFMANN, 0);
    for (value, alone) in rival.values.iter().zip(hoffmann.parameters.iter().chain(&hoffmann.derived)) {
        assert_eq!(value.symbol, alone.symbol);
        assert!((value.other / alone.estimate - 1.0).abs() < 1e-5, "{}: {value:?}, {}", value.symbol, alone.estimate);
    }
    // Far is more than half an interval, no more and no less.
    for (value, e) in rival.values.iter().zip(ours.parameters.iter().chain(&ours.derived)) {
        let half = e.lower.zip(e.upper).map(|(low, high)| 0.5 * (high - low));
        assert_eq!(value.far, half.is_some_and(|half| (value.other - value.ours).abs() > half), "{}", e.symbol);
    }
    assert!(rival.values.iter().any(|value| value.far) && rival.values.iter().any(|value| !value.far));
    let page = scaling_laws::show::report::markdown(&scaling_laws::show::report::of_fit(&ours, &[]));
    assert!(page.contains("More than half an interval apart") && page.contains("Schwarz’s"), "{page}");
    // A reader who asked for Hoffmann's objective has it; rows without outliers need no second answer.
    assert!(hoffmann.rival.is_none());
    let clean =
        record("chinchilla", grid(&spaced(5e7, 2e9, 5), &spaced(1e9, 1e11, 4), 0.003, 1), Objective::DEFAULT, 0);
    assert!(clean.rival.is_none() && !warned(&clean, "objectives-disagree"));
}
