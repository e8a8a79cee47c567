//! Fits neural scaling laws, says how far to trust the fit, and extrapolates.
//!
//! Data flow one way. A table becomes [`data::measurements::Measurements`] ([`data::ingest`]); a law of the registry
//! ([`laws`]) under an objective ([`base::objective`]) is fitted to them ([`engine::fit`]); intervals
//! ([`engine::uncertainty`]), predictions and optima ([`engine::analysis`], [`engine::optimum`]) follow; all of it is written
//! down as a plain [`record::Record`], and figures ([`show::figure`]) and reports ([`show::report`]) are drawn
//! from that alone. Rows in memory are fitted in one sentence ([`work::fitting`]):
//!
//! ```rust
//! use scaling_laws::prelude::*;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let (mut n, mut d) = (Vec::new(), Vec::new());
//!     for size in [1e8, 4e8, 1.6e9, 6.4e9] {
//!         n.extend([size; 3]);
//!         d.extend([5.0 * size, 20.0 * size, 80.0 * size]);
//!     }
//!     let l = vec![3.985, 3.447, 3.104, 3.140, 2.804, 2.607, 2.628, 2.421, 2.301, 2.307, 2.190, 2.113];
//!     let table = Measurements::from_columns("my runs", vec![("N", n), ("D", d), ("L", l)]);
//!     let fit = laws::CHINCHILLA.fit(&table).objective(Objective::HOFFMANN).bootstrap(100).run()?;
//!     println!("alpha = {}", fit["alpha"]); // with its interval
//!     let best = fit.optimum(5.76e23)?;
//!     println!("{} and {}", best["N"], best["D"]);
//!     assert!((best["N"].estimate * best["D"].estimate * 6.0 / 5.76e23 - 1.0).abs() < 1e-6);
//!     Ok(())
//! }
//! ```
//!
//! A [`work::job::Job`] is the whole path for a file or a built-in data set, a [`work::study`] many:
//!
//! ```rust
//! use scaling_laws::base::objective::Objective;
//! use scaling_laws::work::job::Job;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut job = Job::new("hoffmann2022-figure4", "chinchilla"); // or the path of a table
//!     job.filter = Some("L < 3.4469".to_owned());
//!     job.objective = Objective::HOFFMANN;
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
pub mod prelude;
pub mod published;
pub mod record;
pub mod show;
pub mod work;
