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
        assert_eq!((found.rows, found.origins.len(), found.laws[0].law.as_str()), (65, 4, "chinchilla"));
        let [best, worse] = [&found.laws[0], &found.laws[1]].map(|entry| entry.scores.as_ref().expect("scored"));
        assert!(best.crps < 0.9 * worse.crps && best.relative_error < worse.relative_error && best.coverage > 0.85);
        assert!(best.by_origin.iter().zip(&worse.by_origin).all(|(a, b)| a < b), "it wins every origin");
        let aic = |k: usize| found.laws[k].criteria.expect("Huber's loss has a density").aic;
        assert!(aic(0) < aic(1));
        assert!(found.average.is_none() && found.predictions.len() == 2, "a winner is not averaged");
        // A forecast that is right scores s/√π = .56 of the noise; from 52 rows it is nearly right.
        let last = best.by_origin.last().expect("four origins") / 0.004;
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
        assert!(refused(few, &["chinchilla", "kaplan"]).contains("leave no origin with 8 rows before it"));
    }
}
