//! The fitting engine on real tables: what must not change an answer does not, the minima are the
//! right ones, and every path to them gives the same bits.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use scaling_laws::base::objective::{Loss, Objective, Residual};
use scaling_laws::data::measurements::Measurements;
use scaling_laws::engine::fit::{Constraints, Fit, Spec, Starts, fit, setup};
use scaling_laws::engine::solve::{Newton, Options, minimise};
use scaling_laws::engine::uncertainty::bootstrap::bootstrap;
use scaling_laws::law::Law;
use scaling_laws::laws::find;
use scaling_laws::work::job::Job;
use std::path::Path;

const RAW_HUBER: Objective = Objective { residual: Residual::Raw, loss: Loss::Huber { delta: 1e-3 } };
const LOG_SQUARED: Objective = Objective { residual: Residual::Log, loss: Loss::Squared };

fn law(id: &str) -> &'static dyn Law {
    find(id).expect("registered")
}

/// The 240 points of Hoffmann's figure 4 that the published refits keep.
fn hoffmann() -> Measurements {
    let job = Job { filter: Some("L < 3.4469".to_owned()), ..Job::new("hoffmann2022-figure4", "chinchilla") };
    let data = job.read().unwrap();
    assert_eq!(data.len(), 240);
    data
}

fn column(data: &Measurements, symbol: &str) -> Vec<f64> {
    data.column(symbol).unwrap().to_vec()
}

fn rows(data: &Measurements, chosen: &[usize]) -> Measurements {
    let take = |symbol: &str| {
        let all = data.column(symbol).unwrap();
        chosen.iter().map(|&row| all[row]).collect::<Vec<f64>>()
    };
    Measurements::from_columns("rows", vec![("N", take("N")), ("D", take("D")), ("L", take("L"))])
}

fn close(ours: f64, theirs: f64, tolerance: f64, what: &str) {
    assert!((ours - theirs).abs() <= tolerance * theirs.abs(), "{what}: {ours:.17e} is not {theirs:.17e}");
}
fn all_close(ours: &[f64], theirs: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).for_each(|(a, b)| close(*a, *b, tolerance, what));
}

#[test]
fn units_of_the_inputs_do_not_change_a_prediction() {
    let data = hoffmann();
    for objective in [Objective::HOFFMANN, LOG_SQUARED, RAW_HUBER] {
        for id in ["chinchilla", "kaplan"] {
            let rescaled = Measurements::from_columns(
                "N in millions, D in billions",
                vec![
                    ("N", column(&data, "N").iter().map(|n| n / 1e6).collect()),
                    ("D", column(&data, "D").iter().map(|d| d / 1e9).collect()),
                    ("L", column(&data, "L")),
                ],
            );
            let (a, b) = (fit(&Spec::new(law(id), objective), &data), fit(&Spec::new(law(id), objective), &rescaled));
            all_close(&b.unwrap().predicted(), &a.unwrap().predicted(), 1e-10, &format!("{id}, {objective:?}"));
        }
        for (id, x) in [("power", "x"), ("power-offset", "x")] {
            let card = law(id).card();
            let (x, y) = (card.inputs.first().map_or(x, |input| input.symbol), card.output.symbol);
            let table = |unit: f64| {
                let n = column(&data, "N").iter().map(|n| n / unit).collect();
                Measurements::from_columns("one input", vec![(x, n), (y, column(&data, "L"))])
            };
            let spec = Spec::new(law(id), objective);
            let (a, b) = (fit(&spec, &table(1.0)).unwrap(), fit(&spec, &table(1e6)).unwrap());
            all_close(&b.predicted(), &a.predicted(), 1e-10, &format!("{id}, {objective:?}"));
        }
    }
}

#[test]
fn the_order_of_rows_and_the_reduction_do_not_change_the_answer() {
    let data = hoffmann();
    let spec = Spec::new(law("chinchilla"), Objective::HOFFMANN);
    let fitted = fit(&spec, &data).unwrap();
    let reversed: Vec<usize> = (0..data.len()).rev().collect();
    let other = fit(&spec, &rows(&data, &reversed)).unwrap();
    close(other.value, fitted.value, 1e-12, "objective of reversed rows");
    let backwards: Vec<f64> = other.predicted().into_iter().rev().collect();
    all_close(&backwards, &fitted.predicted(), 1e-10, "predictions of reversed rows");
    // A mean is a sum of rows of weight 1/n.
    let weighted = |weight: Vec<f64>| {
        let (n, d, l) = (column(&data, "N"), column(&data, "D"), column(&data, "L"));
        let table = Measurements::from_columns("weighted", vec![("N", n), ("D", d), ("L", l), ("weight", weight)]);
        fit(
            &Spec { weights: Some(scaling_laws::engine::fit::Weights::Column("weight".to_owned())), ..spec.clone() },
            &table,
        )
        .unwrap()
    };
    for share in [1.0 / 240.0, 1e-12, 1e12] {
        let mean = weighted(vec![share; 240]);
        close(mean.value, share * fitted.value, 1e-12, "objective of the mean");
        all_close(&mean.predicted(), &fitted.predicted(), 1e-10, "predictions of the mean");
    }
    // A weight of two is the row twice.
    let doubled: Vec<usize> = (0..data.len()).chain((0..data.len()).filter(|row| row % 3 == 0)).collect();
    let twice = fit(&spec, &rows(&data, &doubled)).unwrap();
    let by_weight = weighted((0..240).map(|row| if row % 3 == 0 { 2.0 } else { 1.0 }).collect());
    close(twice.value, by_weight.value, 1e-12, "objective of repeated rows");
    all_close(&twice.predicted()[..240], &by_weight.predicted(), 1e-10, "predictions of repeated rows");
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let data = hoffmann();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fitted = fit(&Spec::new(law("chinchilla"), Objective::HOFFMANN), &data).unwrap();
            let drawn = bootstrap(&fitted, 200, 7, None, &|| ());
            assert_eq!(drawn.failed, 0);
            println!("{} passes over the rows a refit", drawn.evaluations as f64 / 200.0);
            (fitted.theta, fitted.certificate, drawn.thetas)
        })
    };
    let (one, four) = (run(1), run(4));
    assert!(one == four, "one and four threads differ");
}

#[test]
fn the_runner_and_the_lean_loop_take_the_same_steps() {
    let data = hoffmann();
    for objective in [Objective::HOFFMANN, LOG_SQUARED, RAW_HUBER] {
        let setup = setup(&Spec::new(law("chinchilla"), objective), &data).unwrap();
        let problem = setup.problem();
        let mut rng = Pcg64Mcg::seed_from_u64(3);
        for _ in 0..200 {
            let q: Vec<f64> = start(&mut rng);
            for damping in [0.0, 1e-3] {
                let options = Options { damping, exact: setup.exact(), ..Options::default() };
                let solved = setup.solve(&problem, &q, options);
                let mut newton = Newton::new(q.len(), options);
                let termination = minimise(&problem, &q, &mut newton);
                assert_eq!(solved.termination, termination);
                assert_eq!(solved.evaluations, newton.evaluations);
                assert!(solved.q == newton.q && solved.value.to_bits() == newton.here.value.to_bits());
            }
        }
    }
}

/// A start for Hoffmann's form in the solver's variables, from the box that its published grid spans.
fn start(rng: &mut Pcg64Mcg) -> Vec<f64> {
    let mut between = |low: f64, high: f64| rng.random_range(low..high);
    vec![between(-1.0, 1.0), between(0.0, 25.0), between(0.0, 25.0), between(0.0, 2.0), between(0.0, 2.0)]
}

/// The best of many solves from random starts.
fn many_starts(spec: &Spec, data: &Measurements, count: usize, seed: u64) -> f64 {
    let setup = setup(spec, data).unwrap();
    let problem = setup.problem();
    let mut newton = Newton::new(setup.free(), Options::default());
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    (0..count)
        .map(|_| {
            minimise(&problem, &start(&mut rng), &mut newton);
            newton.here.value
        })
        .filter(|value| value.is_finite())
        .fold(f64::INFINITY, f64::min)
}

#[test]
fn the_search_finds_the_global_minimum_on_a_hundred_subsamples() {
    let data = hoffmann();
    let spec = Spec::new(law("chinchilla"), Objective::HOFFMANN);
    let outcomes: Vec<(u64, usize, f64, f64)> = (0..100_u64)
        .into_par_iter()
        .map(|draw| {
            let mut rng = Pcg64Mcg::seed_from_u64(draw);
            let share: f64 = [0.1, 0.25, 0.5, 0.8][draw as usize % 4];
            let chosen: Vec<usize> = (0..data.len()).filter(|_| rng.random_range(0.0..1.0) < share).collect();
            let sample = rows(&data, &chosen);
            let found = fit(&spec, &sample).unwrap();
            (draw, chosen.len(), found.value, many_starts(&spec, &sample, 300, draw + 1_000))
        })
        .collect();
    let missed: Vec<String> = outcomes
        .iter()
        .filter(|(_, _, found, known)| *found > known * (1.0 + 1e-9))
        .map(|(draw, rows, found, known)| format!("draw {draw}, {rows} rows: {found:e}, {known:e} is known"))
        .collect();
    println!("found on {} of 100", 100 - missed.len());
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Rows of a table beside the repository; none, and a line on the error stream, if it is absent.
fn isoflops(file: &str, keep: impl Fn(&str) -> bool) -> Option<Measurements> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/open_athena_isoflops").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    };
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let kept: Vec<Vec<&str>> = lines
        .map(|line| line.split(',').collect::<Vec<&str>>())
        .filter(|cells| keep(cells[place("condition")]))
        .collect();
    let column = |name: &str| kept.iter().map(|cells| cells[place(name)].parse().unwrap()).collect::<Vec<f64>>();
    Some(Measurements::from_columns(
        file,
        vec![("N", column("params")), ("D", column("tokens")), ("L", column("loss"))],
    ))
}

#[test]
fn published_fits_of_isoflop_tables_are_beaten_without_rescaling() {
    let tables = [
        (isoflops("extract_ml_scalefit_isoflops.csv", |_| true), 124, 1.30888e-5),
        (isoflops("extract_llama_3_isoflops.csv", |condition| condition == "raw_loss"), 133, 2.27592e-6),
    ];
    for (data, count, limit) in tables {
        let Some(data) = data else { continue };
        assert_eq!(data.len(), count);
        let fitted = fit(&Spec::new(law("chinchilla"), RAW_HUBER), &data).unwrap();
        let mean = fitted.value / count as f64;
        println!("{mean:.6e} at {:?}", fitted.theta);
        assert!(fitted.certificate.converged && mean <= limit, "{mean:e} is above {limit:e}");
    }
}

/// The runs with repeated data, with the constants of the fit without repetition held.
fn muennighoff(starts: Starts) -> Fit {
    let data = Job::new("muennighoff2023-runs", "muennighoff").read().unwrap();
    let held = [("E", 1.8691436784054858), ("A", 520.8249516599187), ("B", 1487.716093782861)];
    let exponents = [("alpha", 0.3526596), ("beta", 0.3526596)];
    let constraints = Constraints {
        fix: held.into_iter().chain(exponents).map(|(symbol, value)| (symbol.to_owned(), value)).collect(),
        ..Constraints::default()
    };
    let spec = Spec { constraints, starts, ..Spec::new(law("muennighoff"), Objective::HOFFMANN) };
    fit(&spec, &data).unwrap()
}

#[test]
fn the_minima_of_repeated_data_are_all_reported_and_the_decay_constant_is_called_weak() {
    let fitted = muennighoff(Starts::Search);
    for basin in &fitted.certificate.basins {
        println!("{:.8} from {} starts at {:?}", basin.objective, basin.starts, &basin.theta[5..]);
    }
    let known = [(0.01580466, 95.37, 1.706), (0.01580738, 46.99, 2.330), (0.01581129, 160.7, 1.449)];
    for (objective, data, model) in known {
        let near = |ours: f64, theirs: f64| (ours / theirs - 1.0).abs() < 1e-3;
        assert!(
            fitted.certificate.basins.iter().any(|basin| {
                near(basin.objective, objective) && near(basin.theta[5], data) && near(basin.theta[6], model)
            }),
            "no basin at {data}, {model}"
        );
    }
    close(fitted.value, known[0].0, 1e-6, "lowest minimum");
    let kinds: Vec<&str> = fitted.warnings.iter().map(|warning| warning.kind.as_str()).collect();
    assert!(kinds.contains(&"second-basin"), "{kinds:?}");
    let weak = fitted.warnings.iter().find(|warning| warning.kind == "weakly-identified");
    assert!(weak.is_some_and(|w| w.message.contains("R_D_star")), "{:?}", fitted.warnings);
}

/// Huber's loss with delta found from the data: the fixed point of Proposal 2 with n − p, whatever the
/// unit of the rows, and hardly moved by a failed run.
#[test]
fn an_adaptive_delta_is_1_345_times_the_noise_and_ignores_failed_runs() {
    let law = law("chinchilla");
    let data = hoffmann();
    let found = fit(&Spec::new(law, Objective::DEFAULT), &data).unwrap();
    let noise = found.noise.unwrap();
    let delta = noise.delta.unwrap();
    assert!((delta / (1.345 * noise.scale) - 1.0).abs() < 1e-6);
    let residuals = found.residuals();
    let clipped: f64 = residuals.iter().map(|r| (r * r).min(delta * delta)).sum();
    let scale = (clipped / ((residuals.len() - 5) as f64 * 0.710_16)).sqrt();
    assert!((scale / noise.scale - 1.0).abs() < 1e-6, "{scale} {}", noise.scale);
    let squared = fit(&Spec::new(law, LOG_SQUARED), &data).unwrap();
    assert!(found.value < squared.value, "beyond delta the loss grows less than a square");
    // The worst row made a hundred times worse moves the answer no further.
    let mut broken = data.clone();
    let worst = (0..residuals.len()).max_by(|&a, &b| residuals[a].total_cmp(&residuals[b])).unwrap();
    let output = broken.columns.iter_mut().find(|column| column.symbol == "L").unwrap();
    output.values[worst] *= 3.0;
    let again = fit(&Spec::new(law, Objective::DEFAULT), &broken).unwrap();
    for (a, b) in again.theta.iter().zip(&found.theta) {
        assert!((a / b - 1.0).abs() < 0.02, "{:?} {:?}", again.theta, found.theta);
    }
}

/// The least cost of a loss and the least loss of a cost are one plan: the optimum under the cost
/// `trained-and-served` is the one that the root of Sardana's condition gives.
#[test]
fn the_optimum_under_another_cost_is_the_dual_of_the_lifetime_optimum() {
    use scaling_laws::costs::lifetime::{Plan, lifetime_flop, lifetime_optimum, training_optimal_data};
    use scaling_laws::engine::optimum::{OptimumError, optimum};
    use scaling_laws::laws::find_cost;
    let theta = [1.69, 406.4, 410.7, 0.336, 0.283];
    let cost = find_cost("trained-and-served");
    for (n, demand) in [(1e9, 1e11), (7e9, 2e12), (70e9, 1e13)] {
        let target = Plan { n, d: training_optimal_data(&theta, n) };
        let plan = lifetime_optimum(&theta, target, demand).expect("the loss can be reached");
        let given = [("D_inf".to_owned(), demand)];
        let budget = lifetime_flop(plan, demand);
        let best = optimum(law("chinchilla"), &theta, cost, budget, &given).expect("there is an optimum");
        close(best.x[0], plan.n, 1e-5, "N");
        close(best.x[1], plan.d, 1e-5, "D");
        let own = optimum(law("chinchilla"), &theta, None, budget, &[]).expect("there is an optimum");
        assert!(own.x[0] > best.x[0], "serving makes the model smaller");
    }
    let missing = optimum(law("chinchilla"), &theta, cost, 1e24, &[]);
    assert!(matches!(missing, Err(OptimumError::Needs { symbol, .. }) if symbol == "D_inf"));
}

/// The library's door: a law, a table in memory and a sentence; the same digits as the engine's.
#[test]
fn a_fit_of_arrays_reads_like_a_sentence() {
    use scaling_laws::prelude::{FitTo, FittingError, laws};
    let table = hoffmann();
    let fitted = laws::CHINCHILLA.fit(&table).objective(Objective::HOFFMANN).run().expect("it can be fitted");
    let plain = fit(&Spec::new(laws::CHINCHILLA, Objective::HOFFMANN), &table).expect("it can be fitted");
    let theta: Vec<f64> = laws::CHINCHILLA.card().params.iter().map(|p| fitted[p.symbol].estimate).collect();
    assert_eq!(theta, plain.theta);
    let (alpha, text) = (&fitted["alpha"], fitted["alpha"].to_string());
    assert!(alpha.lower < Some(alpha.estimate) && Some(alpha.estimate) < alpha.upper);
    assert!(text.contains(" to ") && text.ends_with(')'), "{text}");
    let best = fitted.optimum(5.76e23).expect("there is an optimum");
    close(6.0 * best["N"].estimate * best["D"].estimate, 5.76e23, 1e-9, "budget");
    let there = fitted.predict(&[("N", best["N"].estimate), ("D", best["D"].estimate)]).expect("it can be predicted");
    close(there["L"].estimate, best["L"].estimate, 1e-12, "loss");
    assert!(fitted.get("nonsense").is_none());
    let held = laws::CHINCHILLA.fit(&table).fix("alpha", 0.34).run().expect("it can be fitted");
    assert_eq!(held["alpha"].estimate, 0.34);

    let ragged =
        Measurements::from_columns("rows", vec![("N", vec![1e8, 1e9]), ("D", vec![1e9]), ("L", vec![3.0, 2.0])]);
    assert!(matches!(laws::CHINCHILLA.fit(&ragged).run(), Err(FittingError::Ragged { symbol, .. }) if symbol == "D"));
    let holed = Measurements::from_columns("rows", vec![("x", vec![1.0, f64::NAN]), ("L", vec![3.0, 2.0])]);
    assert!(matches!(laws::POWER.fit(&holed).run(), Err(FittingError::NotFinite { row: 2, .. })));
    assert!(matches!(laws::POWER.fit(&table).level(2.0).run(), Err(FittingError::Level(_))));
}
