//! Fits neural scaling laws, says how far to trust the fit, and extrapolates.
//!
//! Data flow one way. A table becomes [`data::measurements::Measurements`] ([`data::ingest`]); a law of the registry
//! ([`laws`]) under an objective ([`base::objective`]) is fitted to them ([`engine::fit`]); intervals
//! ([`engine::uncertainty`]), predictions and optima ([`engine::analysis`], [`engine::optimum`]) follow; all of it is written
//! down as a plain [`record::Record`], and figures ([`show::figure`]) and reports ([`show::report`]) are drawn
//! from that alone. A [`work::job::Job`] is one such path from end to end, a [`work::study`] many:
//!
//! ```rust
//! use scaling_laws::work::job::Job;
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
//! Every law is one formula over a generic number ([`base::real::Real`]), from which values, gradients and
//! Hessians are computed; [`law::Of`] turns a formula of one's own into a [`law::Law`]. Published
//! numbers are data too ([`published::reference`]), and [`published::scoreboard`] holds every one of them against ours.

pub mod base;
pub mod cli;
pub mod costs;
pub mod data;
pub mod engine;
pub mod law;
pub mod laws;
pub mod methods;
pub mod published;
pub mod record;
pub mod show;
pub mod work;
