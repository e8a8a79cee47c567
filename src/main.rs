//! The `scaling` program.

fn main() {}
