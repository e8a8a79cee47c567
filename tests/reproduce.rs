//! Published numbers against ours, from every file in `datasets/references`.

use scaling_laws::published::reference::{self, Check, Verdict};
use scaling_laws::published::scoreboard::check_all;

fn table(checks: &[&Check]) -> String {
    let lines = checks.iter().map(|check| {
        let ours = check.ours.map_or("—".to_owned(), |ours| format!("{ours:.9e}"));
        format!("{} {}: printed {}, ours {ours}: {}", check.reference, check.quantity, check.printed, check.why)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn printed_parameters_give_the_printed_numbers() {
    let references = reference::all().expect("every reference file reads");
    let checks = reference::check(&references, None);
    let surprises: Vec<&Check> = checks.iter().filter(|check| check.verdict == Verdict::Surprise).collect();
    println!("{} figures checked without refitting", checks.len());
    assert!(surprises.is_empty(), "{} of {} surprise:\n{}", surprises.len(), checks.len(), table(&surprises));
    assert!(checks.len() >= 80, "only {} figures", checks.len());
}

/// Everything: published fits repeated on their rows, bootstraps drawn, optima searched.
#[test]
fn every_printed_number_comes_out_as_recorded() {
    let references = reference::all().expect("every reference file reads");
    let checks = check_all(&references);
    let of = |verdict| checks.iter().filter(|check| check.verdict == verdict).collect::<Vec<&Check>>();
    let surprises = of(Verdict::Surprise);
    println!("{} figures, {} contradicted as recorded", checks.len(), of(Verdict::ContradictsAsRecorded).len());
    assert!(surprises.is_empty(), "{} of {} surprise:\n{}", surprises.len(), checks.len(), table(&surprises));
}

#[test]
fn a_published_fit_is_found_by_name() {
    let fit = reference::find("hoffmann2022/rounded").expect("it is there");
    assert_eq!(fit.law.card().id, "chinchilla");
    assert_eq!(fit.theta(), Some(vec![1.69, 406.4, 410.7, 0.34, 0.28]));
    let error = reference::find("hoffmann2022/nothing").err().expect("it is not there").to_string();
    assert!(error.contains("hoffmann2022/rounded") && error.contains("hoffmann2022/nothing"), "{error}");
}

const GOOD: &str = r#"
key = "k"
title = "t"
[[fit]]
id = "main"
law = "power"
where = "Table 1"
kind = "published"
expect = "value-only"
params = { A = "8", alpha = "1.00" }
derived = { slope = "-1.00" }
[[fit.value]]
quantity = "L"
at = { x = "2" }
printed = "4.0"
"#;

fn verdicts(text: &str) -> Vec<Verdict> {
    let reference = reference::parse("k", text).expect("it reads");
    reference::check(&[reference], None).iter().map(|check| check.verdict).collect()
}

#[test]
fn agreement_disagreement_and_recorded_contradiction_are_told_apart() {
    assert_eq!(verdicts(GOOD), [Verdict::Agrees, Verdict::Agrees]);
    let wrong = GOOD.replace("\"4.0\"", "\"4.1\"");
    assert_eq!(verdicts(&wrong), [Verdict::Agrees, Verdict::Surprise]);
    let recorded = format!("{wrong}expect = \"contradict\"\nwhy = \"a misprint\"\n");
    assert_eq!(verdicts(&recorded), [Verdict::Agrees, Verdict::ContradictsAsRecorded]);
    let agreeing = format!("{GOOD}expect = \"contradict\"\nwhy = \"a misprint\"\n");
    assert_eq!(verdicts(&agreeing), [Verdict::Agrees, Verdict::Surprise]);
}

#[test]
fn a_number_that_cannot_be_had_is_a_surprise() {
    assert_eq!(verdicts(&GOOD.replace("x = \"2\"", "y = \"2\"")), [Verdict::Agrees, Verdict::Surprise]);
    assert_eq!(verdicts(&GOOD.replace("quantity = \"L\"", "quantity = \"Z\"")), [Verdict::Agrees, Verdict::Surprise]);
}

#[test]
fn malformed_references_are_refused_in_one_sentence() {
    let cases: [(&str, &str, &str); 9] = [
        ("id = \"main\"", "id = \"main\"\ncolour = \"red\"", "unknown field `colour`"),
        ("law = \"power\"", "law = \"powers\"", "no law \"powers\""),
        ("A = \"8\", ", "", "lacks a parameter"),
        ("A = \"8\"", "Q = \"8\"", "Q is no parameter"),
        ("A = \"8\"", "A = \"eight\"", "A = \"eight\" is not a number"),
        ("slope", "steepness", "derives no steepness"),
        ("\"value-only\"", "\"contradict\"", "without saying why"),
        ("\"value-only\"", "\"reproduce\"", "names no dataset or no objective"),
        ("key = \"k\"", "key = \"other\"", "says it is \"other\""),
    ];
    for (from, to, message) in cases {
        let error = reference::parse("k", &GOOD.replacen(from, to, 1)).err().expect(message).to_string();
        assert!(error.contains(message), "{error:?} does not say {message:?}");
    }
}
