//! Methods and sections in studies: each runs from its stanza, is stored, found again, and shown from
//! what is stored.

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
