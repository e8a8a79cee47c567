//! What a hostile or broken surrounding can do: files of somebody else's, records that were changed,
//! names that a terminal obeys, readers that go away. Each ends in one sentence and harms nothing.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

fn scaling(arguments: &[&str], within: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scaling")).args(arguments).current_dir(within).output().unwrap()
}

/// Status and the whole of standard error.
fn said(output: &Output) -> (i32, String) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!text.contains("panicked"), "{text}");
    (output.status.code().expect("no signal"), text)
}

/// A folder with a table and a study of it: `fits` is what follows the title.
fn place(fits: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut table = String::from("group,x,L\n");
    for k in 0..24 {
        let x = 1e3 * 2_f64.powi(k / 2);
        writeln!(table, "{},{x},{}", k % 2, (0.7 + 30.0 * x.powf(-0.3)) * (1.0 + 1e-3 * f64::from(k % 5))).unwrap();
    }
    fs::write(folder.path().join("runs.csv"), table).unwrap();
    fs::write(folder.path().join("mine.toml"), format!("title = \"Attacked\"\n{fits}")).unwrap();
    folder
}

fn fit(name: &str, more: &str) -> String {
    format!("[[fit]]\nname = \"{name}\"\ndata = \"runs.csv\"\nlaw = \"power-offset\"\nloss = \"squared\"\n{more}\n")
}

#[test]
fn no_flipped_bit_of_a_record_is_believed() {
    let folder = place(&fit("one", "bootstrap = 25"));
    let run = || scaling(&["run", "mine.toml", "--out", "out"], folder.path());
    assert_eq!(said(&run()), (0, String::new()));
    let [record, replicates] = ["out/fits/one.json", "out/replicates/one.parquet"].map(|p| folder.path().join(p));
    let (sound, drawn) = (fs::read(&record).unwrap(), fs::read(&replicates).unwrap());
    for k in 0..40 {
        let mut flipped = sound.clone();
        // Every part of the file: 7919 is prime.
        let at = 20 + k * 7919 % (flipped.len() - 20);
        flipped[at] ^= 1 << (k % 7);
        fs::write(&record, &flipped).unwrap();
        let output = scaling(&["predict", "out/fits/one.json", "--at", "x=1e5"], folder.path());
        let known = flipped == sound || output.status.code() == Some(0);
        // What still reads as the same record is the same record.
        if known {
            let as_sound: serde_json::Value = serde_json::from_slice(&sound).unwrap();
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&flipped).unwrap()["record"], as_sound["record"]);
        }
        assert_eq!(said(&run()).0, 0);
        assert!(fs::read(&record).unwrap() == sound, "bit {} of byte {at} stays", k % 7);
    }
    for cut in [0, 4, drawn.len() / 2, drawn.len() - 1] {
        fs::write(&replicates, &drawn[..cut]).unwrap();
        let output = run();
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 fits, 0 of them unchanged"), "cut at {cut}");
        assert!(fs::read(&replicates).unwrap() == drawn);
    }
}

#[test]
fn a_record_is_held_against_its_law() {
    let folder = place(&fit("one", ""));
    assert_eq!(said(&scaling(&["run", "mine.toml", "--out", "out"], folder.path())).0, 0);
    let file = folder.path().join("out/fits/one.json");
    let whole = fs::read_to_string(&file).unwrap();
    let refused = |contents: String, part: &str| {
        fs::write(&file, contents).unwrap();
        for verb in [&["predict", "out/fits/one.json", "--at", "x=1e5"][..], &["plot", "out/fits/one.json"]] {
            let (status, text) = said(&scaling(verb, folder.path()));
            assert!(status == 2 && text.contains(part) && text.contains("one.json"), "{part}: {status} {text}");
        }
    };
    refused(whole.replace("\"format\":2", "\"format\":999"), "layout 999");
    refused(whole.replacen("\"estimate\":0.", "\"estimate\":1.", 1), "changed after it was written");
    refused(whole.replace("\"rows_used\":24", "\"rows_used\":20"), "changed after it was written");
    refused("{\"key\":\"\",\"record\":{\"format\":1}}".to_owned(), "layout 1");
    // Spaces are no change.
    let value: serde_json::Value = serde_json::from_str(&whole).unwrap();
    fs::write(&file, serde_json::to_string_pretty(&value).unwrap()).unwrap();
    assert_eq!(said(&scaling(&["predict", "out/fits/one.json", "--at", "x=1e5"], folder.path())).0, 0);
}

#[test]
fn what_makes_no_sense_for_its_law_is_named() {
    use scaling_laws::work::{job::Job, store::check};
    let mut job = Job::new("hoffmann2022-figure4", "chinchilla");
    job.compute = vec![1e21];
    let sound = job.run(&|| {}).unwrap().record;
    assert_eq!(check(&sound), Ok(()));
    let wrong = |change: &dyn Fn(&mut scaling_laws::record::Record), part: &str| {
        let mut record = sound.clone();
        change(&mut record);
        let why = check(&record).unwrap_err();
        assert!(why.contains(part), "{part}: {why}");
    };
    wrong(&|r| r.parameters.swap(0, 1), "has the parameters E, A, B, alpha, beta, not A, E");
    wrong(&|r| drop(r.parameters.pop()), "has the parameters");
    wrong(&|r| r.parameters[0].estimate = f64::NAN, "E is not finite");
    wrong(&|r| r.interval.level = 1.5, "no level");
    wrong(&|r| r.interval.failed = 3, "more replicates failed");
    wrong(&|r| r.interval.sample = vec![vec![1.0; 4]], "of that size");
    wrong(&|r| r.interval.covariance.as_mut().unwrap()[2].clear(), "of that size");
    wrong(&|r| r.certificate.basins[0].theta.clear(), "of that size");
    wrong(&|r| r.points.measured.truncate(3), "columns are not all of its");
    wrong(&|r| r.points.inputs[0].1.clear(), "columns are not all of its");
    wrong(&|r| r.curves.isoflops[0].points = vec![1 << 40], "points without a place");
    wrong(&|r| r.curves.surface.as_mut().unwrap().loss.truncate(1), "points without a place");
    wrong(&|r| r.provenance.rows_used = usize::MAX, "more rows than were read");
}

#[test]
fn nothing_that_somebody_else_wrote_is_overwritten() {
    let folder = place(&fit("one", ""));
    let there = |name: &str| folder.path().join(name);
    fs::create_dir(there("fits")).unwrap();
    let theirs = [
        "study.toml",
        "report.md",
        "report.html",
        "fits.csv",
        "fits.parquet",
        "record.json",
        "line.svg",
        "notebook.ipynb",
    ];
    for name in theirs {
        fs::write(there(name), format!("my own {name}")).unwrap();
        for verb in [
            &["run", "mine.toml", "--out", "."][..],
            &["fit", "runs.csv", "--law", "power-offset", "--out", "."],
            &["fit", "runs.csv", "--law", "power-offset", "--out", "made"],
            &["plot", "made", "--out", "."],
            &["report", "made", "--out", "."],
        ] {
            let (status, text) = said(&scaling(verb, folder.path()));
            assert!(status == 0 || text.contains("is left alone; choose another folder"), "{verb:?}: {text}");
            assert_eq!(fs::read_to_string(there(name)).unwrap(), format!("my own {name}"), "{verb:?}");
        }
        fs::remove_file(there(name)).unwrap();
    }
    // A record of the same name as a fit: that fit fails, and the record is left alone.
    fs::write(there("fits/one.json"), "[1, 2, 3]").unwrap();
    let output = scaling(&["run", "mine.toml", "--out", "."], folder.path());
    assert!(output.status.code() == Some(1) && fs::read(there("fits/one.json")).unwrap() == b"[1, 2, 3]");
    // Its own files it makes again, in the folder where they are.
    for _ in 0..2 {
        assert_eq!(said(&scaling(&["run", "mine.toml", "--out", "again"], folder.path())), (0, String::new()));
        let text = fs::read_to_string(there("mine.toml")).unwrap();
        fs::write(there("mine.toml"), text.replace("Attacked", "Attacked again")).unwrap();
    }
    // A notebook with a cell that somebody wrote is theirs.
    let written = fs::read_to_string(there("again/notebook.ipynb")).unwrap();
    let edited = written.replacen("import scaling_laws as sl", "import scaling_laws as sl  # mine", 1);
    assert_ne!(written, edited);
    fs::write(there("again/notebook.ipynb"), &edited).unwrap();
    let (status, text) = said(&scaling(&["run", "mine.toml", "--out", "again"], folder.path()));
    assert!(status == 1 && text.contains("notebook.ipynb") && text.contains("is left alone"), "{text}");
    assert_eq!(fs::read_to_string(there("again/notebook.ipynb")).unwrap(), edited);
}

#[test]
fn a_failed_fit_leaves_no_older_record_and_ends_no_study() {
    let folder = place(&(fit("one", "") + &fit("two", "bootstrap = 21")));
    let run = || scaling(&["run", "mine.toml", "--out", "out"], folder.path());
    assert_eq!(said(&run()).0, 0);
    let study = fs::read_to_string(folder.path().join("mine.toml")).unwrap();
    fs::write(folder.path().join("mine.toml"), study.replace("bootstrap = 21", "where = \"x < 0\"")).unwrap();
    assert_eq!(said(&run()), (1, "error: 1 of 2 fits failed\n".to_owned()));
    assert!(!folder.path().join("out/fits/two.json").exists());
    assert!(!folder.path().join("out/replicates/two.parquet").exists());
    assert!(fs::read_to_string(folder.path().join("out/report.md")).unwrap().contains("two"));

    let malformed = |more: &str, name: &str, part: &str| {
        fs::write(folder.path().join("mine.toml"), format!("title = \"x\"\n{}", fit(name, more))).unwrap();
        let (status, text) = said(&run());
        assert!(status == 2 && text.contains(part), "{part}: {text}");
    };
    malformed("compare = [\"nonsense/nothing\"]", "one", "no published fit nonsense/nothing");
    malformed("", &"n".repeat(260), "260 characters");
}

#[test]
fn data_beyond_the_kept_points_still_have_a_range() {
    let folder = TempDir::new().unwrap();
    let mut table = String::from("x,L\n");
    for k in 0..20_050 {
        let x = 1e3 * 1.001_f64.powi(k);
        writeln!(table, "{x:e},{:.6}", (0.7 + 30.0 * x.powf(-0.3)) * (1.0 + 1e-3 * f64::from(k % 7))).unwrap();
    }
    fs::write(folder.path().join("long.csv"), table).unwrap();
    let arguments = ["fit", "long.csv", "--law", "power-offset", "--loss", "squared", "--out", "out"];
    assert_eq!(said(&scaling(&arguments, folder.path())).0, 0);
    let output = scaling(&["predict", "out", "--at", "x=1e20"], folder.path());
    assert!(String::from_utf8_lossy(&output.stdout).contains("Outside the data: x by"), "{output:?}");
    scaling(&["plot", "out"], folder.path());
    assert!(folder.path().join("out/residuals.svg").exists());
}

#[test]
fn a_terminal_obeys_no_name_and_no_message_is_long() {
    let folder = TempDir::new().unwrap();
    let name = "r\u{1b}[31m\u{7}\u{202e}uns.csv";
    fs::write(folder.path().join(name), "x,L\n1,3\n2,2.5\n4,2.2\n8,2.1\n16,2.05\n").unwrap();
    let output = scaling(&["fit", name, "--law", "power", "--loss", "squared"], folder.path());
    let missing = scaling(&["fit", &format!("no{name}"), "--law", "power"], folder.path());
    let long = "x".repeat(100_000);
    fs::write(folder.path().join("long.csv"), format!("x,L\n1,{long}\n2,3\n")).unwrap();
    let cell = scaling(&["fit", "long.csv", "--law", "power"], folder.path());
    let usage = scaling(&["fit", "long.csv", "--law", "power", "--fix", &format!("\u{1b}{long}")], folder.path());
    for output in [output, missing, cell, usage] {
        for text in [&output.stdout, &output.stderr] {
            let text = std::str::from_utf8(text).unwrap();
            assert!(!text.chars().any(|c| c != '\n' && scaling_laws::base::text::is_hidden(c)), "{text:?}");
            assert!(text.lines().all(|line| line.chars().count() <= 510), "{}", text.len());
        }
    }
}

#[cfg(unix)]
#[test]
fn a_full_standard_error_and_a_name_of_any_bytes_do_no_harm() {
    use std::os::unix::ffi::OsStrExt;
    let folder = place(&fit("one", ""));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_scaling"));
    let status = command.args(["laws", "nonsense"]).stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(2));
    let mut command = Command::new(env!("CARGO_BIN_EXE_scaling"));
    let out = std::ffi::OsStr::from_bytes(b"o\xff\xfet");
    command.args(["fit", "runs.csv", "--law", "power-offset", "--out"]).arg(out).current_dir(folder.path());
    assert_eq!(said(&command.output().unwrap()).0, 0);
    // Recognised by what happened, not by its English.
    let (status, text) = said(&scaling(&["fit", "Broken pipe.csv", "--law", "power"], folder.path()));
    assert!(status == 1 && text.contains("Broken pipe.csv"), "{text}");
}

#[test]
fn inputs_outside_a_domain_are_refused_by_name() {
    let folder = place(&fit("one", "predict = [{ x = nan }]"));
    let refused = |arguments: &[&str], parts: &[&str]| {
        let (status, text) = said(&scaling(arguments, folder.path()));
        assert_eq!(status, 2, "{arguments:?}: {text}");
        for part in parts {
            assert!(text.contains(part), "{arguments:?} lacks `{part}`: {text}");
        }
    };
    let main = "besiroglu2024/main";
    for at in ["N=-5,D=1T", "N=0,D=1T", "N=-1e308,D=1T"] {
        refused(&["predict", main, "--at", at], &["N = ", "outside the domain", "a positive number"]);
    }
    refused(&["recommend", "--N", "1.4T", "--D", "1e300"], &["--D 1e300", "between 1 and 1e30"]);
    refused(&["recommend", "--N", "1e308", "--D", "1T"], &["--N 1e308"]);
    let held = |more: [&'static str; 2]| [["fit", "runs.csv", "--law", "power-offset"].as_slice(), &more].concat();
    refused(&held(["--bound", "alpha=0.3..nan"]), &["alpha"]);
    refused(&held(["--bound", "A=1e300.."]), &["A", "no room"]);
    refused(&held(["--bound", "E=1e300.."]), &["E", "no room"]);
    refused(&held(["--bootstrap", "18446744073709551615"]), &["more than 1000000"]);
    // A study with a number that is none is refused with the fit's name, before anything is fitted.
    let (status, text) = said(&scaling(&["run", "mine.toml", "--out", "out"], folder.path()));
    assert!(status == 2 && text.contains("fit `one`") && text.contains("not a finite number"), "{text}");
}

#[test]
fn numbers_at_the_ends_of_numbers_end_soon() {
    let folder = place("");
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    let rows: String = (1..9).map(|k| format!("{k}e307,1e308,{k}\n")).collect();
    write("huge.csv", format!("N,D,L\n{rows}"));
    let rows: String = (1..9).map(|k| format!("{k},{}\n", 9 - k)).collect();
    write("head.csv", format!("x,{}\n{rows}", "L".repeat(2_000)));
    let long = format!("L={}", "L".repeat(2_000));
    for arguments in [
        &["approaches", "huge.csv"][..],
        &["fit", "huge.csv", "--law", "chinchilla"],
        &["fit", "head.csv", "--law", "power", "--map", &long, "--out", "head"],
        &["plot", "head", "--png"],
        &["serve", "sardana2024/constants", "--N", "1e-300", "--D", "9007199254740993"],
        &["serve", "sardana2024/constants", "--N", "1e300", "--D", "1e300", "--prompts", "1e300"],
        &["optimum", "besiroglu2024/main", "--compute", "1e308"],
        &["optimum", "besiroglu2024/main", "--compute", "1e-308"],
        &["predict", "besiroglu2024/main", "--at", "N=1e308,D=5e-324"],
    ] {
        let (status, text) = said(&scaling(arguments, folder.path()));
        assert!(status <= 2 && !text.contains("a fault of this program"), "{arguments:?}: {text}");
    }
}

#[test]
fn exponents_at_the_ends_of_integers_are_no_numbers() {
    use scaling_laws::base::units;
    for text in ["6 x10^-2147483648", "6x10^2147483647", "1e2147483647K", "x10^-2147483648"] {
        assert!(units::parse(text).is_err() && units::Unit::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_reference_and_a_study_read_nothing_but_what_is_beside_them() {
    let folder = TempDir::new().unwrap();
    let secret = folder.path().join("secret.csv");
    fs::write(&secret, "never,to,be,shown\n1,2,3,4\n").unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let reference = |dataset: &str, printed: &str| {
        format!(
            "key = \"mine\"\ntitle = \"x\"\n[[fit]]\nid = \"a\"\nlaw = \"power\"\nwhere = \"here\"\nkind = \"published\"\n\
             expect = \"reproduce\"\ndataset = \"{dataset}\"\nobjective = {{ residual = \"log\", loss = \"squared\" }}\n\
             params = {{ A = \"{printed}\", alpha = \"0.5\" }}\n"
        )
    };
    for dataset in [secret.to_str().unwrap(), "../secret.csv", "a/../../secret.csv", "/etc/passwd"] {
        fs::write(inner.join("mine.toml"), reference(dataset, "1")).unwrap();
        let (status, text) = said(&scaling(&["reproduce", "--references", "."], &inner));
        assert!(status > 0 && text.contains("no built-in data set") && !text.contains("never"), "{dataset}: {text}");
        let study = format!("title = \"x\"\n{}", fit("one", "").replace("runs.csv", dataset));
        fs::write(inner.join("study.toml"), study).unwrap();
        let (status, text) = said(&scaling(&["run", "study.toml", "--out", "out"], &inner));
        assert!(status == 2 && text.contains("outside the study's folder"), "{dataset}: {text}");
    }
    fs::write(inner.join("mine.toml"), reference("hoffmann2022-figure4", "1e2147483647K")).unwrap();
    let (status, text) = said(&scaling(&["reproduce", "--references", "."], &inner));
    assert!(status > 0 && text.contains("is not a number"), "{text}");
}

#[test]
fn names_are_no_markup_in_reports_tables_and_figures() {
    let folder = TempDir::new().unwrap();
    let name = "`<img src=x>`|\u{8}=1.csv";
    fs::create_dir(folder.path().join("in")).unwrap();
    fs::write(folder.path().join("in").join(name), "x,L\n1,3\n2,2.5\n4,2.2\n8,2.1\n16,2.05\n").unwrap();
    let study = format!(
        "title = \"<b>`x`\"\n[[fit]]\nname = \"-one\"\ndata = {name:?}\nlaw = \"power\"\nloss = \"squared\"\nwhere = \"x > 0\"\n"
    );
    fs::write(folder.path().join("in/s.toml"), study.replace("\\u{8}", "\\u0008")).unwrap();
    assert_eq!(said(&scaling(&["run", "in/s.toml", "--out", "out"], folder.path())), (0, String::new()));
    let out = folder.path().join("out");
    let markdown = fs::read_to_string(out.join("report.md")).unwrap();
    let outside: String = code_taken_out(&markdown);
    let bare = outside.replace("\\<", "");
    assert!(!bare.contains("<img") && !bare.contains("<b>"), "{outside}");
    assert!(!fs::read_to_string(out.join("report.html")).unwrap().contains("<img"));
    let table = fs::read_to_string(out.join("fits.csv")).unwrap();
    for cell in table.lines().flat_map(|line| line.split(',').take(7)) {
        assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']), "{cell}");
    }
    assert_eq!(said(&scaling(&["plot", "out/fits/-one.json", "--png", "--out", "figures"], folder.path())).0, 0);
    for entry in fs::read_dir(folder.path().join("figures")).unwrap().flatten() {
        if entry.path().extension().is_some_and(|e| e == "svg") {
            let svg = fs::read_to_string(entry.path()).unwrap();
            assert!(!svg.chars().any(|c| c != '\n' && scaling_laws::base::text::is_hidden(c)));
        }
    }
}

/// Markdown without its code spans and blocks, as fences of equal length delimit them.
fn code_taken_out(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let escaped = rest[..at].ends_with('\\');
        let fence = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let after = &rest[at + fence..];
        let closes = |k: &usize| {
            let run = after[*k..].len() - after[*k..].trim_start_matches('`').len();
            run == fence && !after[..*k].ends_with('`')
        };
        out.push_str(&rest[..at]);
        rest = match after.match_indices('`').map(|(k, _)| k).find(closes) {
            Some(end) if !escaped => &after[end + fence..],
            _ => after,
        };
    }
    out + rest
}
