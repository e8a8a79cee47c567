//! Rebuilds the program when a file is added to `datasets/`, which it embeds.

fn main() {
    println!("cargo::rerun-if-changed=datasets");
}
