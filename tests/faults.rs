//! Inputs that people really have, each the sign of a kind: read as they were meant, or refused in a
//! sentence. The tables are small and written for this file; expected numbers are SciPy's on the
//! same rows (Huber 1e-3 on log residuals, 27 starts).

use proptest::prelude::*;
use scaling_laws::base::objective::Objective;
use scaling_laws::data::ingest::{self, Request, Source};
use scaling_laws::data::measurements::Measurements;
use scaling_laws::engine::fit::{Spec, fit};
use scaling_laws::laws;
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Twelve runs: N in millions, D in billions, loss.
const RUNS: [(f64, f64, f64); 12] = [
    (50.0, 1.0, 3.894),
    (50.0, 5.0, 3.429),
    (50.0, 25.0, 3.151),
    (150.0, 1.0, 3.579),
    (150.0, 5.0, 3.097),
    (150.0, 25.0, 2.834),
    (500.0, 1.0, 3.348),
    (500.0, 5.0, 2.863),
    (500.0, 25.0, 2.599),
    (1500.0, 1.0, 3.196),
    (1500.0, 5.0, 2.724),
    (1500.0, 25.0, 2.455),
];

fn table(header: &str, row: impl Fn(f64, f64, f64) -> String) -> String {
    let rows: String = RUNS.iter().map(|&(n, d, l)| row(n, d, l) + "\n").collect();
    format!("{header}\n{rows}")
}

fn plain() -> String {
    table("params,tokens,loss", |n, d, l| format!("{n}M,{d}B,{l}"))
}

fn request() -> Request {
    Request::of(laws::find("chinchilla").unwrap())
}

fn mapped(pairs: &[(&str, &str)]) -> Request {
    Request { map: owned(pairs), ..request() }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

fn read_as(name: &str, contents: impl AsRef<[u8]>, request: &Request) -> Result<Measurements, String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, contents).unwrap();
    ingest::read(&Source::File(path), request).map_err(|error| {
        let message = error.to_string();
        message.split_once(&format!("{name}: ")).expect("the file comes first").1.to_owned()
    })
}

fn read(contents: impl AsRef<[u8]>) -> Measurements {
    read_as("runs.csv", contents, &request()).unwrap()
}

fn mistake(contents: impl AsRef<[u8]>) -> String {
    read_as("runs.csv", contents, &request()).unwrap_err()
}

fn kinds(data: &Measurements) -> Vec<&str> {
    data.provenance.warnings.iter().map(|warning| warning.kind.as_str()).collect()
}

/// The twelve runs, whatever the file they came from.
#[track_caller]
fn assert_runs(data: &Measurements) {
    let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
    assert_eq!(data.len(), 12);
    for (symbol, scale, of) in [("N", 1e6, 0), ("D", 1e9, 1), ("L", 1.0, 2)] {
        for (value, run) in data.column(symbol).unwrap().iter().zip(RUNS) {
            let expected = scale * [run.0, run.1, run.2][of];
            assert!(close(*value, expected), "{symbol} is {value} where {expected} was meant");
        }
    }
}

fn theta(data: &Measurements) -> Vec<f64> {
    fit(&Spec::new(laws::find("chinchilla").unwrap(), Objective::HOFFMANN), data).unwrap().theta
}

#[track_caller]
fn assert_near(found: f64, expected: f64, relative: f64) {
    assert!((found / expected - 1.0).abs() < relative, "{found} is not {expected}");
}

/// The program itself.
fn scaling(folder: &Path, words: &[&str]) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_scaling")).args(words).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

fn json(folder: &Path, words: &[&str]) -> serde_json::Value {
    let (out, error, status) = scaling(folder, words);
    assert_eq!(status, Some(0), "{words:?}: {error}");
    serde_json::from_str(&out).unwrap()
}

// Units.

#[test]
fn a_cell_with_its_own_power_of_ten_is_complete() {
    let data = read(table("params (M),tokens (B),loss", |n, d, l| format!("{n}M,{d}B,{l}")));
    assert_runs(&data);
    let theta = theta(&data);
    // SciPy: E 1.80867, A 474.861, B 1940.22, alpha .347329, beta .361524.
    for (j, expected) in [(0, 1.80867), (1, 474.861), (2, 1940.22), (3, 0.347329), (4, 0.361524)] {
        assert_near(theta[j], expected, 1e-3);
    }
    let mixed = "params (M),tokens,loss\n50M,1e9,3.9\n150,1e9,3.6\n";
    assert!(mistake(mixed).starts_with("column `params (M)` mixes units: `50M` (data row 1) and `150` (data row 2)"));
    let mixed = "params,tokens,loss\n50M,1e9,3.9\n150,1e9,3.6\n";
    assert!(mistake(mixed).starts_with("column `params` mixes units: `50M` (data row 1) and `150` (data row 2)"));
    assert_eq!(read("N,D,L\n50M,1e9,3.9\n150000000,1e9,3.6\n").column("N").unwrap(), [50e6, 150e6]);
}

#[test]
fn brackets_are_understood_or_named() {
    for bracket in [
        "(M)",
        "(in millions)",
        "(mil.)",
        "(10^6)",
        "(×10⁶)",
        "(x1e6)",
        "(10**6)",
        "[1e6]",
        "(millions)",
        "(x 10^6)",
        "(in units of 1e6)",
        "(millions of parameters)",
        "(M params)",
    ] {
        let data = read(table(&format!("params {bracket},tokens,loss"), |n, d, l| format!("{n},{d}B,{l}")));
        assert_runs(&data);
        assert!(kinds(&data).is_empty(), "{bracket}: {:?}", data.provenance.warnings);
    }
    let data = read(table("params (furlongs),tokens,loss", |n, d, l| format!("{n}e6,{d}B,{l}")));
    assert_runs(&data);
    assert_eq!(kinds(&data), ["bracket-not-understood"]);
    assert!(data.provenance.warnings[0].message.contains("`(furlongs)`"));
    assert!(
        kinds(&read(table("params (non-embedding),tokens,loss (val)", |n, d, l| format!("{n}M,{d}B,{l}")))).is_empty()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn header_and_cell_units_say_the_same_in_every_combination(n_form in 0..7_usize, d_form in 0..6_usize, l_form in 0..4_usize) {
        let ln2 = std::f64::consts::LN_2;
        let n_header = ["params", "params (M)", "params (B)", "params", "params (in millions)", "params (M)", "params (1e6 parameters)"][n_form];
        let d_header = ["tokens", "tokens (B)", "tokens (10^9)", "tokens", "tokens (B tokens)", "tokens [billion]"][d_form];
        let l_header = ["loss", "loss (nats)", "loss (bits)", "loss (bits/token)"][l_form];
        let data = read(table(&format!("{n_header},{d_header},{l_header}"), |n, d, l| {
            let n = [format!("{n}M"), format!("{n}"), format!("{}", n / 1e3), format!("{n} million params"), format!("{n}"), format!("{n}M"), format!("{n}")][n_form].clone();
            let d = [format!("{d}e9"), format!("{d}"), format!("{d}B"), format!("{d}B tokens"), format!("{d}"), format!("{d}")][d_form].clone();
            let l = [format!("{l}"), format!("{l} nats"), format!("{}", l / ln2), format!("{}", l / ln2)][l_form].clone();
            format!("{n},{d},{l}")
        }));
        assert_runs(&data);
    }
}

#[test]
fn typed_units_are_converted_or_refused() {
    let folder = TempDir::new().unwrap();
    let run = |words: &[&str]| scaling(folder.path(), words);
    let value = |words: &[&str], key: &str| json(folder.path(), words)[key]["estimate"].as_f64().unwrap();
    let n = value(&["predict", "kaplan2020-scale/n-opt", "--at", "C=3640 PF-days", "--json"], "N");
    assert_near(n, 1.3e9 * 3640_f64.powf(0.73), 1e-12);
    assert_eq!(n, value(&["predict", "kaplan2020-scale/n-opt", "--at", "C=3640", "--json"], "N"));
    let typed = value(&["predict", "kaplan2020-scale/c-min", "--at", "x=3640 PF-days", "--json"], "L");
    assert_eq!(typed, value(&["predict", "kaplan2020-scale/c-min", "--at", "x=3640", "--json"], "L"));
    for (words, said) in [
        (&["optimum", "besiroglu2024/main", "--compute", "5 days"][..], "`5 days` counts days where FLOP must stand"),
        (
            &["predict", "besiroglu2024/main", "--at", "N=6 ZFLOP,D=3 days"],
            "`6 ZFLOP` counts FLOP where parameters must stand",
        ),
        (
            &["predict", "besiroglu2024/main", "--at", "N=7e9,D=1024 sequences"],
            "`1024 sequences` counts sequences where tokens must stand",
        ),
        (&["predict", "besiroglu2024/main", "--at", "N=7e9,D=7e9,N=8e9"], "`N` is given twice"),
        (
            &["predict", "besiroglu2024/main", "--at", "N=1e308,D=1e308"],
            "gives the cost 6ND = inf there, which is no number to go by",
        ),
        (&["predict", "besiroglu2024/main", "--at", "N=1e-200,D=1e-200"], "gives the cost 6ND = 0 there"),
        (&["serve", "besiroglu2024/main", "--N", "1e-300", "--D", "9007199254740993"], "less than one FLOP"),
        (&["serve", "besiroglu2024/main", "--N", "3 days"], "counts days where parameters must stand"),
        (&["recommend", "--N", "7B", "--D", "6 ZFLOP"], "counts FLOP where tokens must stand"),
        (
            &["fit", "hoffmann2022-figure4", "--law", "chinchilla", "--fix", "alpha=3 days"],
            "counts days where a number without a unit must stand",
        ),
        (
            &["fit", "hoffmann2022-figure4", "--law", "chinchilla", "--where", "L < 3 days"],
            "counts days where nat/token must stand",
        ),
        (&["fit", "hoffmann2022-figure4", "--law", "chinchilla", "--bound", "alpha=0.3..nan"], "`nan` is not a number"),
    ] {
        let (_, error, status) = run(words);
        assert!(error.contains(said), "{words:?}: {error}");
        assert_ne!(status, Some(0));
    }
}

#[test]
fn bounds_are_obeyed_or_refused_with_both_ranges() {
    let folder = TempDir::new().unwrap();
    let rows = "r,y\n.015,5.6284\n.025,4.6241\n.035,3.7367\n.045,3.0668\n.055,2.5752\n.065,2.0815\n.075,1.7153\n";
    fs::write(folder.path().join("r.csv"), rows).unwrap();
    for bound in ["E=-10..10", "E=-10..-1"] {
        let words = ["fit", "r.csv", "--law", "power-offset", "--map", "x=r", "--map", "L=y", "--bound", bound];
        let (_, error, status) = scaling(folder.path(), &words);
        assert!(status == Some(2) && error.contains(bound) && error.contains("from 0 to inf"), "{error}");
    }
}

#[test]
fn a_filter_knows_units_roles_and_headers() {
    let text = plain();
    let kept =
        |filter: &str| read_as("r.csv", &text, &Request { filter: Some(filter.into()), ..request() }).map(|d| d.len());
    for (filter, rows) in [
        ("L < 4 bits", 3),
        ("tokens > 2B tokens", 8),
        ("D > 2B", 8),
        ("params >= 500M params and loss < 3", 4),
        ("6*N*D < 1e19", 7),
        ("D/N > 20", 5),
    ] {
        assert_eq!(kept(filter), Ok(rows), "{filter}");
    }
    assert!(kept("D > 3 days").unwrap_err().contains("counts days where tokens must stand"));
    let mut wanted = Request::of(laws::find("power").unwrap());
    wanted.map = owned(&[("x", "D"), ("L", "loss")]);
    wanted.filter = Some("D > 2e9".into());
    assert_eq!(read_as("r.csv", text.replace("tokens", "tokens_seen"), &wanted).unwrap().len(), 8);
    let flags = "N,D,L,outlier\n1e8,2e9,3.5,False\n2e8,4e9,3.2,True\n4e8,2e9,3.1,False\n";
    let wanted = Request { filter: Some("outlier == False".into()), ..request() };
    assert_eq!(read_as("r.csv", flags, &wanted).unwrap().rows, [1, 3]);
}

#[test]
fn a_bare_number_in_a_filter_is_not_taken_for_another_count_in_silence() {
    let text = table("params (B),tokens,loss", |n, d, l| format!("{},{d}B,{l}", n / 1e3));
    let kept =
        |filter: &str| read_as("r.csv", &text, &Request { filter: Some(filter.into()), ..request() }).map(|d| d.len());
    for (filter, written) in [
        ("params < 1", "1B"),
        ("N > 0.5", "0.5B"),
        ("params == 0.5", "0.5B"),
        ("params in [0.05, 0.5]", "0.05B"),
        ("params <= 70", "70B"),
    ] {
        let refused = kept(filter).unwrap_err();
        assert!(
            refused.contains("counts by 1e9") && refused.ends_with(&format!("write {written}")),
            "{filter}: {refused}"
        );
    }
    for (filter, rows) in
        [("params < 1B", 9), ("N > 5e8", 3), ("params > 0", 12), ("params > 1e6", 12), ("params > 1M and loss < 3", 5)]
    {
        assert_eq!(kept(filter), Ok(rows), "{filter}");
    }
}

#[test]
fn a_loss_in_another_unit_is_carried_to_the_answer() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("r.csv"), plain().replace("loss", "val_bpb")).unwrap();
    for map in ["L=val_bpb", "L=val_bpb (bits/byte)"] {
        let found = json(folder.path(), &["fit", "r.csv", "--law", "chinchilla", "--map", map, "--json"]);
        assert_eq!(found["parameters"]["E"]["unit"], "bits/byte", "{found}");
    }
    let words = ["fit", "r.csv", "--law", "chinchilla", "--map", "L=val_bpb", "--fix"];
    let with = |value: &'static str| scaling(folder.path(), &[&words[..], &[value, "--out", "o"]].concat());
    assert!(with("E=1.8 nats").1.contains("the two do not convert"));
    assert_eq!(with("E=1.8 bits/byte").2, Some(0));
    let at = |at: &str| scaling(folder.path(), &["predict", "o/record.json", "--at", at]);
    assert!(at("N=500M,D=25B").0.contains("bits/byte"), "{:?}", at("N=500M,D=25B"));
}

#[test]
fn per_cent_is_asked_about_and_an_explicit_unit_obeyed() {
    let law = laws::find("gadre-error").unwrap();
    let text = "loss,acc\n3.9,30.1\n3.1,45.2\n2.3,64.0\n";
    let said = read_as("r.csv", text, &Request::of(law)).unwrap_err();
    assert!(
        said.contains(
            "is 30.1, and acc is a fraction between 0 and 1; if it is per cent, say so as --map 'acc=acc (%)'"
        ),
        "{said}"
    );
    for (text, map) in [
        (text.to_owned(), vec![("acc", "acc (%)")]),
        (text.replace("acc", "acc (%)"), vec![]),
        (text.to_owned(), vec![("err", "1-acc/100")]),
    ] {
        let data = read_as("r.csv", text, &Request { map: owned(&map), ..Request::of(law) }).unwrap();
        assert_near(data.column("err").unwrap()[0], 0.699, 1e-12);
    }
    let twice = read_as("r.csv", "loss,acc (%)\n3.9,.301\n2.3,.64\n", &Request::of(law)).unwrap();
    assert!(data_warns(&twice), "{:?}", twice.provenance.warnings);
}

fn data_warns(data: &Measurements) -> bool {
    data.provenance.warnings.iter().any(|warning| warning.kind == "looks-scaled")
}

#[test]
fn columns_that_look_scaled_are_named_with_the_remedy() {
    let data = read(table("N,D,L", |n, d, l| format!("{},{d},{l}", n / 1e3)));
    let said: Vec<&str> = data.provenance.warnings.iter().map(|w| w.message.as_str()).collect();
    assert!(said.iter().any(|text| text.contains("--map 'N=N (M)' or 'N=N (B)'")), "{said:?}");
    assert!(said.iter().any(|text| text.contains("--map 'D=D (M)' or 'D=D (B)'")), "{said:?}");
    let logs = read(table("N,D,L", |n, d, l| format!("{},{d}e9,{l}", (n * 1e6).log10())));
    assert!(logs.provenance.warnings[0].message.contains("--map 'N=10^`N`'"), "{:?}", logs.provenance.warnings);
    let compute =
        read_as("r.csv", table("N,C,L", |n, d, l| format!("{n}e6,{d}e18,{l}")), &mapped(&[("D", "C")])).unwrap();
    assert!(data_warns(&compute), "{:?}", compute.provenance.warnings);
}

// Formulas, constants, names.

#[test]
fn roles_are_made_from_columns_and_constants() {
    let text = "num_params,step,batch_size,seq_len,perplexity\n1e8,1000,512,2048,33.1\n2e8,2000,512,2048,24.5\n4e8,1000,512,2048,22.2\n";
    let data = read_as("r.csv", text, &mapped(&[("D", "step*batch_size*seq_len")])).unwrap();
    assert_eq!(data.column("D").unwrap()[0], 1000.0 * 512.0 * 2048.0);
    assert_eq!(data.column("L").unwrap()[0], 33.1_f64.ln());
    let used: Vec<Option<&str>> = data.provenance.columns.iter().map(|c| c.derived_by.as_deref()).collect();
    assert_eq!(used, [None, Some("D = step*batch_size*seq_len"), Some("L = ln(perplexity)")]);
    let said = read_as("r.csv", text, &request()).unwrap_err();
    assert!(said.starts_with("no column for D, or C to make it from (D = C/(6N)) among "), "{said}");
    let set = Request { set: owned(&[("N", "124M")]), ..request() };
    assert_eq!(read_as("r.csv", "tokens,loss\n1e9,3.5\n2e9,3.4\n", &set).unwrap().column("N").unwrap(), [124e6, 124e6]);
    let wrong = Request { set: owned(&[("N", "3 days")]), ..request() };
    let said = read_as("r.csv", "tokens,loss\n1e9,3.5\n2e9,3.4\n", &wrong).unwrap_err();
    assert_eq!(said, "--set N=3 days: `3 days` counts days where parameters must stand");
    let log = mapped(&[("N", "10^log_n"), ("D", "10^log_d")]);
    let data = read_as("r.csv", "log_n,log_d,loss\n8,9.5,3.5\n8.5,9.7,3.4\n", &log).unwrap();
    assert_near(data.column("N").unwrap()[0], 1e8, 1e-12);
    for (maps, said) in [
        (&[("D", "N*20"), ("N", "D/20")][..], "are made from each other"),
        (&[("L", "-loss*")], "in `-loss*` at character"),
        (&[("D", "tokens+")], "in `tokens+` at character"),
    ] {
        let found = read_as("r.csv", "params,tokens,loss\n1e8,1e9,3.5\n2e8,2e9,3.4\n", &mapped(maps)).unwrap_err();
        assert!(found.contains(said), "{found}");
    }
    let mut of_compute = Request::of(laws::find("power").unwrap());
    of_compute.map = owned(&[("x", "C"), ("L", "loss")]);
    let data = read_as("r.csv", "params,tokens,loss\n1e8,1e9,3.5\n2e8,2e9,3.4\n", &of_compute).unwrap();
    assert_eq!(data.column("x").unwrap()[0], 6.0 * 1e17);
    let twice = mapped(&[("N", "num_params"), ("N", "step")]);
    assert!(read_as("r.csv", text, &twice).unwrap_err().starts_with("N is given twice"));
}

#[test]
fn names_of_trackers_are_known_and_all_that_is_missing_is_named_at_once() {
    let wandb = "_step,throughput/total_tokens,params_active_precise,eval/loss\n1,1e9,1e8,3.5\n2,2e9,2e8,3.4\n";
    let data = read(wandb);
    assert_eq!(
        (data.column("N").unwrap()[0], data.column("D").unwrap()[0], data.column("L").unwrap()[0]),
        (1e8, 1e9, 3.5)
    );
    let rows = "[{\"parameters\":49999999,\"compute_budget\":6e18,\"final_loss\":7.1928},{\"parameters\":1e8,\"compute_budget\":6e18,\"final_loss\":6.5}]";
    let data = read_as("r.json", rows, &request()).unwrap();
    assert_eq!(data.provenance.columns[1].derived_by.as_deref(), Some("D = C/(6N)"));
    let said = mistake("a,b\n1,2\n3,4\n");
    assert!(said.contains("--map N=COLUMN --map D=COLUMN --map L=COLUMN"), "{said}");
}

// Text.

#[test]
fn decimal_commas_are_seen() {
    let comma = |text: String| text.replace('.', ",");
    let german = comma(table("params;tokens;loss", |n, d, l| format!("{n}M;{d}B;{l:.3}")));
    assert_runs(&read(&german));
    assert_runs(&read(comma(table("params;tokens;loss", |n, d, l| format!("{n}000000.0;{d}000000000.0;{l}")))));
    let quoted = table("params,tokens,loss", |n, d, l| format!("{n}M,{d}B,\"{}\"", comma(format!("{l:.4}"))));
    assert_runs(&read(quoted));
    for mark in ["'", "\u{202f}", "\u{a0}", " ", "."] {
        let grouped = table("params;tokens;loss", |n, d, l| {
            format!("{n}{mark}000{mark}000;{d}{mark}000{mark}000{mark}000;{}", comma(format!("{l:.3}")))
        });
        let grouped = grouped.replace("1500", &format!("1{mark}500"));
        assert_runs(&read(grouped));
    }
    let told = Request { decimal_comma: true, ..request() };
    let unclear = table("params,tokens,loss", |n, d, l| format!("{n}M,{d}B,\"{}\"", comma(format!("{l:.3}"))));
    assert!(mistake(&unclear).contains("could mean thousands or decimals"));
    assert_runs(&read_as("r.csv", unclear, &told).unwrap());
    assert_runs(&read(format!("sep=;\n{german}")));
}

#[test]
fn commented_headers_and_rows_of_units_are_headers() {
    assert_runs(&read(table("# N,D,L", |n, d, l| format!("{:e},{:e},{l:e}", n * 1e6, d * 1e9))));
    assert_runs(&read(table("# N D L", |n, d, l| format!("{:e} {:e} {l:e}", n * 1e6, d * 1e9))));
    assert_runs(&read(table("# run,N,D,L", |n, d, l| format!("r0,{:e},{:e},{l}", n * 1e6, d * 1e9))));
    assert_runs(&read(table("#params,tokens,loss", |n, d, l| format!("{n}M,{d}B,{l}"))));
    assert_runs(&read(table("# a remark, with commas, twice\nN,D,L", |n, d, l| format!("{n}e6,{d}e9,{l}"))));
    assert_runs(&read(table("N,D,loss\n(M),(B),nats", |n, d, l| format!("{n},{d},{l}"))));
    assert_runs(&read(table("run,N,D,loss\n,M,B,-", |n, d, l| format!("r,{n},{d},{l}"))));
    assert!(mistake("r0,5e+07,1e+09,3.894\nr1,5e+07,5e+09,3.4\n").contains("where the header should stand"));
}

#[test]
fn an_inch_mark_loses_no_row() {
    let mut rows = plain().lines().map(|line| format!("{line},x")).collect::<Vec<_>>();
    rows[0] = "params,tokens,loss,note".to_owned();
    for at in [3, 9] {
        rows[at] = rows[at].replace(",x", ",8\" rack");
    }
    let data = read(rows.join("\n"));
    assert_runs(&data);
    assert_eq!(data.provenance.rows_read, 12);
    for at in [3, 9] {
        rows[at] = rows[at].replace("8\" rack", "\" rack");
    }
    let said = mistake(rows.join("\n"));
    assert!(said.contains("goes on to line"), "{said}");
}

#[test]
fn what_is_no_table_is_called_by_its_name() {
    for (bytes, name) in [
        (&b"\x80\x04\x95pickled"[..], "a Python pickle"),
        (b"\x93NUMPY\x01", "a NumPy array"),
        (b"<html><body>", "a web page"),
    ] {
        let said = mistake(bytes);
        assert!(said.starts_with(&format!("this is {name}")), "{said}");
    }
    assert!(mistake("s:0 tel:4.9500\ns:125 tel:4.1\n").starts_with("not a table: line 1 looks like a training log"));
    assert!(mistake("step: 100, loss: 3.2\nstep: 200, loss: 3.1\n").contains("training log"));
    let python = read_as("r.json", "[{'N': 1e8, 'D': 2e9, 'L': 3.5}]", &request()).unwrap_err();
    assert!(python.contains("Python's notation"), "{python}");
}

// JSON.

fn record(n: f64, d: f64, l: f64) -> String {
    format!("{{\"N\": {n}e6, \"D\": {d}e9, \"L\": {l}}}")
}

fn list(each: impl Fn(usize, (f64, f64, f64)) -> String) -> String {
    RUNS.iter().enumerate().map(|(i, run)| each(i, *run)).collect::<Vec<_>>().join(",")
}

#[test]
fn json_is_read_in_every_shape() {
    type Of = fn((f64, f64, f64)) -> f64;
    let records = list(|_, (n, d, l)| record(n, d, l));
    let column = |of: Of| list(move |i, run| format!("\"{i}\":{}", of(run)));
    let values = |of: Of| list(move |_, run| of(run).to_string());
    let n: Of = |run| run.0 * 1e6;
    let d: Of = |run| run.1 * 1e9;
    let l: Of = |run| run.2;
    let rows = list(|_, (n, d, l)| format!("[{n}e6,{d}e9,{l}]"));
    for text in [
        format!("[{records}]"),
        format!("{{\"N\":{{{}}},\"D\":{{{}}},\"L\":{{{}}}}}", column(n), column(d), column(l)),
        format!("{{{}}}", list(|i, (n, d, l)| format!("\"{i}\":{}", record(n, d, l)))),
        format!("{{\"columns\":[\"N\",\"D\",\"L\"],\"index\":[],\"data\":[{rows}]}}"),
        format!("{{\"schema\":{{\"fields\":[{{\"name\":\"N\"}}]}},\"data\":[{records}]}}"),
        format!("{{\"N\":[{}],\"D\":[{}],\"L\":[{}],\"seed\":1}}", values(n), values(d), values(l)),
        format!("{{\"best\":1,\"max_steps\":12,\"log_history\":[{records}]}}"),
        format!("[[\"N\",\"D\",\"L\"],{rows}]"),
        records.replace("},{", "}\n{"),
    ] {
        assert_runs(&read_as("r.json", &text, &request()).unwrap());
    }
    let nested = list(|_, (n, d, l)| {
        format!("{{\"arch\":{{\"params\":{n}e6}},\"train\":{{\"tokens\":{d}e9,\"lr\":0.003}},\"L\":{l}}}")
    });
    let wanted =
        Request { filter: Some("train.lr > .001".into()), ..mapped(&[("N", "arch.params"), ("D", "train.tokens")]) };
    assert_runs(&read_as("r.json", format!("[{nested}]"), &wanted).unwrap());
    let said = read_as("r.json", format!("[{rows}]"), &request()).unwrap_err();
    assert!(said.contains("list of lists without column names"), "{said}");
}

#[test]
fn nan_in_json_is_a_number_that_is_missing() {
    let lines: String = RUNS
        .iter()
        .enumerate()
        .map(|(i, &(n, d, l))| record(n, d, l).replace(&l.to_string(), if i == 3 { "NaN" } else { "2.5" }) + "\n")
        .collect();
    let said = read_as("r.jsonl", &lines, &request()).unwrap_err();
    assert!(
        said.starts_with("line 4 (data row 4), column `L` is NaN, not a finite number; leave the row out"),
        "{said}"
    );
    let wanted = Request { filter: Some("L > 0".into()), ..request() };
    assert_eq!(read_as("r.jsonl", &lines, &wanted).unwrap().len(), 11);
    let infinite = "[{\"N\":1e8,\"D\":1e9,\"L\":-Infinity,\"note\":\"NaN, Infinity\"}]";
    assert!(read_as("r.json", infinite, &request()).unwrap_err().contains("is -inf, not a finite number"));
}

#[test]
fn results_of_an_evaluation_harness_are_a_row_per_task() {
    let text = r#"{"results": {"arc": {"acc,none": 0.41, "acc_stderr,none": 0.01, "alias": "arc"}, "piqa": {"acc,none": 0.7}},
        "config": {"model": "hf", "model_num_parameters": 124000000}, "versions": {"arc": 1}}"#;
    let needed = vec![ingest::Needed::new("N", "parameters"), ingest::Needed::new("acc", "1")];
    let wanted = Request { needed, labels: vec!["task".into()], ..Request::default() };
    let data = read_as("r.json", text, &wanted).unwrap();
    assert_eq!(data.label("task").unwrap(), ["arc", "piqa"]);
    assert_eq!((data.column("N").unwrap(), data.column("acc").unwrap()), (&[124e6, 124e6][..], &[0.41, 0.7][..]));
}

// Files.

#[test]
fn compressed_tables_are_read() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(plain().as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    assert_runs(&read_as("r.csv.gz", &gzip, &request()).unwrap());
    assert_runs(&read_as("r.csv.zst", zstd::encode_all(plain().as_bytes(), 1).unwrap(), &request()).unwrap());
    let records = format!("[{}]", list(|_, (n, d, l)| record(n, d, l)));
    assert_runs(&read_as("r.json.zst", zstd::encode_all(records.as_bytes(), 1).unwrap(), &request()).unwrap());
    assert!(read_as("r.csv.gz", &gzip[..gzip.len() / 2], &request()).is_err());
}

/// A file of tests/data, written by pyarrow (types.py beside it).
fn held(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

const OF_COLUMNS: [&str; 4] = ["types.parquet", "types.feather", "types.arrow", "types.arrows"];

#[test]
fn columns_are_read_in_every_type_that_holds_numbers() {
    let text = read(plain());
    let as_told = |name: &str, pairs: &[(&str, &str)]| {
        ingest::read(&Source::File(held(name)), &mapped(pairs)).unwrap_or_else(|error| panic!("{error}"))
    };
    for name in OF_COLUMNS {
        // Decimals are the digits that they are; a struct's fields have dotted names; a dictionary is its words.
        let data = as_told(name, &[("N", "model.params"), ("D", "tokens"), ("L", "loss")]);
        assert_eq!(
            data.columns.iter().map(|c| &c.values).collect::<Vec<_>>(),
            text.columns.iter().map(|c| &c.values).collect::<Vec<_>>(),
            "{name}"
        );
        let data = as_told(name, &[("N", "size"), ("D", "tokens"), ("L", "loss_half")]);
        assert_eq!(data.column("N"), text.column("N"), "{name}: as words");
        for (half, whole) in data.column("L").unwrap().iter().zip(text.column("L").unwrap()) {
            assert!((half - whole).abs() < 1e-3 && half != whole, "{name}: {half} for {whole}");
        }
        let request = Request {
            filter: Some("model.arch.layers >= 10 and model.arch.name == '150M'".to_owned()),
            ..mapped(&[("N", "model.params"), ("D", "tokens"), ("L", "loss")])
        };
        let data = ingest::read(&Source::File(held(name)), &request).unwrap();
        assert_eq!(data.rows, [4, 5, 6], "{name}");
        for (column, first) in [("step", 100.0), ("seed", 2.0), ("heads", 8.0)] {
            let data = ingest::read(
                &Source::File(held(name)),
                &Request {
                    filter: Some("step > 0".to_owned()),
                    ..mapped(&[("N", column), ("D", "tokens"), ("L", "loss")])
                },
            )
            .unwrap();
            assert_eq!(data.column("N").unwrap()[0], first, "{name}: {column}");
        }
        for (column, what) in
            [("day", "dates"), ("took", "spans of time"), ("tags", "lists"), ("done", "true and false")]
        {
            let asked = mapped(&[("N", column), ("D", "tokens"), ("L", "loss")]);
            let refused = ingest::read(&Source::File(held(name)), &asked).unwrap_err();
            assert!(
                refused.to_string().ends_with(&format!("column `{column}` holds {what}, not numbers")),
                "{refused}"
            );
        }
    }
}

#[test]
fn damaged_files_of_columns_are_errors_of_the_file() {
    for name in OF_COLUMNS {
        let whole = fs::read(held(name)).unwrap();
        for end in [whole.len() / 3, whole.len() / 2, whole.len() - 9] {
            let asked = mapped(&[("N", "model.params"), ("D", "tokens"), ("L", "loss")]);
            let refused = read_as(name, &whole[..end], &asked).unwrap_err();
            assert!(refused.contains("is truncated or damaged ("), "{name} to {end}: {refused}");
        }
        for at in (8..whole.len()).step_by(97) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            let _ = read_as(name, &bytes, &mapped(&[("N", "model.params"), ("D", "tokens"), ("L", "loss")]));
        }
    }
    // Packed once more, Arrow's are read all the same.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&fs::read(held("types.feather")).unwrap()).unwrap();
    let packed = read_as(
        "types.feather.gz",
        packer.finish().unwrap(),
        &mapped(&[("N", "size"), ("D", "tokens"), ("L", "loss")]),
    )
    .unwrap();
    assert_eq!(packed.column("D"), read(plain()).column("D"));
}

fn in_parts(folder: &TempDir) -> Vec<PathBuf> {
    let text = plain();
    let rows: Vec<&str> = text.lines().skip(1).collect();
    let part = |(i, rows): (usize, &[&str])| {
        let path = folder.path().join(format!("part{i}.csv"));
        fs::write(&path, format!("params,tokens,loss\n{}\n", rows.join("\n"))).unwrap();
        path
    };
    rows.chunks(5).enumerate().map(part).collect()
}

#[test]
fn a_folder_a_pattern_and_several_files_are_one_table() {
    let folder = TempDir::new().unwrap();
    let paths = in_parts(&folder);
    let words: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let wanted = Request { labels: vec!["file".into()], ..request() };
    for name in [
        folder.path().display().to_string(),
        folder.path().join("part*.csv").display().to_string(),
        Source::list(&words),
    ] {
        let source = Source::named(&name);
        let data = ingest::read(&source, &wanted).unwrap();
        assert_runs(&data);
        assert_eq!(data.label("file").unwrap()[4..6], ["part0.csv", "part1.csv"]);
        assert_eq!(data.provenance.sha256, Some(ingest::fingerprint(&source).unwrap()));
    }
    let (out, error, _) =
        scaling(folder.path(), &["fit", "part0.csv", "part1.csv", "part2.csv", "--law", "chinchilla"]);
    assert!(out.contains("12 of 12 rows"), "{out}{error}");
    fs::write(&paths[1], "params,tokens,loss\n50M,1B,bad\n").unwrap();
    let said = ingest::read(&Source::named(&folder.path().display().to_string()), &request()).unwrap_err().to_string();
    assert!(said.contains("part1.csv: line 2"), "{said}");
}

/// A record keeps at most 20,000 points, and what it says of ranges and curves does not depend on which.
#[test]
fn a_fit_of_more_rows_than_are_kept_is_reopened_and_still_warns() {
    let folder = TempDir::new().unwrap();
    let mut text = "N,D,L\n".to_owned();
    for k in 0..20_001_u32 {
        let (n, d) = (1e7 * 1.8_f64.powi((k % 9) as i32), 1e9 * 1.0003_f64.powi((k / 9 * 7 % 16_384) as i32));
        let noise = 1.0 + 0.004 * (f64::from(k.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24) - 0.5);
        writeln!(text, "{n:.6e},{d:.6e},{:.6}", noise * (1.8 + 480.0 * n.powf(-0.35) + 2000.0 * d.powf(-0.36)))
            .unwrap();
    }
    fs::write(folder.path().join("many.csv"), text).unwrap();
    let (_, error, status) = scaling(
        folder.path(),
        &["fit", "many.csv", "--law", "chinchilla", "--loss", "squared", "--interval", "none", "--out", "many"],
    );
    assert_eq!(status, Some(0), "{error}");
    let found = json(folder.path(), &["predict", "many", "--at", "N=1e15,D=1e18", "--json"]);
    let warned = found["warnings"].as_array().unwrap().iter().any(|warning| warning["kind"] == "extrapolation");
    assert!(warned, "{found}");
}

#[test]
fn wide_tables_are_stacked() {
    let mut wide = "tokens,50M,150M,500M,1500M\n".to_owned();
    for d in [1.0, 5.0, 25.0] {
        let loss = |n: f64| RUNS.iter().find(|run| run.0 == n && run.1 == d).unwrap().2;
        wide += &format!("{d}B,{},{},{},{}\n", loss(50.0), loss(150.0), loss(500.0), loss(1500.0));
    }
    let wanted = Request { stack: Some(("L".into(), "*".into())), ..mapped(&[("N", "run")]) };
    let data = read_as("r.csv", wide, &wanted).unwrap();
    assert_runs(&data);
    assert!(kinds(&data).contains(&"stacked"));
}

#[test]
fn a_chart_of_many_runs_is_one_table() {
    let text = "Step,run a - eval/loss,run a - eval/loss__MIN,run a - eval/loss__MAX,run b - eval/loss,run b - eval/loss__MIN,run b - eval/loss__MAX\n\
                100,3.5,3.5,3.5,,,\n200,3.2,3.2,3.2,3.9,3.9,3.9\n300,,,,3.6,3.6,3.6\n";
    let mut wanted = Request::of(laws::find("power").unwrap());
    wanted.map = owned(&[("x", "Step"), ("L", "eval/loss")]);
    wanted.labels = vec!["run".into()];
    let data = read_as("r.csv", text, &wanted).unwrap();
    assert_eq!(data.label("run").unwrap(), ["run a", "run a", "run b", "run b"]);
    assert_eq!(data.column("L").unwrap(), [3.5, 3.2, 3.9, 3.6]);
    assert_eq!(data.column("x").unwrap(), [100.0, 200.0, 200.0, 300.0]);
}

/// A wide table, a column that is missing, a decimal comma: read alike whatever is done with the rows.
#[test]
fn every_verb_that_reads_a_table_is_told_how_in_the_same_words() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let told = |words: &str| json(folder.path(), &words.split(' ').collect::<Vec<_>>());

    file("fronts.tsv", "latency\tscore\n1,500\t0,380\n2,250\t0,500\n3,125\t0,450\n4,000\t0,610\n");
    let front = told("frontier fronts.tsv --minimise latency --maximise score --decimal comma --json");
    assert!(front.to_string().contains("2.25") && !front.to_string().contains("2250"), "{front}");

    let step = |s: f64| format!("{s},{:.5},{:.5}\n", 2.0 + 30.0 / s.sqrt(), 2.2 + 28.0 / s.sqrt());
    let curves: String = (1..=30).map(|k| step(100.0 * f64::from(k))).collect();
    file("curves.csv", &format!("step,a_loss,b_loss\n{curves}"));
    let curves = told("extrapolate curves.csv --stack L=*_loss --group run --x step --y L --to 2x --json");
    assert_eq!(curves["curves"].as_array().map(Vec::len), Some(2), "{curves}");

    let loss = |n: f64, d: f64| 1.8172 + 482.01 * n.powf(-0.3478) + 2085.43 * d.powf(-0.3658);
    let mut wide = "budget,8M,16M,32M,64M,128M,256M,512M,1024M\n".to_owned();
    for c in [1e18, 3e18, 1e19, 3e19] {
        let cells: Vec<String> =
            (0..8).map(|k| 8e6 * 2f64.powi(k)).map(|n| format!("{:.6}", loss(n, c / 6.0 / n))).collect();
        wide += &format!("{c:e},{}\n", cells.join(","));
    }
    file("wide.csv", &wide);
    let shape = "--stack L=* --map N=run --map C=budget --json";
    let found = told(&format!("approaches wide.csv --bootstrap 20 {shape}"));
    assert_near(found["parametric"]["a"]["estimate"].as_f64().unwrap(), 0.3658 / 0.7136, 1e-5);
    let compared = told(&format!("compare wide.csv --laws chinchilla,kaplan {shape}"));
    assert_eq!(compared["rows"], 32, "{compared}");

    file("points.csv", "tokens\n1T\n2T\n");
    let both = told("predict besiroglu2024/main --points points.csv --set N=70B --json");
    assert_eq!(both["predictions"][1]["at"], serde_json::json!({ "N": 70e9, "D": 2e12 }));

    let cell = |m: f64, b: f64| 3.1 + 0.03 * (m / 0.323f64).ln().powi(2) + 0.01 * (b / 64.0).ln().powi(2);
    let rows = [0.1, 0.3, 0.6, 1.0].iter().flat_map(|m| [32.0, 64.0, 128.0].map(|b| (3e-3 * m, b, cell(*m, b))));
    let sweep: String = rows.map(|(lr, b, l)| format!("{lr},{b},{l}\n")).collect();
    file("sweep.csv", &format!("lr,batch,loss\n{sweep}"));
    let asked = "recommend --N 1B --D 20B --runs sweep.csv --batch-unit sequences --json";
    let of = |answer: serde_json::Value| answer["sweep"]["kept"].as_str().unwrap().to_owned();
    assert!(of(told(asked)).contains("no columns N and D"));
    assert_eq!(of(told(&format!("{asked} --set N=1B --set D=20B"))), "those with N = 1B and D = 20B within 1 %");
    let (_, said, status) = scaling(folder.path(), &["recommend", "--N", "1B", "--D", "20B", "--set", "N=1B"]);
    assert!(status == Some(2) && said.contains("name it with --runs"), "{said}");

    let (out, said, status) =
        scaling(folder.path(), &["density", "--where", "params_b < 14B", "--bootstrap", "0", "--benchmark", "mmlu"]);
    assert!(status == Some(0) && out.contains(" models against "), "{said}");
    let models = |text: &str| text.split(' ').nth(2).and_then(|word| word.parse::<usize>().ok()).unwrap();
    let (all, ..) = scaling(folder.path(), &["density", "--bootstrap", "0", "--benchmark", "mmlu"]);
    assert!(models(&out) < models(&all), "{out}{all}");
}

#[test]
fn the_page_begins_with_the_table_as_it_was_told_to_read_it() {
    use scaling_laws::work::explore::Screen;
    let screen = Screen {
        set: owned(&[("N", "124M")]),
        stack: Some(("L".into(), "*_loss".into())),
        decimal_comma: true,
        ..Screen::new("runs.csv", "chinchilla")
    };
    let job = screen.job().unwrap();
    assert_eq!((job.set, job.stack, job.decimal_comma), (screen.set, screen.stack, true));
    for part in ["--set N=124M", "--stack 'L=*_loss'", "--decimal comma"] {
        assert!(job.command.contains(part), "{}", job.command);
    }
}
