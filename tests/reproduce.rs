//! Published numbers against ours, from every file in `datasets/references`.

use scaling_laws::base::objective::Loss;
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
    let cases: [(&str, &str, &str); 8] = [
        ("id = \"main\"", "id = \"main\"\ncolour = \"red\"", "unknown field `colour`"),
        ("law = \"power\"", "law = \"powers\"", "no law \"powers\""),
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

/// A reference says an objective in the words of the command line and of a study, and leaves none of its numbers out.
#[test]
fn references_say_every_objective() {
    let of = |objective: &str| {
        let text = GOOD.replacen("params =", &format!("objective = {{ {objective} }}\nparams ="), 1);
        reference::parse("k", &text).map(|mut reference| reference.fits.remove(0).objective.expect("it has one"))
    };
    for (said, loss) in [
        ("residual = \"log\", loss = \"quantile\", tau = \"0.5\"", Loss::Quantile { tau: 0.5 }),
        ("residual = \"log\", loss = \"cauchy\", delta = \"1e-2\"", Loss::StudentT { nu: 1.0, scale: 1e-2 }),
        (
            "residual = \"log\", loss = \"student-t\", nu = \"4\", delta = \"1e-2\"",
            Loss::StudentT { nu: 4.0, scale: 1e-2 },
        ),
        (
            "residual = \"log\", loss = \"asymmetric-huber\", factor = \"10\", delta = \"1e-3\"",
            Loss::AsymmetricHuber { delta: 1e-3, factor: 10.0 },
        ),
        ("residual = \"log\", loss = \"huber\", delta = \"auto\"", Loss::AdaptiveHuber),
    ] {
        assert_eq!(of(said).expect(said).loss, loss);
    }
    for (said, why) in [
        ("residual = \"log\", loss = \"huber\"", "loss huber needs a delta"),
        ("residual = \"log\", loss = \"squared\", delta = \"1\"", "loss squared takes no delta"),
        ("residual = \"ln\", loss = \"squared\"", "residual `ln` is none of log, raw, log1p, log-minus"),
    ] {
        let refused = of(said).expect_err(why).to_string();
        assert!(refused.contains(why), "{refused}");
    }
}

/// A table of three systems beside a reference that claims of it what `claims` says.
fn claimed(claims: &str) -> Result<Vec<Check>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("t.csv"), "name,ms,score\na,1,50\nb,2,70\nc,3,60\n").expect("written");
    let text = format!("key = \"k\"\ntitle = \"t\"\n{claims}");
    std::fs::write(folder.path().join("k.toml"), text).expect("written");
    let references = reference::read_folder(folder.path()).map_err(|error| error.to_string())?;
    Ok(check_all(&references))
}

fn claim(rest: &str) -> String {
    format!("[[claim]]\nid = \"c\"\nwhere = \"Table 1\"\nkind = \"published\"\ndataset = \"t.csv\"\n{rest}\n")
}

const FRONT: &str = "minimise = [\"ms\"]\nmaximise = [\"score\"]\n";

#[test]
fn claims_about_tables_are_held_against_them() {
    let of = |rest: &str| claimed(&claim(rest)).expect("it reads").remove(0);
    for (rest, ours) in [
        (format!("says = \"on-front\"\n{FRONT}printed = \"2\""), 2.0),
        (format!("says = \"on-front\"\n{FRONT}row = \"ms < 3\""), 2.0),
        (format!("says = \"dominated\"\n{FRONT}row = \"name == 'c'\"\nby = \"name == 'b'\""), 1.0),
        ("says = \"ratio\"\nof = \"score\"\nrow = \"ms == 2\"\nby = \"ms == 1\"\nprinted = \"1.4\"".to_owned(), 1.4),
        ("says = \"change\"\nof = \"ms\"\nrow = \"ms == 1\"\nby = \"ms == 2\"\nprinted = \"-50\"".to_owned(), -50.0),
        ("says = \"drop\"\nof = \"score\"\nrow = \"ms == 3\"\nby = \"ms == 2\"\nprinted = \"10\"".to_owned(), 10.0),
        ("says = \"value\"\nof = \"score\"\nrow = \"ms > 0\"\nover = \"mean\"\nprinted = \"60\"".to_owned(), 60.0),
        (format!("says = \"value\"\nof = \"score\"\n{FRONT}at = {{ ms = \"1.5\" }}\nprinted = \"50\""), 50.0),
        (format!("says = \"hypervolume\"\n{FRONT}at = {{ ms = \"4\", score = \"0\" }}\nprinted = \"190\""), 190.0),
        ("says = \"slope\"\nof = \"score\"\nagainst = \"ms\"\nprinted = \"5\"".to_owned(), 5.0),
    ] {
        let check = of(&rest);
        assert_eq!((check.verdict, check.ours), (Verdict::Agrees, Some(ours)), "{rest}: {}", check.why);
    }
    let false_claim = of(&format!("says = \"on-front\"\n{FRONT}row = \"name == 'c'\""));
    assert_eq!((false_claim.verdict, false_claim.ours), (Verdict::Surprise, Some(0.0)));
    let two = of("says = \"value\"\nof = \"score\"\nrow = \"ms > 1\"\nprinted = \"60\"");
    assert!(two.verdict == Verdict::Surprise && two.why.contains("holds for 2 rows"), "{}", two.why);
}

#[test]
fn a_claim_that_says_nothing_is_refused() {
    for (rest, words) in [
        ("says = \"ratio\"\nof = \"ms\"\nprinted = \"2\"", "needs row and by"),
        ("says = \"recovery\"\nrow = \"a > 1\"\nby = \"a > 1\"\nprinted = \"2\"", "needs of"),
        ("says = \"dominated\"\nprinted = \"2\"", "needs row"),
        ("says = \"on-front\"", "needs printed"),
        ("says = \"on-front\"\nof = \"ms\"\nprinted = \"1\"", "takes no of"),
        ("says = \"slope\"\nof = \"ms\"\nprinted = \"1\"", "needs against"),
        ("says = \"value\"\nof = \"ms\"\nrow = \"ms == 1\"\nprinted = \"x\"", "is not a number"),
        (
            "says = \"value\"\nof = \"ms\"\nrow = \"ms == 1\"\nprinted = \"1\"\nexpect = \"contradict\"",
            "without saying why",
        ),
    ] {
        let error = claimed(&claim(rest)).expect_err("it is refused");
        assert!(error.contains(words) && error.contains("claim \"c\""), "{rest}: {error}");
    }
}

/// The page on the format lists the keys that the parser takes, in its order.
#[test]
fn the_page_on_claims_is_held_to_the_parser() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/FORMAT.md")).expect("it is there");
    let section = page.split("### [[claim]]\n").nth(1).expect("a section on claims");
    let table = section.split("\n\n").next().expect("a table");
    let listed: Vec<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let error = claimed(&claim("nothing = 1")).expect_err("an unknown key");
    let known: Vec<&str> =
        error.split("expected one of").nth(1).expect("the keys").split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, known);
}
