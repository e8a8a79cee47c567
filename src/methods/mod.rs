//! Procedures over rows that are more than one fit: allocation by several approaches, capacity
//! density, hyper-parameter advice, vocabularies, benchmarks. `README.md` beside this file says how
//! one comes in.

pub mod allocation;
pub mod bench;
pub mod calibration;
pub mod compare;
pub mod density;
pub mod design;
pub mod extrapolate;
pub mod frontier;
pub mod job;
pub mod lifetime;
pub mod method;
pub mod recommend;
pub mod registry;
pub mod schedule;
pub mod vocabulary;
