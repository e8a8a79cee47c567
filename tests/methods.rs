//! Methods and sections in studies: each runs from its stanza, is stored, found again, and shown from
//! what is stored.

#[path = "support/design.rs"]
mod design;

use scaling_laws::methods::registry::METHODS;
use scaling_laws::work::study::{self, Study};
use std::collections::BTreeSet;
use std::path::Path;

/// A study of methods alone, its folder and its outcomes.
fn methods_of(text: &str, folder: &Path) -> Vec<study::MethodOutcome> {
    let study = Study::parse(text, "study.toml", folder).expect("it reads");
    let fits = study::run(&study, &folder.join("out"), &|_| {}).expect("it runs");
    study::run_methods(&study.methods, &fits, &folder.join("out"), &|_| {}).expect("they run")
}

/// The example on every method's page runs, gives what the card says, and survives the disk.
#[test]
fn the_example_of_every_method_runs_and_gives_what_its_card_says() {
    for method in METHODS {
        let card = method.card();
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!("title = \"t\"\n[[method]]\nname = \"it\"\nmethod = \"{}\"\n{}", card.id, card.example);
        let first = methods_of(&text, folder.path()).remove(0);
        let record = first.result.unwrap_or_else(|why| panic!("{}: {why}", card.id));
        assert!(!first.cached, "{}", card.id);
        let keys: BTreeSet<&str> = record.settings.as_object().expect("an object").keys().map(String::as_str).collect();
        let listed: BTreeSet<&str> = card.settings.iter().map(|setting| setting.name).collect();
        assert_eq!(keys, listed, "{}: settings are those of the card", card.id);
        assert!(!record.quantities.is_empty(), "{} gives no number", card.id);
        for quantity in &record.quantities {
            let known = card.gives.iter().any(|gives| match gives.symbol.strip_suffix('*') {
                Some(stem) => quantity.symbol.starts_with(stem),
                None => quantity.symbol == gives.symbol,
            });
            assert!(known, "{}: {} is not on the card", card.id, quantity.symbol);
            assert!(quantity.estimate.is_finite(), "{}: {}", card.id, quantity.symbol);
        }
        let section = method.show(&record.outcome).expect("its own outcome");
        assert!(!section.title.is_empty() && !section.text.is_empty(), "{} shows nothing", card.id);
        let again = methods_of(&text, folder.path()).remove(0);
        assert!(again.cached && again.result.as_ref() == Ok(&record), "{} is not found again", card.id);
        assert!(method.show(&serde_json::json!({ "nothing": 1 })).is_err(), "{} shows a stranger's outcome", card.id);
        let unknown = method.settings(&serde_json::json!({ "nothing": 1 })).expect_err("an unknown key");
        assert!(unknown.to_string().contains(card.id), "{unknown}");
    }
}

const TABLE: &str = "name,ms,score\na,1,50\nb,2,70\nc,3,60\n";

#[test]
fn a_method_runs_again_when_its_table_changes_and_not_before() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("t.csv"), TABLE).expect("written");
    let text = "title = \"t\"\n[[method]]\nname = \"front\"\nmethod = \"frontier\"\ndata = \"t.csv\"\nminimise = [\"ms\"]\nmaximise = [\"score\"]\n";
    let count = |outcome: &study::MethodOutcome| outcome.result.as_ref().expect("it runs").quantities[0].estimate;
    let first = methods_of(text, folder.path()).remove(0);
    assert_eq!((first.cached, count(&first)), (false, 2.0));
    assert!(methods_of(text, folder.path()).remove(0).cached);
    std::fs::write(folder.path().join("t.csv"), format!("{TABLE}d,4,80\n")).expect("written");
    let second = methods_of(text, folder.path()).remove(0);
    assert_eq!((second.cached, count(&second)), (false, 3.0));
    let path = folder.path().join("out/methods/front.json");
    let edited = std::fs::read_to_string(&path).expect("stored").replace("\"front\":3", "\"front\":9");
    std::fs::write(&path, edited).expect("written");
    let third = methods_of(text, folder.path()).remove(0);
    assert_eq!((third.cached, count(&third)), (false, 3.0), "an edited outcome is not believed");
}

#[test]
fn a_method_starts_from_a_fit_of_its_study() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "title = \"t\"\n[[fit]]\nname = \"ours\"\ndata = \"hoffmann2022-figure4\"\nlaw = \"chinchilla\"\nwhere = \"L < 3.4469\"\n\
                [[method]]\nname = \"served\"\nmethod = \"lifetime\"\nfit = \"ours\"\nN = \"30B\"\nanswers = \"1T\"\n\
                [[method]]\nname = \"lost\"\nmethod = \"lifetime\"\nfit = \"nobody\"\nN = \"30B\"\n";
    let outcomes = methods_of(text, folder.path());
    let record = outcomes[0].result.as_ref().expect("it runs");
    let of = |symbol: &str| record.quantities.iter().find(|q| q.symbol == symbol).expect("it is given");
    assert!(of("N").estimate < 30e9 && of("N").lower.is_some(), "{:?}", of("N"));
    let why = outcomes[1].result.as_ref().expect_err("there is no such fit");
    assert!(why.contains("`nobody` is no fit of this study"), "{why}");
}

#[test]
fn a_stanza_that_makes_no_sense_is_refused_by_name() {
    for (rest, words) in [
        ("method = \"frontire\"\n", "no method `frontire` (did you mean frontier?)"),
        ("method = \"frontier\"\ndata = \"wang2020-apq\"\nminimize = [\"latency\"]\n", "unknown field `minimize`"),
        ("method = \"frontier\"\n", "needs a table"),
        (
            "method = \"frontier\"\ndata = \"wang2020-apq\"\ndatasets = { more = \"wang2020-apq\" }\n",
            "reads no table `more`",
        ),
        ("method = \"frontier\"\ndata = \"../t.csv\"\n", "outside the study's folder"),
        ("method = \"lifetime\"\nN = 1\n", "starts from 1 to 1 fits, and 0 are named"),
        ("method = \"lifetime\"\nfit = \"sardana2024/constants\"\n", "missing field `N`"),
        ("method = \"lifetime\"\nfit = \"sardana2024/constants\"\nN = \"many\"\n", "many"),
        ("method = \"recommend\"\nN = 1\nD = 1\nwhere = \"L < 1\"\n", "which is not given"),
        ("method = \"recommend\"\nN = 1\nD = 1\nlevel = 2\n", "between 0 and 1"),
    ] {
        let text = format!("title = \"t\"\n[[method]]\nname = \"it\"\n{rest}");
        let error = Study::parse(&text, "study.toml", Path::new("")).expect_err("it is refused").to_string();
        assert!(error.contains(words) && error.contains("method `it`"), "{rest}: {error}");
    }
}

#[test]
fn a_section_looks_its_numbers_up() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("t.csv"), TABLE).expect("written");
    let text = r#"
title = "t"
[[fit]]
name = "ours"
data = "hoffmann2022-figure4"
law = "chinchilla"
where = "L < 3.4469"
objective = "hoffmann"
compute = [5.76e23]
[[method]]
name = "front"
method = "frontier"
data = "t.csv"
minimise = ["ms"]
maximise = ["score"]
[[section]]
title = "What came out"
text = ["{fit:ours.rows} rows give alpha = {fit:ours.alpha:3} where {besiroglu2024/main.alpha} is printed; {method:front.front} on the front."]
[[section.table]]
caption = "Optima"
heads = ["budget", "N"]
rows = [["5.76e23", "{fit:ours.N_opt@5.76e23:3}"]]
[[section.chart]]
name = "loss"
title = "Loss"
x = { name = "N", unit = "parameters", log = true }
y = { name = "L" }
curve = [{ name = "ours", of = "fit:ours", along = "N", from = "1e8", to = "1e11", at = { D = "1T" } }]
rows = [{ data = "hoffmann2022-figure4", x = "N", y = "L", where = "L < 3.4469" }]
"#;
    let study = Study::parse(text, "study.toml", folder.path()).expect("it reads");
    let out = folder.path().join("out");
    let fits = study::run(&study, &out, &|_| {}).expect("it runs");
    let methods = study::run_methods(&study.methods, &fits, &out, &|_| {}).expect("they run");
    let sections = study::sections(&study, &fits, &methods).expect("every number is there");
    let [section] = &sections[..] else { panic!("one section") };
    assert_eq!(section.text[0], "240 rows give alpha = 0.347 where 0.3478 is printed; 2 on the front.");
    assert!(section.tables[0].rows[0][1].starts_with("7"), "{:?}", section.tables[0].rows);
    assert_eq!(section.charts[0].plots[0].series.iter().map(|s| s.x.len()).collect::<Vec<_>>(), [240, 120]);
    let wrong = text.replace("fit:ours.alpha:3", "fit:theirs.alpha");
    let study = Study::parse(&wrong, "study.toml", folder.path()).expect("it reads");
    let why = study::sections(&study, &fits, &methods).expect_err("there is no such fit").to_string();
    assert!(why.contains("What came out") && why.contains("no fit `theirs`"), "{why}");
}

mod compared {
    use super::design::Stream;
    use scaling_laws::data::measurements::Measurements;
    use scaling_laws::methods::compare::laws::{Compare, Comparison, Settings};
    use scaling_laws::methods::method::{Amount, Author, Given};

    /// Runs of a law with noise, so many at each of five budgets, in the order of `place`.
    fn runs(each: usize, noise: f64, law: fn(f64, f64) -> f64, place: &dyn Fn(usize) -> usize) -> Measurements {
        let mut stream = Stream(20);
        let mut rows: Vec<[f64; 4]> = Vec::new();
        for budget in 0..5 {
            let c = 1e18 * 4f64.powi(budget);
            for k in 0..each {
                let n = (c / 120.0).sqrt() * 4f64.powf(2.0 * (k as f64 + 0.5) / each as f64 - 1.0);
                let d = c / 6.0 / n;
                rows.push([n, d, c, law(n, d) * (noise * stream.normal()).exp()]);
            }
        }
        let count = rows.len();
        let column = |i: usize| (0..count).map(|k| rows[place(k) % count][i]).collect::<Vec<f64>>();
        Measurements::from_columns("made", vec![("N", column(0)), ("D", column(1)), ("C", column(2)), ("L", column(3))])
    }

    fn compared(rows: Measurements, laws: &[&str]) -> (Comparison, Vec<String>) {
        let given = Given::new(0, 0.95).rows("runs", rows);
        let settings = Settings {
            laws: laws.iter().map(|id| (*id).to_owned()).collect(),
            at: [("N".to_owned(), Amount(1e10)), ("D".to_owned(), Amount(2e11))].into(),
            ..Settings::default()
        };
        let outcome = Compare::run(&given, &settings).expect("they compare");
        (outcome, given.warnings().into_iter().map(|warning| warning.kind).collect())
    }

    fn hoffmann(n: f64, d: f64) -> f64 {
        1.8172 + 482.01 / n.powf(0.3478) + 2085.43 / d.powf(0.3658)
    }

    #[test]
    fn a_law_without_a_floor_is_shown_to_be_worse_where_there_is_one_and_rows_enough() {
        let (found, _) = compared(runs(13, 0.004, hoffmann, &|k| k), &["kaplan", "chinchilla"]);
        assert_eq!(found.winner.as_deref(), Some("chinchilla"), "{found:?}");
        assert!(found.verdict.starts_with("chinchilla predicts better than kaplan"), "{}", found.verdict);
        assert_eq!((found.rows, found.origins.len(), found.laws[0].law.as_str()), (65, 3, "chinchilla"));
        let [best, worse] = [&found.laws[0], &found.laws[1]].map(|entry| entry.scores.as_ref().expect("scored"));
        assert!(best.crps < 0.9 * worse.crps && best.relative_error < worse.relative_error && best.coverage > 0.85);
        assert!(best.by_origin.iter().zip(&worse.by_origin).all(|(a, b)| a < b), "it wins every origin");
        let aic = |k: usize| found.laws[k].criteria.expect("Huber's loss has a density").aic;
        assert!(aic(0) < aic(1));
        assert!(found.average.is_none() && found.predictions.len() == 2, "a winner is not averaged");
        // A forecast that is right scores s/√π = .56 of the noise; from 52 rows it is nearly right.
        let last = best.by_origin.last().expect("three origins") / 0.004;
        assert!((0.4..0.9).contains(&last), "{last}");
    }

    #[test]
    fn few_rows_claim_nothing_however_clear() {
        let (found, warnings) = compared(runs(5, 0.004, hoffmann, &|k| k), &["kaplan", "chinchilla"]);
        assert_eq!((found.winner.clone(), found.rows), (None, 25));
        assert!(found.pairs[0].difference > 2.0 * found.pairs[0].standard_error.expect("several origins"));
        assert!(found.verdict.starts_with("no difference shown between chinchilla, kaplan"), "{}", found.verdict);
        assert!(warnings.contains(&"too-few-to-claim".to_owned()));
        let [.., last] = &found.predictions[..] else { panic!("three predictions") };
        let ends = |law: &str| {
            let of = found.predictions.iter().find(|said| said.law == law).expect("it is there");
            (of.lower, of.estimate, of.upper)
        };
        assert_eq!(last.law, "average");
        let (a, b) = (ends("chinchilla"), ends("kaplan"));
        assert!(a.1.min(b.1) < last.estimate && last.estimate < a.1.max(b.1), "the average lies between");
        assert!(last.upper - last.lower > (a.2 - a.0).min(b.2 - b.0), "and is less sure than the surest");
    }

    #[test]
    fn no_difference_is_shown_between_a_law_and_one_that_contains_it_in_any_order_of_rows() {
        let (found, _) = compared(runs(13, 0.004, hoffmann, &|k| k), &["chinchilla", "skaling"]);
        assert_eq!((found.winner.clone(), found.not_worse.len()), (None, 2), "{}", found.verdict);
        assert!(found.verdict.contains("average their predictions"));
        let average = found.average.as_ref().expect("two laws are averaged");
        let worst = found.laws.iter().filter_map(|entry| Some(entry.scores.as_ref()?.crps)).fold(0.0, f64::max);
        assert!(average.crps < worst, "the score is convex");
        // 65 and 27 have no common factor: every row once.
        let (moved, _) = compared(runs(13, 0.004, hoffmann, &|k| 27 * k), &["skaling", "chinchilla"]);
        assert_eq!(moved.not_worse, found.not_worse);
        for (a, b) in moved.laws.iter().zip(&found.laws) {
            let crps = [a, b].map(|entry| entry.scores.as_ref().expect("scored").crps);
            assert!((crps[0] / crps[1] - 1.0).abs() < 1e-4, "{crps:?}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_said_in_one_sentence() {
        let refused = |rows: Measurements, laws: &[&str]| {
            let given = Given::new(0, 0.95).rows("runs", rows);
            let laws = laws.iter().map(|id| (*id).to_owned()).collect();
            Compare::run(&given, &Settings { laws, ..Settings::default() }).expect_err("it is refused").to_string()
        };
        let rows = || runs(2, 0.004, hoffmann, &|k| k);
        assert!(refused(rows(), &["chinchilla"]).contains("two laws or more"));
        assert!(refused(rows(), &["chinchilla", "chinchila"]).contains("did you mean chinchilla?"));
        assert!(refused(rows(), &["chinchilla", "chinchilla"]).contains("named twice"));
        assert!(refused(rows(), &["chinchilla", "gadre-error"]).contains("different quantities"));
        let few = runs(1, 0.004, hoffmann, &|k| k);
        assert!(
            refused(few, &["chinchilla", "kaplan"]).contains("leave no origin with 8 rows of two budgets before it")
        );
    }
}

mod recipes {
    use super::design::Stream;
    use scaling_laws::data::ingest::{Reading, Source};
    use scaling_laws::data::measurements::Measurements;
    use scaling_laws::methods::compare::recipes::{Compare, Ends, Recipes, Settings};
    use scaling_laws::methods::method::{Amount, Author, Given};

    fn given(level: f64) -> Given {
        let table = |given: Given, name: &str, id: &str| given.table(name, Source::named(id), Reading::default());
        table(table(Given::new(0, level), "baseline", "marin2025-moe"), "variant", "marin2025-august")
    }

    fn near(ends: Ends, want: [f64; 3]) {
        let got = [Some(ends.estimate), ends.lower, ends.upper];
        for (got, want) in got.into_iter().zip(want) {
            let got = got.expect("it is determined");
            assert!((got - want).abs() < 6e-8 * want.abs(), "{got} {want}");
        }
    }

    /// Lines above four pinned asymptotes, their projections and 90 % prediction intervals, from the six
    /// printed points by least squares of ln(L - Linf) on ln C.
    #[test]
    fn the_pinned_frontier_projects_as_computed_from_the_printed_points() {
        let table = [
            (1.4, [2.5973626, 2.5893579, 2.6054212], [2.2167341, 2.2083746, 2.2251800], 0.0830725),
            (1.6, [2.6049741, 2.5952155, 2.6148284], [2.2505288, 2.2408655, 2.2603377], 0.094444195),
            (1.8, [2.6145334, 2.5991727, 2.6301893], [2.2918927, 2.2777371, 2.3064677], 0.10951926),
            (0.0, [2.5693961, 2.5415848, 2.5975118], [2.0859431, 2.0514138, 2.1210537], 0.045264301),
        ];
        for (asymptote, first, second, alpha) in table {
            let settings = Settings {
                asymptote: Some(Amount(asymptote)),
                to: vec![Amount(1e21), Amount(1e23)],
                ..Settings::default()
            };
            let found = Compare::run(&given(0.9), &settings).expect("they compare");
            near(found.projections[0].baseline, first);
            near(found.projections[1].baseline, second);
            let crossing = found.crossing.expect("two lines");
            assert!((crossing.baseline / alpha - 1.0f64).abs() < 1e-6, "{crossing:?}");
        }
        let settings = Settings { asymptote: Some(Amount(1.6)), ..Settings::default() };
        let given = given(0.9);
        let found = Compare::run(&given, &settings).expect("they compare");
        let (crossing, free) = (found.crossing.expect("two lines"), found.free_asymptote.expect("six points"));
        assert!((crossing.variant - 0.089529202).abs() < 1e-9, "three points of August: {crossing:?}");
        assert!((free.estimate / 1.4513473 - 1.0).abs() < 1e-7, "{free:?}");
        assert!(free.lower.is_some_and(|low| low < 1.45) && free.upper.is_some_and(|high| high > 1.6), "{free:?}");
        assert_eq!(found.sensitivity.len(), 3);
        let chosen = found.speed.expect("a speed-up").speed_up;
        assert!(found.sensitivity.iter().all(|other| other.speed_up.estimate != chosen.estimate));
        assert!(
            chosen.lower.is_some_and(|low| low > 1.0) && found.verdict.contains("asymptote 1.6"),
            "{}",
            found.verdict
        );
        assert!(given.warnings().iter().any(|warning| warning.kind == "exponents-differ"));
        // From the baseline's own point at the budget of a pair, whatever the compute.
        let pair = &found.pairs[0];
        let alpha = found.speed.expect("a speed-up").alpha.estimate;
        let want = ((3.5273f64 - 1.6) / (3.361 - 1.6)).powf(1.0 / alpha);
        assert!((pair.speed_up.expect("above the asymptote") / want - 1.0).abs() < 1e-12);
    }

    /// Runs at the same sizes and data, the variant worth so many times the compute in N and D.
    fn compared(worth: f64, noise: f64, asymptote: Option<f64>, seed: u64) -> (Recipes, Vec<String>) {
        let mut stream = Stream(seed);
        let mut table = |worth: f64| {
            let c: Vec<f64> = (0..8).map(|k| 1e18 * 3f64.powi(k)).collect();
            let loss = |c: &f64| 1.7 + 60.0 * (worth * c).powf(-0.09) * (noise * stream.normal()).exp();
            Measurements::from_columns("made", vec![("C", c.clone()), ("L", c.iter().map(loss).collect())])
        };
        let given = Given::new(0, 0.95).rows("baseline", table(1.0)).rows("variant", table(worth));
        let settings = Settings { asymptote: asymptote.map(Amount), ..Settings::default() };
        let found = Compare::run(&given, &settings).expect("they compare");
        (found, given.warnings().into_iter().map(|warning| warning.kind).collect())
    }

    #[test]
    fn a_recipe_worth_a_third_more_compute_is_found_to_be_and_its_interval_covers() {
        let (exact, _) = compared(4.0 / 3.0, 0.0, Some(1.7), 1);
        let speed = exact.speed.expect("a speed-up").speed_up;
        assert!((speed.estimate * 3.0 / 4.0 - 1.0).abs() < 1e-9, "{speed:?}");
        let covers = |seed: &u64| {
            let (found, _) = compared(4.0 / 3.0, 0.003, Some(1.7), *seed);
            let ends = found.speed.expect("a speed-up").speed_up;
            ends.lower.expect("determined") <= 4.0 / 3.0 && 4.0 / 3.0 <= ends.upper.expect("determined")
        };
        // Binomial of 100 at .95: within 3.7 standard deviations.
        let count = (0..100).filter(covers).count();
        assert!((87..=100).contains(&count), "{count}");
        let same = (0..100)
            .filter(|seed| compared(1.0, 0.003, Some(1.7), *seed).0.verdict.starts_with("no difference"))
            .count();
        assert!((87..=100).contains(&same), "{same}");
    }

    #[test]
    fn without_an_asymptote_there_are_differences_and_no_speed_up() {
        let (found, warnings) = compared(1.5, 0.003, None, 3);
        assert!(found.speed.is_none() && found.shown && found.difference.is_some_and(|d| d.estimate < 0.0));
        assert!(found.verdict.starts_with("the variant's loss is lower by"), "{}", found.verdict);
        assert!(warnings.contains(&"no-asymptote".to_owned()));
    }

    #[test]
    fn what_makes_no_speed_up_is_refused_in_one_sentence() {
        let refused = |asymptote: Option<f64>, alpha: Option<f64>| {
            let settings =
                Settings { asymptote: asymptote.map(Amount), alpha: alpha.map(Amount), ..Settings::default() };
            Compare::run(&given(0.9), &settings).expect_err("it is refused").to_string()
        };
        assert!(refused(Some(2.7222), None).contains("does not lie below the lowest loss, 2.7222"));
        assert!(refused(None, Some(0.09)).contains("add asymptote"));
        assert!(refused(Some(1.6), Some(0.0)).contains("alpha = 0 must be a positive number"));
        assert!(refused(Some(-1.0), None).contains("must not be negative"));
    }
}

mod transferred {
    use scaling_laws::data::ingest::{Reading, Source};
    use scaling_laws::data::measurements::{Label, Measurements};
    use scaling_laws::methods::compare::transfer::{Borrow, Settings, Transfer, Value};
    use scaling_laws::methods::method::{Amount, Author, Given, MethodError};

    fn settings(law: &str, group: &str, share: &[&str]) -> Settings {
        let share = share.iter().map(|symbol| (*symbol).to_owned()).collect();
        let at = [("N".to_owned(), Amount(1e10)), ("D".to_owned(), Amount(2e11))].into();
        Settings { law: law.to_owned(), group: group.to_owned(), share, at, ..Settings::default() }
    }

    fn near(value: Value, want: [f64; 3]) {
        let got = [Some(value.estimate), value.lower, value.upper];
        for (got, want) in got.into_iter().zip(want) {
            let got = got.expect("it is determined");
            assert!((got / want - 1.0).abs() < 2e-6, "{got} {want}");
        }
    }

    /// The same minimum, intervals and predictions by SciPy: 40 starts of least_squares on log residuals,
    /// Huber's loss and Proposal 2 in turn, the classical price from central differences.
    #[test]
    fn three_training_sets_share_exponents_as_an_independent_fit_has_them() {
        let given = Given::new(0, 0.95).table("runs", Source::named("gadre2024-overtraining"), Reading::default());
        let found = Borrow::run(&given, &settings("chinchilla", "dataset", &["alpha", "beta"])).expect("it runs");
        near(found.shared[0].tied, [0.24574398, 0.21843903, 0.27304892]);
        near(found.shared[1].tied, [0.25520119, 0.23224382, 0.27815855]);
        assert!((found.noise.expect("it was found") / 0.0146613107 - 1.0).abs() < 1e-6);
        let own = |group: usize| [0, 1, 2].map(|j| found.groups[group].own[j].tied.estimate);
        for (group, want) in [
            (0, [1.72455008, 104.0320064, 217.5270633]),
            (1, [1.68167723, 108.9806591, 223.8187916]),
            (2, [1.55315377, 110.6354592, 222.2207105]),
        ] {
            for (got, want) in own(group).into_iter().zip(want) {
                assert!((got / want - 1.0f64).abs() < 2e-6, "{group}: {got} {want}");
            }
        }
        near(found.groups[0].prediction.expect("it was asked for"), [2.37150395, 2.29018968, 2.4557053]);
        near(found.groups[2].prediction.expect("it was asked for"), [2.22926979, 2.1511564, 2.31021966]);
        // What was not seen is forecast better with borrowed exponents than without.
        assert_eq!(found.ways[0].way, "tied");
        assert_eq!(given.provenance().len(), 1, "one table, however often it was read");
        let alone = found.pairs.iter().find(|pair| pair.law == "alone").expect("groups are large enough");
        assert!(alone.shown && alone.difference > 0.01, "{alone:?}");
        let aic =
            |way: &str| found.ways.iter().find(|w| w.way == way).and_then(|w| w.criteria).expect("it has one").aic;
        assert!(aic("tied") < aic("alone") && aic("tied") < aic("pooled"));
        assert!(found.verdict.contains("alone shown to be worse"), "{}", found.verdict);
    }

    /// Families of so many rows each, exactly on Hoffmann's form with common exponents.
    fn families(rows: &[usize]) -> Measurements {
        let (mut columns, mut names) = ([Vec::new(), Vec::new(), Vec::new()], Vec::new());
        for (g, &count) in rows.iter().enumerate() {
            for k in 0..count as i32 {
                let (n, d) = (1e7 * 2f64.powi(k % 5), 1e9 * 3f64.powi((k / 5 + k) % 4));
                let scale = 1.0 + 0.1 * g as f64;
                let loss = 1.6 * scale + 400.0 / scale / n.powf(0.34) + 2000.0 * scale / d.powf(0.37);
                columns.iter_mut().zip([n, d, loss]).for_each(|(column, v)| column.push(v));
                names.push(format!("family {g}"));
            }
        }
        let [n, d, l] = columns;
        let mut out = Measurements::from_columns("families", vec![("N", n), ("D", d), ("L", l)]);
        out.labels.push(Label { name: "family".to_owned(), values: names });
        out
    }

    fn borrowed(rows: &[usize]) -> (Result<Transfer, MethodError>, Vec<String>) {
        let given = Given::new(0, 0.95).rows("runs", families(rows));
        let found = Borrow::run(&given, &settings("chinchilla", "family", &["alpha", "beta"]));
        (found, given.warnings().into_iter().map(|warning| warning.kind).collect())
    }

    #[test]
    fn a_family_of_three_runs_borrows_from_its_siblings() {
        let (found, _) = borrowed(&[20, 16, 3]);
        let found = found.expect("it runs");
        let small = &found.groups[2];
        assert_eq!((small.rows, small.held), (3, None));
        assert!(small.own.iter().all(|parameter| parameter.alone == [None]), "three runs alone fit nothing");
        let want = 1.6 * 1.2 + 400.0 / 1.2 / 1e10f64.powf(0.34) + 2000.0 * 1.2 / 2e11f64.powf(0.37);
        let said = small.prediction.expect("it was asked for").estimate;
        assert!((said / want - 1.0).abs() < 1e-5, "{said} {want}");
        assert!((found.shared[0].tied.estimate / 0.34 - 1.0).abs() < 1e-5);
    }

    #[test]
    fn who_has_nobody_to_borrow_from_is_told() {
        let (found, warnings) = borrowed(&[20, 16, 2]);
        assert_eq!(found.expect("two are left").groups.len(), 2);
        assert!(warnings.contains(&"group-too-small".to_owned()));
        let why = borrowed(&[20, 2]).0.expect_err("one is left").to_string();
        assert!(why.contains("nobody to borrow from"), "{why}");
        let refused = |law: &str, share: &[&str]| {
            let given = Given::new(0, 0.95).rows("runs", families(&[20, 16]));
            Borrow::run(&given, &settings(law, "family", share)).expect_err("it is refused").to_string()
        };
        assert!(refused("chinchilla", &["gamma"]).contains("no parameter gamma to share; it has E, A, B, alpha, beta"));
        assert!(refused("chinchilla", &[]).contains("share some of the parameters"));
        assert!(refused("chinchila", &["alpha"]).contains("did you mean chinchilla?"));
    }
}

/// How often stated probabilities are met.
mod calibration {
    use scaling_laws::data::measurements::Measurements;
    use scaling_laws::methods::calibration::{Calibration, Outcome, Settings, Temper};
    use scaling_laws::methods::method::{Author, Given};

    fn judged(given: &Given, settings: &Settings) -> Outcome {
        Calibration::run(given, settings).expect("it runs")
    }

    fn rows(p: &[f64], y: &[f64]) -> Given {
        let columns = vec![("p", p.to_vec()), ("y", y.to_vec())];
        Given::new(0, 0.9).rows("predictions", Measurements::from_columns("rows", columns))
    }

    fn value(outcome: &Outcome, symbol: &str) -> f64 {
        outcome.quantities.iter().find(|q| q.symbol == symbol).expect("it is given").estimate
    }

    /// The worked example against a separate computation in Python, by the definitions.
    #[test]
    fn every_measure_is_that_of_its_definition() {
        use scaling_laws::data::ingest::{Reading, Source};
        let given = Given::new(0, 0.9).table("predictions", Source::named("calibration-example"), Reading::default());
        let outcome = judged(&given, &Settings { bins: 5, class: Some("family".to_owned()) });
        for (symbol, want, within) in [
            ("ECE", 0.065_222_185_185_185, 1e-12),
            ("MCE", 0.183_380_666_666_667, 1e-12),
            ("ECE_class", 0.073_959_190_476_190, 1e-12),
            ("Brier", 0.147_283_018_372_704, 1e-12),
            ("NLL", 0.453_866_915_864_990, 1e-12),
            ("T", 0.962_152_502_001, 1e-6),
            ("NLL_T", 0.453_675_732_117_930, 1e-12),
            ("ECE_T", 0.066_959_818_645_07, 1e-6),
        ] {
            let got = value(&outcome, symbol);
            assert!((got - want).abs() < within, "{symbol}: {got} {want}");
        }
        assert_eq!(outcome.temper, Temper::NotShown, "27 rows do not tell 0.96 from 1");
        assert_eq!(outcome.sweep[2].0, 15);
        assert!((outcome.sweep[2].1 - 0.156_354_925_925_926).abs() < 1e-12);
    }

    /// 0.8 came true four times of five: no error. The edge of a bin belongs to the bin below it, 0 to the first.
    #[test]
    fn what_is_met_as_often_as_stated_has_no_error() {
        let outcome = judged(&rows(&[0.8; 5], &[1.0, 1.0, 1.0, 1.0, 0.0]), &Settings::default());
        assert!(value(&outcome, "ECE") < 1e-12 && value(&outcome, "MCE") < 1e-12);
        assert!((value(&outcome, "T") - 1.0).abs() < 1e-6, "nothing is to be cooled");
        let edges = judged(&rows(&[0.0, 0.2, 0.4, 0.6], &[0.0, 1.0, 0.0, 1.0]), &Settings { bins: 5, class: None });
        assert_eq!(edges.bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [2, 1, 1]);
    }

    /// Log-odds doubled are twice too bold: the temperature finds the factor.
    #[test]
    fn temperature_undoes_a_factor_on_the_log_odds() {
        let (mut p, mut y) = (Vec::new(), Vec::new());
        for k in 1..10 {
            let odds: f64 = f64::from(k) / f64::from(10 - k);
            for hit in 0..10 {
                p.push(odds.powi(2) / (1.0 + odds.powi(2)));
                y.push(f64::from(u8::from(hit < k)));
            }
        }
        let outcome = judged(&rows(&p, &y), &Settings::default());
        assert!((value(&outcome, "T") - 2.0).abs() < 1e-6, "{}", value(&outcome, "T"));
        assert_eq!(outcome.temper, Temper::Bold);
        assert!(value(&outcome, "ECE_T") < 1e-6 && value(&outcome, "NLL_T") < value(&outcome, "NLL"));
    }

    #[test]
    fn what_cannot_be_judged_is_said() {
        let given = rows(&[1.0, 0.5], &[0.0, 1.0]);
        judged(&given, &Settings::default());
        assert!(given.warnings().iter().any(|warning| warning.message.contains("certain and wrong")));
        let refused = |given: Given, settings| Calibration::run(&given, &settings).expect_err("refused").to_string();
        let percent = refused(rows(&[0.5, 80.0], &[0.0, 1.0]), Settings::default());
        assert!(percent.contains("row 2") && percent.contains("divide per cents by 100"), "{percent}");
        let none = refused(rows(&[0.5], &[1.0]), Settings { bins: 0, class: None });
        assert!(none.contains("bins = 0"), "{none}");
    }
}
