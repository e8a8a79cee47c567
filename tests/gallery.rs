//! The committed gallery under `notebooks-output/` is what the built-in study makes today, and
//! making it twice changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Largest relative difference of two numbers that count as one.
const RELATIVE: f64 = 1e-6;
/// Residues of rounding (gradients at an answer, gaps between two ways) are all alike below this.
const NOTHING: f64 = 1e-9;
/// The same for coordinates of figures, in tenths of a pixel.
const COORDINATE: f64 = 2.0;

fn run(out: &Path) {
    let done = Command::new(env!("CARGO_BIN_EXE_scaling")).args(["run", "--out"]).arg(out).output().unwrap();
    assert!(
        done.status.success(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                all.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    all
}

/// Cuts a text into numbers and what stands between them.
fn pieces(text: &str) -> Vec<(bool, &str)> {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let (mut out, mut from, mut i) = (Vec::new(), 0, 0);
    while i < bytes.len() {
        if !digit(i) {
            i += 1;
            continue;
        }
        out.push((false, &text[from..i]));
        from = i;
        while digit(i) {
            i += 1;
        }
        if bytes.get(i) == Some(&b'.') && digit(i + 1) {
            i += 1;
            while digit(i) {
                i += 1;
            }
        }
        let sign = usize::from(bytes.get(i + 1).is_some_and(|b| b"+-".contains(b)));
        if bytes.get(i).is_some_and(|b| b"eE".contains(b)) && digit(i + 1 + sign) {
            i += 1 + sign;
            while digit(i) {
                i += 1;
            }
        }
        out.push((true, &text[from..i]));
        from = i;
    }
    out.push((false, &text[from..]));
    out
}

/// The first difference of two texts that is more than rounding.
fn difference(kept: &str, made: &str, figure: bool) -> Option<String> {
    let (kept, made) = (pieces(kept), pieces(made));
    let close = |a: &str, b: &str| {
        let (a, b): (f64, f64) = (a.parse().unwrap(), b.parse().unwrap());
        let slack = RELATIVE * a.abs().max(b.abs()) + if figure { COORDINATE } else { NOTHING };
        (a - b).abs() <= slack
    };
    let same = |(a, b): &(&(bool, &str), &(bool, &str))| a == b || (a.0 && b.0 && close(a.1, b.1));
    match kept.iter().zip(&made).find(|pair| !same(pair)) {
        Some((a, b)) => Some(format!("`{}` became `{}`", a.1, b.1)),
        None if kept.len() != made.len() => Some("one is longer than the other".to_owned()),
        None => None,
    }
}

#[test]
fn the_gallery_is_fresh_and_a_second_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let made = files(folder.path());
    run(folder.path());
    for (name, bytes) in files(folder.path()) {
        assert!(made.get(&name) == Some(&bytes), "a second run changed {}", name.display());
    }
    // Records and replicates are not committed: whoever runs the study first is to see it fitted.
    let committed = |(name, _): &(PathBuf, Vec<u8>)| {
        !name.starts_with("fits") && !name.starts_with("methods") && name.extension().is_none_or(|end| end != "parquet")
    };
    let made: BTreeMap<PathBuf, Vec<u8>> = made.into_iter().filter(committed).collect();
    let kept = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("notebooks-output/overview"));
    let kept: BTreeMap<PathBuf, Vec<u8>> = kept.into_iter().filter(committed).collect();
    let mut stale = Vec::new();
    for name in kept.keys().chain(made.keys().filter(|name| !kept.contains_key(*name))) {
        let why = match (kept.get(name), made.get(name)) {
            (Some(kept), Some(made)) => {
                let figure = name.extension().is_some_and(|end| end == "svg" || end == "html");
                difference(std::str::from_utf8(kept).unwrap(), std::str::from_utf8(made).unwrap(), figure)
            }
            (Some(_), None) => Some("is no longer made".to_owned()),
            _ => Some("is not there".to_owned()),
        };
        stale.extend(why.map(|why| format!("{}: {why}", name.display())));
    }
    assert!(
        stale.is_empty(),
        "notebooks-output/overview is stale; `cargo run -- run` makes it anew, and what is no longer made is to be \
         deleted:\n{}",
        stale.join("\n")
    );
    let size: usize = kept.values().map(Vec::len).sum();
    assert!(size < 5 << 20, "the gallery has grown to {size} bytes");
}

#[test]
fn differences_beyond_rounding_are_found() {
    assert_eq!(difference("a = 1.0000001, b", "a = 1.0000002, b", false), None);
    assert!(difference("a = 1.00001", "a = 1.00002", false).is_some());
    assert!(difference("3e-15 of 7", "5e-15 of 8", false).is_some());
    assert_eq!(difference("3e-15 of 7", "5e-15 of 7", false), None);
    assert_eq!(difference("cx=\"290\"", "cx=\"291\"", true), None);
    assert!(difference("loss", "lost", false).is_some());
    assert!(difference("1 2", "1 2 3", false).is_some());
}
