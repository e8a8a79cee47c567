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

/// Runs `scaling run` with more words.
fn run_with(file: &Path, out: &Path, words: &[&str]) -> Output {
    command(file, out).args(words).output().unwrap()
}

#[test]
fn merged_shards_are_a_single_run_to_the_byte() {
    let (folder, file) = place(7, 25);
    let text = fs::read_to_string(&file).unwrap()
        + "\n[[method]]\nname = \"front\"\nmethod = \"frontier\"\ndata = \"runs.csv\"\nminimise = [\"x\", \"L\"]\n";
    fs::write(&file, text).unwrap();
    let alone = folder.path().join("alone");
    done(&run(&file, &alone));
    let out = folder.path().join("shards");
    let mut seen = 0;
    // In any order; the second never starts, the first is done twice.
    for shard in ["3/3", "1/3", "1/3"] {
        let said = done(&run_with(&file, &out, &["--shard", shard]));
        assert!(said.contains(&format!("shard {shard}")), "{said}");
        assert!(!out.join("fits.csv").exists() && !out.join("report.html").exists());
        let records = fs::read_dir(out.join("fits")).unwrap().count();
        assert!(records >= seen);
        seen = records;
    }
    assert_eq!(seen, 5, "two of the seven are those of the second");
    // A worker that was killed left a file half written.
    fs::write(out.join("fits/.tmp-scaling-abcdef"), "half").unwrap();
    assert!(done(&run_with(&file, &out, &["--merge"])).contains("7 fits, 5 of them unchanged"));
    assert!(!out.join("fits/.tmp-scaling-abcdef").exists());
    assert_equal(&alone, &out);
}

#[test]
fn shards_at_the_same_time_make_every_fit_once() {
    let (folder, file) = place(12, 40);
    let out = folder.path().join("out");
    let spawn = |shard: &str| {
        let mut command = command(&file, &out);
        command.args(["--shard", shard, "--jobs", "1", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let mut names = Vec::new();
    for child in ["1/4", "2/4", "3/4", "4/4"].map(spawn) {
        let answer: serde_json::Value = serde_json::from_str(&done(&child.wait_with_output().unwrap())).unwrap();
        for fit in answer["fits"].as_array().unwrap() {
            assert_eq!((&fit["cached"], &fit["error"]), (&false.into(), &serde_json::Value::Null));
            names.push(fit["name"].as_str().unwrap().to_owned());
        }
    }
    names.sort();
    assert_eq!(names, (0..12).map(|group| format!("group-{group:04}")).collect::<Vec<_>>());
    assert!(done(&run_with(&file, &out, &["--merge"])).contains("12 fits, 12 of them unchanged"));
    let alone = folder.path().join("alone");
    done(&run(&file, &alone));
    assert_equal(&alone, &out);
}

#[test]
fn a_dry_run_says_what_is_cached_and_does_nothing() {
    let (folder, file) = place(6, 0);
    let out = folder.path().join("out");
    let planned = |words: &[&str]| -> serde_json::Value {
        let output = run_with(&file, &out, &[&["--dry-run", "--json"], words].concat());
        serde_json::from_str(&done(&output)).unwrap()
    };
    assert_eq!(planned(&[])["to_fit"], 6);
    assert!(!out.exists(), "nothing is written");
    let said = done(&run_with(&file, &out, &["--only", "group-0001,group-0005,group-*4"]));
    assert!(said.contains("3 fits, 0 of them unchanged"), "{said}");
    let plan = planned(&[]);
    assert_eq!((&plan["cached"], &plan["to_fit"]), (&3.into(), &3.into()));
    let cached = plan["fits"].as_array().unwrap().iter().filter(|fit| fit["cached"] == true);
    let cached: Vec<&str> = cached.map(|fit| fit["name"].as_str().unwrap()).collect();
    assert_eq!(cached, ["group-0001", "group-0004", "group-0005"]);
    assert_eq!(planned(&["--shard", "2/3"])["fits"].as_array().unwrap().len(), 2);
    let said = done(&run_with(&file, &out, &["--dry-run"]));
    assert!(said.ends_with("6 fits: 3 cached, 3 to fit; nothing was done\n"), "{said}");
    assert!(!out.join("fits.csv").exists(), "part of a study writes no tables");
    for (words, part) in [
        (["--only", "group-0009"], "no fit or method of the study is named `group-0009`"),
        (["--shard", "0/4"], "shards are counted from 1 to 4"),
        (["--jobs", "0"], "is not in 1..=1024"),
    ] {
        let output = run_with(&file, &out, &words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(said.contains(part), "{said}");
    }
}

/// What stands on a cluster's `sbatch`, on this machine: it reads the array off the script and runs
/// every task with the variables that Slurm sets, one of them twice, as after a requeue.
const SBATCH: &str = r#"#!/bin/bash
set -eu
range=$(sed -n 's/^#SBATCH --array=//p' "$1")
export SLURM_CPUS_PER_TASK=$(sed -n 's/^#SBATCH --cpus-per-task=//p' "$1")
export SLURM_ARRAY_TASK_COUNT=$(( ${range#*-} - ${range%-*} + 1 ))
for task in $(seq "${range%-*}" "${range#*-}") "${range%-*}"; do
  SLURM_ARRAY_TASK_ID=$task bash "$1" > "slurm-$task.out"
done
"#;

/// GNU parallel, as far as the guide uses it: `-j N command ::: words`, `{}` for the word.
const PARALLEL: &str = r#"#!/bin/bash
set -eu
shift 2
words=()
while [ "$1" != ":::" ]; do words+=("$1"); shift; done
shift
for word; do "${words[@]//\{\}/$word}"; done
"#;

#[cfg(unix)]
#[test]
fn the_examples_for_clusters_in_the_guide_do_what_a_single_run_does() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, file) = place(20, 0);
    let here = folder.path();
    fs::rename(&file, here.join("study.toml")).unwrap();
    let bin = here.join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(assert_cmd::cargo::cargo_bin!("scaling"), bin.join("scaling")).unwrap();
    for (name, script) in [("sbatch", SBATCH), ("parallel", PARALLEL)] {
        fs::write(bin.join(name), script).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let shell = |line: &str| {
        let output = Command::new("bash").args(["-ec", line]).current_dir(here).env("PATH", &path).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let guide = shell("scaling guide");
    let example = |kind: &str| {
        let rest = guide.split(&format!("```{kind}\n")).nth(1).unwrap_or_else(|| panic!("no example of {kind}"));
        rest.split("```").next().unwrap().to_owned()
    };
    shell("scaling run study.toml --out alone");
    let merge = "scaling run study.toml --out results --merge";
    assert!(guide.contains(&format!("`{merge}`")));
    let same = |said: &str| {
        assert!(said.contains("20 fits, 20 of them unchanged"), "nothing was left to do: {said}");
        assert_equal(&here.join("alone/fits"), &here.join("results/fits"));
        assert_eq!(fs::read(here.join("alone/fits.csv")).unwrap(), fs::read(here.join("results/fits.csv")).unwrap());
        fs::remove_dir_all(here.join("results")).unwrap();
    };
    fs::write(here.join("fits.sbatch"), example("slurm")).unwrap();
    shell("sbatch fits.sbatch");
    assert!(fs::read_to_string(here.join("slurm-16.out")).unwrap().contains("shard 16/16: 1 fits"));
    same(&shell(merge));
    same(&shell(&example("parallel")));
    let yaml = example("yaml");
    let command = yaml.split("[sh, -c, '").nth(1).and_then(|rest| rest.split("']").next()).expect("a command");
    for index in 0..16 {
        shell(&format!("export JOB_COMPLETION_INDEX={index}; {command}"));
    }
    same(&shell(merge));
}
