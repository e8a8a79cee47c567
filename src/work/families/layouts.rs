//! What the precision laws look like, as plain data for figures: loss against data format by
//! format, the capacity of every layout, the optimal precision against compute.

use crate::law::Law;
use crate::laws::find;
use crate::record::Band;
use serde::{Deserialize, Serialize};

/// Points along a curve.
const POINTS: usize = 121;

/// A floating-point layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Exponent bits.
    pub exponent: u32,
    /// Mantissa bits.
    pub mantissa: u32,
}

impl Layout {
    /// E4M3.
    pub fn name(self) -> String {
        format!("E{}M{}", self.exponent, self.mantissa)
    }
    /// Bits in all, sign included.
    pub fn width(self) -> u32 {
        self.exponent + self.mantissa + 1
    }
}

/// Loss against data in one format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormatCurve {
    /// The format.
    pub layout: Layout,
    /// Loss (ordinate) against tokens (abscissa).
    pub loss: Band,
    /// Critical data and the loss there: more data than that makes the model worse.
    pub critical: (f64, f64),
}

/// What every layout holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CapacityMap {
    /// Exponent bits, abscissae.
    pub exponent: Vec<u32>,
    /// Mantissa bits, ordinates.
    pub mantissa: Vec<u32>,
    /// Capacity, row by row: `capacity[m][e]`.
    pub capacity: Vec<Vec<f64>>,
    /// The best layout of each width, narrowest first.
    pub best: Vec<Layout>,
}

fn capybara() -> &'static dyn Law {
    find("capybara").expect("the law is registered")
}

/// A derived quantity; NaN if the law has none of that name.
fn derived(law: &dyn Law, symbol: &str, theta: &[f64], at: &[f64]) -> f64 {
    law.card().derived(symbol).map_or(f64::NAN, |derived| (derived.value)(theta, at))
}

fn logarithmic((low, high): (f64, f64)) -> Vec<f64> {
    let step = (high / low).ln() / (POINTS - 1) as f64;
    (0..POINTS).map(|k| low * (step * k as f64).exp()).collect()
}

fn band(x: Vec<f64>, f: impl Fn(f64) -> f64) -> Band {
    let y = x.iter().map(|&x| f(x)).collect();
    Band { x, y, ..Band::default() }
}

/// Loss of `n` parameters against data in each format, under the unified floating-point law.
pub fn loss_against_data(
    theta: &[f64],
    n: f64,
    block: f64,
    layouts: &[Layout],
    tokens: (f64, f64),
) -> Vec<FormatCurve> {
    let law = capybara();
    let curve = |&layout: &Layout| {
        let (e, m) = (f64::from(layout.exponent), f64::from(layout.mantissa));
        let loss = |d: f64| law.predict(&[n, d, e, m, block], theta);
        let critical = derived(law, "D_crit", theta, &[n, e, m, block]);
        FormatCurve { layout, loss: band(logarithmic(tokens), loss), critical: (critical, loss(critical)) }
    };
    layouts.iter().map(curve).collect()
}

/// The capacity of every layout of up to `bits` bits each of exponent and mantissa, and the best
/// layout of each width up to `widest`.
pub fn capacity_map(theta: &[f64], bits: u32, widest: u32) -> CapacityMap {
    let law = capybara();
    let held = |e: u32, m: u32| derived(law, "capacity", theta, &[f64::from(e), f64::from(m)]);
    let best = |p: u32| {
        let exponent = derived(law, "E_int", theta, &[f64::from(p)]) as u32;
        Layout { exponent, mantissa: p - 1 - exponent }
    };
    CapacityMap {
        exponent: (0..=bits).collect(),
        mantissa: (0..=bits).collect(),
        capacity: (0..=bits).map(|m| (0..=bits).map(|e| held(e, m)).collect()).collect(),
        best: (1..=widest).map(best).collect(),
    }
}

/// Optimal precision against compute under the floating-point law, N, D and P all free.
pub fn precision_against_compute(theta: &[f64], block: f64, budgets: (f64, f64)) -> Band {
    band(logarithmic(budgets), |c| derived(capybara(), "P_opt", theta, &[c, block]))
}

/// Optimal precision against compute at a fixed model size, under a law that has one (`capybara`
/// needs the block size too; `kumar` and `kumar-offset` do not).
pub fn precision_at_size(law: &dyn Law, theta: &[f64], n: f64, block: Option<f64>, budgets: (f64, f64)) -> Band {
    band(logarithmic(budgets), |c| {
        let at: Vec<f64> = [c, n].into_iter().chain(block).collect();
        derived(law, "P_opt_N", theta, &at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE_2: [f64; 8] = [69.2343, 0.2368, 68973.0621, 0.5162, 1.9061, 11334.5197, 3.1926, 2.9543];

    #[test]
    fn every_format_turns_at_its_critical_data_and_wider_ones_later() {
        let layouts = [Layout { exponent: 2, mantissa: 1 }, Layout { exponent: 4, mantissa: 3 }];
        let curves = loss_against_data(&TABLE_2, 1e9, 128.0, &layouts, (1e10, 1e16));
        assert!(curves[0].critical.0 < curves[1].critical.0);
        for curve in &curves {
            assert!(curve.loss.y.iter().all(|&loss| loss >= curve.critical.1 - 1e-12), "{}", curve.layout.name());
        }
    }

    #[test]
    fn best_layouts_hold_most_of_their_width() {
        let map = capacity_map(&TABLE_2, 15, 16);
        assert_eq!(map.best[3].name(), "E2M1");
        assert_eq!(map.best[15].name(), "E8M7");
        for layout in &map.best {
            let held = map.capacity[layout.mantissa as usize][layout.exponent as usize];
            for e in 0..layout.width() as usize {
                assert!(map.capacity[layout.width() as usize - 1 - e][e] <= held);
            }
        }
    }

    #[test]
    fn precision_grows_with_compute() {
        let free = precision_against_compute(&TABLE_2, 128.0, (1e20, 1e33));
        assert!(free.y.windows(2).all(|pair| pair[0] < pair[1]));
        assert!((free.y[0] - 3.9492).abs() < 1e-4 && (free.y[POINTS - 1] - 8.5308).abs() < 1e-4);
        let fixed = precision_at_size(capybara(), &TABLE_2, 1e9, Some(128.0), (1e20, 1e24));
        assert!(fixed.y.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
