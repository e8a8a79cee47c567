//! Rebuilds the program when a file is added to `datasets/`, which it embeds, and tells it the digest
//! of the sources that determine a record, by which it knows a record of another program's.

use std::path::{Path, PathBuf};

/// What a record follows from, apart from the data and the request.
const DETERMINING: &[&str] = &[
    "src/base",
    "src/law",
    "src/laws",
    "src/costs",
    "src/data",
    "src/record",
    "src/engine",
    "src/work/job.rs",
    "Cargo.lock",
];

fn main() {
    println!("cargo::rerun-if-changed=datasets");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let mut files = Vec::new();
    DETERMINING.iter().for_each(|place| collect(Path::new(place), &mut files));
    files.sort();
    let mut digest = Digest::new();
    for file in files {
        digest.add(file.to_string_lossy().replace('\\', "/").as_bytes());
        digest.add(&std::fs::read(&file).unwrap_or_default());
    }
    println!("cargo::rustc-env=SCALING_SOURCES={:032x}", digest.0);
}

/// The files of a folder and of those in it; a file is itself, what is not there is nothing.
fn collect(place: &Path, files: &mut Vec<PathBuf>) {
    if place.is_file() {
        files.push(place.to_owned());
    }
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
        collect(&entry.path(), files);
    }
}

/// FNV-1a with 128 bits: it tells versions apart, it does not keep secrets.
struct Digest(u128);

impl Digest {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
    /// Adds bytes but carriage returns, which some checkouts put in, and how many they were.
    fn add(&mut self, bytes: &[u8]) {
        let plain = || bytes.iter().copied().filter(|byte| *byte != b'\r');
        for byte in plain().chain((plain().count() as u64).to_le_bytes()) {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}
