//! Procedures over rows that are more than one fit: allocation by several approaches, capacity
//! density, hyper-parameter advice, vocabularies.

pub mod allocation;
pub mod density;
pub mod recommend;
pub mod vocabulary;
