//! Fits neural scaling laws, says how far to trust the fit, and extrapolates.
//!
//! Data flow one way. A table becomes [`dataset::Measurements`] ([`ingest`]); a law of the registry
//! ([`laws`]) under an objective ([`objective`]) is fitted to them ([`fit`]); intervals
//! ([`uncertainty`]), predictions and optima ([`analysis`], [`optimum`]) follow; all of it is written
//! down as a plain [`record::Record`], and figures ([`figure`]) and reports ([`report`]) are drawn
//! from that alone. A [`job::Job`] is one such path from end to end, a [`study`] many:
//!
//! ```rust
//! use scaling_laws::job::Job;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut job = Job::new("hoffmann2022-figure4", "chinchilla"); // or the path of a table
//!     job.filter = Some("L < 3.4469".to_owned());
//!     job.bootstrap = 100;
//!     job.compute = vec![5.76e23];
//!     let record = job.run(&|| {})?.record;
//!     let best = &record.optima[0].quantities[0];
//!     println!("{} = {:.3e}, from {:?} to {:?}", best.symbol, best.estimate, best.lower, best.upper);
//!     assert!((record.objective_value / 0.00101827401780 - 1.0).abs() < 1e-6);
//!     Ok(())
//! }
//! ```
//!
//! Every law is one formula over a generic number ([`real::Real`]), from which values, gradients and
//! Hessians are computed; [`law::Of`] turns a formula of one's own into a [`law::Law`]. Published
//! numbers are data too ([`mod@reference`]), and [`reproduction`] holds every one of them against ours.

pub mod analysis;
pub mod approach;
pub mod catalogue;
pub mod cli;
pub mod cost;
pub mod dataset;
pub mod dataset_card;
pub mod density;
pub mod families;
pub mod figure;
pub mod fit;
pub mod gallery;
pub mod inference;
pub mod ingest;
pub mod interpolate;
pub mod job;
pub mod law;
pub mod laws;
pub mod objective;
pub mod optimum;
pub mod precision;
pub mod real;
pub mod recommend;
pub mod record;
pub mod reference;
pub mod report;
pub mod reproduce;
pub mod reproduction;
pub mod scalar;
pub mod solve;
pub mod study;
pub mod subsample;
pub mod tokenisation;
pub mod uncertainty;
pub mod units;
pub mod validation;
pub mod vocabulary;
