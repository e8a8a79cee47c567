//! The README says what is true: its generated parts are fresh, its commands run, its example is
//! the one that is compiled with the library.

use scaling_laws::published::{reference, scoreboard};
use scaling_laws::show::catalogue;
use scaling_laws::work::study::Study;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn readme() -> String {
    std::fs::read_to_string(path("README.md")).unwrap()
}

/// The fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opened = text.split("\n```").collect::<Vec<_>>();
    opened
        .iter()
        .filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n'))
        .map(|body| format!("{body}\n"))
        .collect()
}

/// `UPDATE_README=1 cargo test --test readme` rewrites the generated parts.
#[test]
fn generated_parts_are_fresh() {
    let references = reference::all().unwrap();
    let comparisons = scoreboard::comparisons(&scoreboard::check_all(&references));
    let parts =
        [("scoreboard", catalogue::scoreboard(&references, &comparisons)), ("catalogue", catalogue::markdown())];
    let kept = readme();
    let mut fresh = kept.clone();
    for (name, text) in &parts {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let from = fresh.find(&open).unwrap_or_else(|| panic!("README.md has no {open}")) + open.len();
        let to = fresh.find(&close).unwrap_or_else(|| panic!("README.md has no {close}"));
        fresh.replace_range(from..to, &format!("\n{text}\n"));
    }
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path("README.md"), fresh).unwrap();
        return;
    }
    assert!(
        kept == fresh,
        "README.md is stale; `UPDATE_README=1 cargo test --test readme` rewrites its generated parts"
    );
}

#[test]
fn the_example_is_the_compiled_one() {
    let library = std::fs::read_to_string(path("src/lib.rs")).unwrap();
    let docs: String = library
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|l| format!("{}\n", l.strip_prefix(' ').unwrap_or(l)))
        .collect();
    assert_eq!(blocks(&readme(), "rust"), blocks(&docs, "rust"));
}

#[test]
fn its_study_is_one() {
    for text in blocks(&readme(), "toml") {
        Study::parse(&text, "README.md", Path::new("")).unwrap();
    }
}

#[test]
fn its_commands_run_on_its_table() {
    let text = readme();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("runs.csv"), &blocks(&text, "csv")[0]).unwrap();
    let lines = blocks(&text, "sh").concat();
    // A harvest needs folders of runs, which its own test makes.
    let own = |line: &&str| line.contains("runs") && !line.starts_with("scaling runs ");
    let commands: Vec<&str> = lines.lines().filter(|line| line.starts_with("scaling ")).filter(own).collect();
    assert!(commands.len() >= 3, "{commands:?}");
    for line in commands {
        let command = line.split_once(" #").map_or(line, |(command, _)| command);
        let command = command.split_once(" >").map_or(command, |(command, _)| command);
        let words = words(command).into_iter().skip(1);
        let mut command = Command::new(env!("CARGO_BIN_EXE_scaling"));
        command.current_dir(folder.path()).args(words);
        if line.starts_with("scaling explore") {
            assert!(serves(command), "{line}");
            continue;
        }
        let done = command.output().unwrap();
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// The words of a command, those in single quotes as one.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (k, part) in command.split('\'').enumerate() {
        for (i, word) in part.split(' ').enumerate() {
            let last = words.last_mut().unwrap();
            match (k % 2, i) {
                (1, 0) | (0, 0) => last.push_str(word),
                (1, _) => *last += &format!(" {word}"),
                _ => words.push(word.to_owned()),
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a command that serves until it is stopped says where.
fn serves(mut command: Command) -> bool {
    let mut program = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut address).unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
    address.starts_with("http://127.0.0.1:")
}

#[test]
fn its_links_lead_somewhere() {
    let text = readme();
    for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(link, _)| link)) {
        if !link.contains("://") && !link.starts_with('#') {
            assert!(path(link).exists(), "README.md links to {link}");
        }
    }
}
