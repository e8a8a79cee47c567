//! Subsampling: how far an answer moves when it is found again on part of the rows, drawn without
//! replacement. Hoffmann et al. 2022 give such percentiles, from 80 % of the rows, as intervals.
//!
//! A subsample shares most of its rows with the next, so its spread is that of a bootstrap times
//! √((1 − share)/share): half of it at 80 %. It shows which answers hang on a few rows; as an
//! interval it is too narrow.

use crate::data::measurements::Measurements;
use crate::engine::fit::{Fit, sorted};
use crate::engine::solve::{Newton, Options};
use crate::engine::uncertainty::bootstrap::{Bootstrap, generator};
use rand::RngExt;
use rayon::prelude::*;

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subsample {
    /// Share of the rows in each draw, above 0 and below 1.
    pub share: f64,
    /// Draws.
    pub count: usize,
    /// Seed of all of them.
    pub seed: u64,
}

impl Subsample {
    /// How many of so many rows a draw has.
    fn kept(&self, of: usize) -> usize {
        ((self.share * of as f64).round() as usize).min(of)
    }

    /// The positions of draw `index` among `of` rows, ascending: the same on any number of threads.
    pub fn rows(&self, of: usize, index: usize) -> Vec<usize> {
        let kept = self.kept(of);
        let mut rng = generator(self.seed, index as u64);
        let mut order: Vec<usize> = (0..of).collect();
        for k in 0..kept {
            order.swap(k, rng.random_range(k..of));
        }
        order.truncate(kept);
        order.sort_unstable();
        order
    }

    /// What `answer` says of each draw, without those of which it says nothing.
    pub fn of_rows<T: Send>(&self, data: &Measurements, answer: impl Fn(&Measurements) -> Option<T> + Sync) -> Vec<T> {
        (0..self.count)
            .into_par_iter()
            .filter_map(|index| answer(&data.select(&self.rows(data.len(), index))))
            .collect()
    }

    /// The fit repeated on each draw, from its own minimum and its rivals.
    pub fn of_fit(&self, fit: &Fit) -> Bootstrap {
        let (rows, problem) = (fit.setup.rows.len(), fit.setup.problem());
        let rivals = fit.certificate.basins.iter().skip(1).take(2).map(|basin| problem.variables(&basin.theta));
        let starts: Vec<Vec<f64>> = std::iter::once(fit.q.clone()).chain(rivals).collect();
        let options = Options { damping: 0.0, ..Options::default() };
        let thetas: Vec<Option<Vec<f64>>> = (0..self.count)
            .into_par_iter()
            .map_init(
                || (fit.setup.problem(), Newton::new(fit.setup.free(), options)),
                |(problem, newton), index| {
                    let mut weight = vec![0.0; rows];
                    for row in self.rows(rows, index) {
                        weight[row] = fit.setup.rows.weight[row];
                    }
                    problem.pack(&fit.setup.rows, &weight);
                    let solutions = starts.iter().map(|start| fit.setup.solve_in(problem, start, newton));
                    let converged = solutions.filter(|solution| solution.termination.converged());
                    let best = converged.min_by(|a, b| a.value.total_cmp(&b.value))?;
                    Some(sorted(&fit.setup, problem.theta(&best.q)))
                },
            )
            .collect();
        let failed = thetas.iter().filter(|theta| theta.is_none()).count();
        Bootstrap {
            seed: self.seed,
            drawn: self.count,
            failed,
            too_few: if self.kept(rows) < fit.setup.free() { failed } else { 0 },
            evaluations: 0,
            thetas: thetas.into_iter().flatten().collect(),
            method: "subsamples",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_distinct_rows_and_the_same_again() {
        let some = Subsample { share: 0.8, count: 3, seed: 7 };
        let rows = some.rows(10, 0);
        assert_eq!(rows.len(), 8);
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]) && rows[7] < 10);
        assert_eq!(rows, some.rows(10, 0));
        assert!((1..20).any(|index| some.rows(10, index) != rows));
    }

    #[test]
    fn an_answer_sees_the_rows_drawn() {
        let data = Measurements::from_columns("rows", vec![("x", (0..10).map(f64::from).collect())]);
        let some = Subsample { share: 0.5, count: 40, seed: 1 };
        let sums = some.of_rows(&data, |part| {
            assert_eq!(part.len(), 5);
            let x = part.column("x")?;
            assert!(x.iter().zip(&part.rows).all(|(x, row)| *x + 1.0 == *row as f64));
            (x[0] == 0.0).then(|| x.iter().sum::<f64>())
        });
        assert!(sums.len() > 5 && sums.len() < 35, "row 1 is in half of the draws: {}", sums.len());
    }
}
