//! Models that will be used: the size and data that reach a loss at the least cost of training and
//! inference together (Sardana et al. 2024).
//!
//! Training costs 6ND; each token served costs 2N. At a fixed loss of the form
//! E + A/N^α + B/D^β the best N has no closed form, but the ratio of elasticities at the optimum,
//! (αA N^−α)/(βB D^−β) = 1 + D_inf/(3D), falls in N on the left and rises on the right, so that one
//! bisection finds it.

use crate::costs::{inference_flop, six_n_d};
use serde::Serialize;

/// A model and the tokens to train it on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Parameters.
    pub n: f64,
    /// Training tokens.
    pub d: f64,
}

/// E, A, B, alpha, beta in the order of the law `chinchilla`.
#[derive(Clone, Copy, Debug)]
struct Surface<'a>(&'a [f64]);

impl Surface<'_> {
    fn size_term(self, n: f64) -> f64 {
        self.0[1] * n.powf(-self.0[3])
    }
    fn data_term(self, d: f64) -> f64 {
        self.0[2] * d.powf(-self.0[4])
    }
    /// Tokens with which the data term comes to `rest`.
    fn data_for(self, rest: f64) -> f64 {
        (self.0[2] / rest).powf(1.0 / self.0[4])
    }
    /// Parameters with which the size term comes to `rest`.
    fn size_for(self, rest: f64) -> f64 {
        (self.0[1] / rest).powf(1.0 / self.0[3])
    }
}

/// Data for which `n` parameters are compute-optimal in training:
/// D = N^(α/β) (βB/(αA))^(1/β).
pub fn training_optimal_data(theta: &[f64], n: f64) -> f64 {
    let [_, a, b, alpha, beta] = theta[..] else { return f64::NAN };
    n.powf(alpha / beta) * (beta * b / (alpha * a)).powf(1.0 / beta)
}

/// The plan that reaches the loss of `target` at the least 6ND + 2N·`demand`, for a demand of
/// tokens served over the model's life. `theta` is that of the law `chinchilla`. None where the
/// loss cannot be reached.
pub fn lifetime_optimum(theta: &[f64], target: Plan, demand: f64) -> Option<Plan> {
    if theta.len() != 5 || theta[1..].iter().any(|&v| !(v > 0.0 && v.is_finite())) {
        return None;
    }
    let surface = Surface(theta);
    let reducible = surface.size_term(target.n) + surface.data_term(target.d);
    if !(reducible.is_finite() && reducible > 0.0 && demand >= 0.0 && demand.is_finite()) {
        return None;
    }
    let data = |n: f64| surface.data_for(reducible - surface.size_term(n));
    // Above the optimum: the elasticity of size no longer outweighs that of data and demand.
    let too_large = |n: f64| {
        let d = data(n);
        theta[3] * surface.size_term(n) <= theta[4] * surface.data_term(d) * (1.0 + demand / (3.0 * d))
    };
    let mut low = surface.size_for(reducible).ln();
    // The logarithm of the largest number is 709.8: whoever gets there has no optimum.
    let mut high = low + 1.0;
    while !too_large(high.exp()) {
        high += 1.0;
        if high.is_nan() || high > 710.0 {
            return None;
        }
    }
    loop {
        let middle = 0.5 * (low + high);
        // Not so where they are neighbours, or no numbers.
        if !(low < middle && middle < high) {
            break;
        }
        if too_large(middle.exp()) {
            high = middle;
        } else {
            low = middle;
        }
    }
    let n = high.exp();
    Some(Plan { n, d: data(n) }).filter(|plan| plan.n.is_finite() && plan.d.is_finite())
}

/// FLOP of training a plan and serving `demand` tokens with it.
pub fn lifetime_flop(plan: Plan, demand: f64) -> f64 {
    six_n_d(plan.n, plan.d) + inference_flop(plan.n, demand)
}

/// What one FLOP of one kind of work costs: an hour's price over the FLOP an hour delivers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Device {
    /// Price per device-hour.
    pub per_hour: f64,
    /// Peak FLOP per second.
    pub peak: f64,
    /// Share of the peak that is reached (model FLOP utilisation).
    pub utilisation: f64,
}

impl Device {
    /// Price per FLOP.
    pub fn per_flop(&self) -> f64 {
        self.per_hour / (3600.0 * self.peak * self.utilisation)
    }
}

/// Devices for the three kinds of work; generation reaches far less of the peak than training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fleet {
    /// Training.
    pub training: Device,
    /// Reading prompts.
    pub prompts: Device,
    /// Writing answers.
    pub answers: Device,
}

impl Fleet {
    /// Tokens served that would cost, per parameter, as much training FLOP as these tokens cost
    /// money: with it the optimum in money is [`lifetime_optimum`].
    pub fn demand(&self, prompt_tokens: f64, answer_tokens: f64) -> f64 {
        (prompt_tokens * self.prompts.per_flop() + answer_tokens * self.answers.per_flop()) / self.training.per_flop()
    }

    /// Money for training a plan and serving these tokens with it.
    pub fn price(&self, plan: Plan, prompt_tokens: f64, answer_tokens: f64) -> f64 {
        self.training.per_flop() * six_n_d(plan.n, plan.d)
            + self.prompts.per_flop() * inference_flop(plan.n, prompt_tokens)
            + self.answers.per_flop() * inference_flop(plan.n, answer_tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SARDANA: [f64; 5] = [1.69, 406.4, 410.7, 0.336, 0.283];

    fn loss(plan: Plan) -> f64 {
        SARDANA[0] + SARDANA[1] * plan.n.powf(-SARDANA[3]) + SARDANA[2] * plan.d.powf(-SARDANA[4])
    }

    #[test]
    fn the_optimum_keeps_the_loss_and_no_neighbour_is_cheaper() {
        for n in [1e9, 7e9, 70e9] {
            for demand in [0.0, 1e11, 2e12, 1e14] {
                let target = Plan { n, d: training_optimal_data(&SARDANA, n) };
                let best = lifetime_optimum(&SARDANA, target, demand).unwrap();
                assert!((loss(best) / loss(target) - 1.0).abs() < 1e-13);
                let cost = lifetime_flop(best, demand);
                assert!(cost <= lifetime_flop(target, demand) * (1.0 + 1e-13));
                let rest = loss(target) - SARDANA[0];
                for factor in [0.97, 0.999, 1.001, 1.03] {
                    let n = best.n * factor;
                    let d = Surface(&SARDANA).data_for(rest - Surface(&SARDANA).size_term(n));
                    assert!(lifetime_flop(Plan { n, d }, demand) > cost);
                }
            }
        }
    }

    #[test]
    fn without_demand_the_training_optimum_is_the_lifetime_optimum() {
        let target = Plan { n: 13e9, d: training_optimal_data(&SARDANA, 13e9) };
        let best = lifetime_optimum(&SARDANA, target, 0.0).unwrap();
        assert!((best.n / target.n - 1.0).abs() < 1e-9 && (best.d / target.d - 1.0).abs() < 1e-9);
    }

    #[test]
    fn equal_devices_make_money_and_compute_agree() {
        let device = Device { per_hour: 1.5, peak: 312e12, utilisation: 0.5 };
        let fleet = Fleet { training: device, prompts: device, answers: device };
        assert!((fleet.demand(3e11, 9e11) / 1.2e12 - 1.0).abs() < 1e-14);
        let plan = Plan { n: 1e9, d: 2e10 };
        let price = device.per_flop() * lifetime_flop(plan, 1.2e12);
        assert!((fleet.price(plan, 3e11, 9e11) / price - 1.0).abs() < 1e-14);
    }

    #[test]
    fn dearer_answers_make_the_model_smaller() {
        let training = Device { per_hour: 1.5, peak: 312e12, utilisation: 0.5 };
        let answers = Device { utilisation: 0.01, ..training };
        let fleet = Fleet { training, prompts: training, answers };
        let target = Plan { n: 30e9, d: training_optimal_data(&SARDANA, 30e9) };
        let tokens = (70.0 * 1.5e9, 215.0 * 1.5e9);
        let cheap = lifetime_optimum(&SARDANA, target, tokens.0 + tokens.1).unwrap();
        let best = lifetime_optimum(&SARDANA, target, fleet.demand(tokens.0, tokens.1)).unwrap();
        assert!(best.n < cheap.n && best.d > cheap.d);
        let price = |plan| fleet.price(plan, tokens.0, tokens.1);
        assert!(price(best) < price(cheap) && price(cheap) < price(target));
    }

    #[test]
    fn a_loss_that_cannot_be_reached_has_no_optimum() {
        assert!(lifetime_optimum(&SARDANA, Plan { n: 1e9, d: 0.0 }, 1e12).is_none());
        assert!(lifetime_optimum(&SARDANA, Plan { n: f64::NAN, d: 1e9 }, 1e12).is_none());
        for n in [1e-300, 1e-9, 1e9, 1e300] {
            for d in [1e-300, 1e-9, 9_007_199_254_740_993.0, 1e300] {
                for demand in [0.0, 1e-300, 1e300, f64::INFINITY] {
                    let plan = lifetime_optimum(&SARDANA, Plan { n, d }, demand);
                    assert!(plan.is_none_or(|plan| plan.n.is_finite() && plan.d.is_finite()));
                }
            }
        }
    }
}
