//! Procedures over rows that are more than one fit: allocation by several approaches, capacity
//! density, hyper-parameter advice, vocabularies, benchmarks.

pub mod allocation;
pub mod bench;
pub mod density;
pub mod recommend;
pub mod vocabulary;
