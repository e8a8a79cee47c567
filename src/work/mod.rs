//! Work from end to end: one fit, a study of many, and what they leave on disk.

pub mod accounts;
pub mod cite;
pub mod embed;
pub mod explore;
pub mod families;
pub mod fitting;
pub mod forecast;
pub mod gallery;
pub mod given;
pub mod job;
pub mod notebook;
pub mod store;
pub mod study;
