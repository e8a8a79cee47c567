//! Batch fitting: a thousand fits, nothing done twice, nothing lost to a kill, a failure or a
//! second run beside the first.

use scaling_laws::data::ingest::{TableColumn, read_table};
use scaling_laws::work::store::read_record;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;

/// Runs of `groups` families, each following a power law with an offset of its own.
fn runs(groups: usize) -> String {
    let mut out = String::from("group,x,L\n");
    for group in 0..groups {
        let exponent = 0.2 + 0.3 * group as f64 / groups as f64;
        for k in 0..12 {
            let x = 1e3 * 4_f64.powi(k);
            let noise = 1.0 + 2e-3 * ((7 * k + group as i32) % 5 - 2) as f64;
            writeln!(out, "{group},{x},{:.10}", (0.7 + 30.0 * x.powf(-exponent)) * noise).unwrap();
        }
    }
    out
}

fn study(groups: usize, bootstrap: usize) -> String {
    let mut out = format!("title = \"Many fits\"\nseed = 5\nbootstrap = {bootstrap}\n");
    for group in 0..groups {
        write!(
            out,
            "\n[[fit]]\nname = \"group-{group:04}\"\ndata = \"runs.csv\"\nlaw = \"power-offset\"\nwhere = \"group == {group}\"\nloss = \"squared\"\npredict = [{{ x = 1e12 }}]\n"
        )
        .unwrap();
    }
    out
}

/// A study file and its data in a folder of their own.
fn place(groups: usize, bootstrap: usize) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("runs.csv"), runs(groups)).unwrap();
    let file = folder.path().join("many.toml");
    fs::write(&file, study(groups, bootstrap)).unwrap();
    (folder, file)
}

fn command(file: &Path, out: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("scaling"));
    command.arg("run").arg(file).arg("--out").arg(out);
    command
}

fn run(file: &Path, out: &Path) -> Output {
    command(file, out).output().unwrap()
}

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(said, "", "quiet where nobody watches");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Every file under a folder: bytes and time of last change.
fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let entry = entry.unwrap();
            // A file that was being written when its writer was killed has no name of its own yet.
            if entry.file_name().to_string_lossy().starts_with(".tmp") {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                waiting.push(entry.path());
            } else {
                let changed = entry.metadata().unwrap().modified().unwrap();
                let name = entry.path().strip_prefix(folder).unwrap().to_owned();
                found.insert(name, (fs::read(entry.path()).unwrap(), changed));
            }
        }
    }
    found
}

/// The same names and bytes; the first difference otherwise.
fn assert_equal(a: &Path, b: &Path) {
    let (a, b) = (files(a), files(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, (bytes, _)) in &a {
        assert!(*bytes == b[name].0, "{} differs", name.display());
    }
}

fn texts<'a>(table: &'a [(String, TableColumn)], name: &str) -> &'a [String] {
    match &table.iter().find(|(n, _)| n == name).unwrap().1 {
        TableColumn::Text(values) => values,
        TableColumn::Numbers(_) => panic!("{name} holds numbers"),
    }
}

#[test]
fn a_thousand_fits_are_routine_and_done_once() {
    let (folder, file) = place(1000, 0);
    let out = folder.path().join("out");
    let started = Instant::now();
    let said = done(&run(&file, &out));
    let first = started.elapsed();
    assert!(said.contains("1000 fits, 0 of them unchanged"), "{}", &said[..200]);
    // Minutes would be no routine, even on a busy machine.
    assert!(first < Duration::from_secs(60), "{first:?}");
    assert_eq!(fs::read_dir(out.join("fits")).unwrap().count(), 1000);
    let table = read_table(&out.join("fits.parquet")).unwrap();
    let names: std::collections::BTreeSet<&String> = texts(&table, "fit").iter().collect();
    assert_eq!(names.len(), 1000);

    let before = files(&out);
    let started = Instant::now();
    let said = done(&run(&file, &out));
    println!("1,000 fits: {first:?}; again: {:?}", started.elapsed());
    assert!(said.contains("1000 fits, 1000 of them unchanged"), "{}", &said[..200]);
    let after = files(&out);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (name, (bytes, changed)) in &before {
        assert!(after[name] == (bytes.clone(), *changed), "{} was touched", name.display());
    }
}

#[test]
fn a_changed_fit_is_fitted_again_and_no_other() {
    let (folder, file) = place(6, 25);
    let out = folder.path().join("out");
    done(&run(&file, &out));
    let before = files(&out.join("fits"));
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("group == 3\"\nloss = \"squared\"", "group == 3\"\nloss = \"absolute\"")).unwrap();
    assert!(done(&run(&file, &out)).contains("6 fits, 5 of them unchanged"));
    let after = files(&out.join("fits"));
    for (name, found) in &before {
        assert_eq!(after[name] == *found, !name.ends_with("group-0003.json"), "{}", name.display());
    }
    // Replicates that are lost are drawn again; a record that is damaged is made again.
    let lost = out.join("replicates/group-0001.parquet");
    let replicates = fs::read(&lost).unwrap();
    fs::remove_file(&lost).unwrap();
    fs::write(out.join("fits/group-0002.json"), &before[Path::new("group-0002.json")].0[..999]).unwrap();
    assert!(done(&run(&file, &out)).contains("6 fits, 4 of them unchanged"));
    assert_eq!(fs::read(&lost).unwrap(), replicates);
    assert_eq!(files(&out.join("fits"))[Path::new("group-0002.json")].0, before[Path::new("group-0002.json")].0);
    // Changed data change every fit that reads them.
    let data = folder.path().join("runs.csv");
    fs::write(&data, format!("{}9,1e3,1\n", fs::read_to_string(&data).unwrap())).unwrap();
    assert!(done(&run(&file, &out)).contains("6 fits, 0 of them unchanged"));
    // Without a bootstrap no replicates are left behind.
    fs::write(&file, study(6, 0)).unwrap();
    done(&run(&file, &out));
    assert_eq!(fs::read_dir(out.join("replicates")).unwrap().count(), 0);
}

#[test]
fn a_study_leaves_records_replicates_tables_and_a_report() {
    let (folder, file) = place(3, 30);
    let out = folder.path().join("out");
    done(&run(&file, &out));
    for group in 0..3 {
        let record = read_record(&out.join(format!("fits/group-{group:04}.json"))).unwrap();
        assert_eq!((record.provenance.rows_used, record.provenance.rows_read), (12, 36));
        assert_eq!(record.predictions.len(), 1);
        let replicates = read_table(&out.join(format!("replicates/group-{group:04}.parquet"))).unwrap();
        let symbols: Vec<&str> = replicates.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(symbols, record.parameters.iter().map(|p| p.symbol.as_str()).collect::<Vec<_>>());
        for (name, column) in &replicates {
            let TableColumn::Numbers(values) = column else { panic!("{name} holds text") };
            assert_eq!(values.len(), 30 - record.interval.failed);
            assert!(values.iter().all(|v| v.is_some_and(f64::is_finite)));
        }
    }
    let (csv, parquet) = (read_table(&out.join("fits.csv")).unwrap(), read_table(&out.join("fits.parquet")).unwrap());
    assert_eq!(texts(&csv, "symbol"), texts(&parquet, "symbol"));
    for name in ["estimate", "standard_error", "lower", "upper"] {
        let column = |table: &[(String, TableColumn)]| table.iter().find(|(n, _)| n == name).unwrap().1.clone();
        assert_eq!(column(&csv), column(&parquet), "{name}");
    }
    assert!(texts(&csv, "kind").iter().any(|kind| kind == "prediction"));
    let report = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(report.contains("group-0002") && report.contains("Many fits"));
}

#[test]
fn one_failing_fit_loses_nothing_else() {
    let (folder, file) = place(3, 0);
    let out = folder.path().join("out");
    let mut text = fs::read_to_string(&file).unwrap();
    text += "\n[[fit]]\nname = \"nothing-there\"\ndata = \"nowhere.csv\"\nlaw = \"power\"\n";
    text += "\n[[fit]]\nname = \"no-law\"\ndata = \"runs.csv\"\nlaw = \"powr\"\n";
    text += "\n[[fit]]\nname = \"few-rows\"\ndata = \"runs.csv\"\nlaw = \"power-offset\"\nwhere = \"group == 1 and x < 5000\"\n";
    fs::write(&file, text).unwrap();
    let output = run(&file, &out);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "error: 3 of 6 fits failed\n");
    let said = String::from_utf8_lossy(&output.stdout);
    for part in ["nothing-there", "no such file", "no law `powr`", "did you mean power", "few-rows", "cannot determine"]
    {
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(part), "{part}:\n{said}");
    }
    assert_eq!(fs::read_dir(out.join("fits")).unwrap().count(), 3);
    let table = read_table(&out.join("fits.csv")).unwrap();
    let failed: Vec<&String> = texts(&table, "status").iter().filter(|status| status.starts_with("failed: ")).collect();
    assert_eq!(failed.len(), 3, "{failed:?}");
    assert!(fs::read_to_string(out.join("report.md")).unwrap().contains("nothing-there"));
    // What succeeded is not done again.
    assert!(String::from_utf8_lossy(&run(&file, &out).stdout).contains("6 fits, 3 of them unchanged"));
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let (folder, file) = place(5, 40);
    let [one, four] = [1, 4].map(|threads| {
        let out = folder.path().join(format!("out-{threads}"));
        done(&command(&file, &out).env("RAYON_NUM_THREADS", threads.to_string()).output().unwrap());
        out
    });
    assert_equal(&one, &four);
}

#[test]
fn a_study_killed_at_any_moment_resumes() {
    let (folder, file) = place(60, 400);
    let whole = folder.path().join("whole");
    let started = Instant::now();
    done(&run(&file, &whole));
    let time = started.elapsed();
    let out = folder.path().join("killed");
    let mut seen = 0;
    for part in 1..=8_u32 {
        let mut child = command(&file, &out).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(time * part / 12);
        let _ = child.kill();
        child.wait().unwrap();
        // Whatever has its name is whole.
        for folder in ["fits", "replicates"] {
            let Ok(entries) = fs::read_dir(out.join(folder)) else { continue };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.file_name().unwrap().to_string_lossy().starts_with(".tmp") {
                    continue;
                }
                match folder {
                    "fits" => drop(read_record(&path).unwrap()),
                    _ => drop(read_table(&path).unwrap()),
                }
            }
        }
        let records = files(&out).keys().filter(|name| name.starts_with("fits")).count();
        assert!(records >= seen, "no finished fit is lost");
        seen = records;
    }
    done(&run(&file, &out));
    assert_equal(&whole, &out);
}

#[test]
fn two_runs_in_one_folder_do_not_harm_each_other() {
    let (folder, file) = place(20, 60);
    let alone = folder.path().join("alone");
    done(&run(&file, &alone));
    let out = folder.path().join("both");
    let spawn = || command(&file, &out).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let children = [spawn(), spawn(), spawn()];
    for child in children {
        done(&child.wait_with_output().unwrap());
    }
    assert_equal(&alone, &out);
    let left: Vec<_> = fs::read_dir(out.join("fits")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 20, "{left:?}");
}
