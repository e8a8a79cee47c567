//! L(N, S, B), implicit through the critical batch size (Kaplan et al. 2020; Su et al. 2024).

use crate::base::real::{Real, X};
use crate::costs::{PF_DAY, six_n_b_s, six_n_d};
use crate::law::{Allocation, Card, Counts, Derived, Family, Formula, Input, Limit, Param, Role, Transform};

/// Loss during training from model size, steps and batch size.
pub struct KaplanTrajectory;

/// Newton steps on the plain value; the last two, with derivatives, follow.
const PLAIN_STEPS: usize = 10;

fn b_crit(t: &[f64], loss: f64) -> f64 {
    t[4] * loss.powf(-1.0 / t[5])
}
/// Model size, steps at unlimited batch and C_min in FLOP that reach a loss with the least compute.
fn efficient(t: &[f64], loss: f64) -> (f64, f64, f64) {
    let n = t[0] * ((1.0 + t[1] / t[3]) / loss).powf(1.0 / t[1]);
    let s = t[2] * ((1.0 + t[3] / t[1]) / loss).powf(1.0 / t[3]);
    (n, s, six_n_d(n, b_crit(t, loss) * s))
}
fn alpha_c_min(t: &[f64]) -> f64 {
    (t[3].recip() + t[5].recip() + t[1].recip()).recip()
}

/// What the implicit equation is made of, as logarithms: L = e^n + e^s (1 + e^(k − q ln L))^alpha.
#[derive(Clone, Copy)]
struct Equation<R> {
    n: R,
    s: R,
    k: R,
    q: R,
    alpha: R,
}

impl<R: Real> Equation<R> {
    /// One Newton step in u = ln L on u − ln(right side). That function is concave and increasing
    /// (the right side is a log-sum-exp of convex functions of u), so from below the root, where
    /// any step lands, the iteration rises to it and cannot leave.
    #[inline(always)]
    fn newton(self, u: R) -> R {
        let gap = self.k - self.q * u;
        let term = (self.s + self.alpha * gap.exp().ln_1p()).exp();
        let right = self.n.exp() + term;
        let slope = self.alpha * self.q * gap.logistic() * term / right;
        u - (u - right.ln()) / (slope + 1.0)
    }
}

impl Formula<6> for KaplanTrajectory {
    const CARD: Card = Card {
        id: "kaplan-trajectory",
        family: Family::Compute,
        title: "Loss during training from model size, steps and batch size (implicit)",
        formula: r"L = \left(\frac{N_c}{N}\right)^{\alpha_N} + \left(\frac{S_c}{S}\left(1 + \frac{B_*}{B\,L^{1/\alpha_B}}\right)\right)^{\alpha_S}",
        cite: &["kaplan2020", "su2024"],
        inputs: &[
            Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
            Input::new("S", "steps taken", "steps"),
            Input::new("B", "batch size", "tokens"),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("N_c", "N_c", "model-size scale", "parameters", &[1e1, 1e5])
                .scales_with("N")
                .role(Role::Nonlinear),
            Param::exponent("alpha_N", r"\alpha_N", "model-size exponent", (0.0, 3.0), &[0.07, 0.2])
                .transform(Transform::Log),
            Param::coefficient("S_c", "S_c", "step scale", "steps", &[1e-1]).scales_with("S").role(Role::Nonlinear),
            Param::exponent("alpha_S", r"\alpha_S", "step exponent", (0.0, 3.0), &[0.4, 0.8]).transform(Transform::Log),
            Param::coefficient("B_star", "B_*", "critical batch size at a loss of one nat", "tokens", &[1.0, 1e2])
                .scales_with("B")
                .role(Role::Nonlinear),
            Param::exponent("alpha_B", r"\alpha_B", "critical-batch exponent", (0.0, 3.0), &[0.2, 0.5])
                .transform(Transform::Log),
        ],
        derived: &[
            Derived {
                symbol: "alpha_C_min",
                meaning: "exponent of loss against the least compute",
                formula: r"(1/\alpha_S + 1/\alpha_B + 1/\alpha_N)^{-1}",
                unit: "1",
                needs: &[],
                value: |t, _| alpha_c_min(t),
            },
            Derived {
                symbol: "p_N",
                meaning: "exponent of the compute-efficient model size",
                formula: r"\alpha_C^{min}/\alpha_N",
                unit: "1",
                needs: &[],
                value: |t, _| alpha_c_min(t) / t[1],
            },
            Derived {
                symbol: "p_B",
                meaning: "exponent of the compute-efficient batch size",
                formula: r"\alpha_C^{min}/\alpha_B",
                unit: "1",
                needs: &[],
                value: |t, _| alpha_c_min(t) / t[5],
            },
            Derived {
                symbol: "p_S",
                meaning: "exponent of the compute-efficient number of steps",
                formula: r"\alpha_C^{min}/\alpha_S",
                unit: "1",
                needs: &[],
                value: |t, _| alpha_c_min(t) / t[3],
            },
            Derived {
                symbol: "stop_ratio",
                meaning: "loss at which compute-efficient training stops, over the converged loss",
                formula: r"1 + \alpha_N/\alpha_S",
                unit: "1",
                needs: &[],
                value: |t, _| 1.0 + t[1] / t[3],
            },
            Derived {
                symbol: "B_crit",
                meaning: "critical batch size at the loss L",
                formula: r"B_* L^{-1/\alpha_B}",
                unit: "tokens",
                needs: &["L"],
                value: |t, at| b_crit(t, at[0]),
            },
            Derived {
                symbol: "S_min",
                meaning: "steps that S steps at batch B would be worth at unlimited batch, at the loss L",
                formula: r"S/(1 + B_{crit}/B)",
                unit: "steps",
                needs: &["S", "B", "L"],
                value: |t, at| at[0] / (1.0 + b_crit(t, at[2]) / at[1]),
            },
            Derived {
                symbol: "C_min",
                meaning: "compute that C at batch B would be worth at a vanishing batch, at the loss L",
                formula: r"C/(1 + B/B_{crit})",
                unit: "FLOP",
                needs: &["C", "B", "L"],
                value: |t, at| at[0] / (1.0 + at[1] / b_crit(t, at[2])),
            },
            Derived {
                symbol: "N_eff",
                meaning: "model size that reaches the loss L with the least compute",
                formula: r"N_c ((1+\alpha_N/\alpha_S)/L)^{1/\alpha_N}",
                unit: "parameters",
                needs: &["L"],
                value: |t, at| efficient(t, at[0]).0,
            },
            Derived {
                symbol: "S_eff",
                meaning: "steps at unlimited batch that reach the loss L with the least compute",
                formula: r"S_c ((1+\alpha_S/\alpha_N)/L)^{1/\alpha_S}",
                unit: "steps",
                needs: &["L"],
                value: |t, at| efficient(t, at[0]).1,
            },
            Derived {
                symbol: "C_eff",
                meaning: "the least compute that reaches the loss L, in petaflop-days",
                formula: r"6 N_{eff} B_{crit} S_{eff}",
                unit: "PF-days",
                needs: &["L"],
                value: |t, at| efficient(t, at[0]).2 / PF_DAY,
            },
        ],
        allocation: Some(Allocation {
            free: &["N", "S"],
            cost: &six_n_b_s::COST,
            closed_form: None,
        }),
        reduces_to: &[Limit {
            law: "kaplan-steps",
            set: &[("B_star", 0.0)],
            theta: &["N_c", "alpha_N", "S_c", "alpha_S"],
            inputs: &["N", "S"],
        }],
        notes: "\
## Statement
A run of S steps at batch B is worth S_min = S / (1 + B_crit(L)/B) steps at unlimited batch. Put into \
L(N, S_min), with a critical batch that depends on the loss itself, this gives the whole loss trajectory \
as the one root of an equation in L.

## Origin
Kaplan et al. 2020, equations 5.3, 5.4 and 5.6; Su et al. 2024 state the combined law, with constants of \
their own from models of 1M to 60M parameters that are not carried here. Minimising 6 N B_crit S_min at a fixed loss gives the compute-efficient \
path: the loss stops at 1 + alpha_N/alpha_S times the converged loss, and falls with compute as \
alpha_C_min = 1/(1/alpha_S + 1/alpha_B + 1/alpha_N) (equation 6.4).

## Assumptions
Unlimited data, one pass, a learning rate that does not decay within the curve. Batch in tokens; \
embeddings left out of N. The right side falls with L, so the root is unique; it is found by Newton's \
method in ln L and differentiated through the last two steps, exact to second order.

## Where it fails
During the warm-up and with decaying schedules. The batch enters the optimum only through the cost: \
smaller batches always save compute here, so an optimum needs a stated batch. alpha_C_min from the table \
is 0.052; the text also prints 0.054, and the direct fit 0.050.

## References
kaplan2020, su2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n_c, alpha_n, s_c, alpha_s, b_star, alpha_b]: &[R; 6]) -> R {
        let equation = Equation {
            n: alpha_n * (n_c.ln() - x[0].ln()),
            s: alpha_s * (s_c.ln() - x[1].ln()),
            k: b_star.ln() - x[2].ln(),
            q: alpha_b.recip(),
            alpha: alpha_s,
        };
        let plain = Equation {
            n: equation.n.value(),
            s: equation.s.value(),
            k: equation.k.value(),
            q: equation.q.value(),
            alpha: equation.alpha.value(),
        };
        // Two bounds from below, each the root when the other part vanishes: 1 + e^gap > 1, e^gap.
        let unlimited = (plain.n.exp() + plain.s.exp()).ln();
        let limited = (plain.s + plain.alpha * plain.k) / (plain.alpha * plain.q + 1.0);
        let mut u = unlimited.max(limited);
        for _ in 0..PLAIN_STEPS {
            u = plain.newton(u);
        }
        equation.newton(equation.newton(R::plain(u))).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{Block, Jet, Law, Of, Order};

    const TABLE_3_AND_5: [f64; 6] = [6.5e13, 0.077, 2.1e3, 0.76, 2.1e8, 0.21];

    #[test]
    fn the_loss_solves_its_own_equation_over_twenty_decades() {
        let law = Of::<KaplanTrajectory, 6>::new();
        let t = TABLE_3_AND_5;
        for n in [1e5, 1e9, 1e13] {
            for s in [1e1, 1e4, 1e8] {
                for b in [1e1, 1e6, 1e9] {
                    let loss = law.predict(&[n, s, b], &t);
                    let right = (t[0] / n).powf(t[1]) + (t[2] / s * (1.0 + b_crit(&t, loss) / b)).powf(t[3]);
                    assert!((loss / right - 1.0).abs() < 1e-12, "{n} {s} {b}: {loss} {right}");
                }
            }
        }
    }

    #[test]
    fn derivatives_through_the_root_are_those_of_the_root() {
        let law = Of::<KaplanTrajectory, 6>::new();
        let x = [3e8, 2e4, 5e5];
        let columns = [&x[0..1], &x[1..2], &x[2..3]];
        let block = &Block::split(&columns)[0];
        let mut jet = Jet::new(6);
        law.jet(Order::Second, block, &TABLE_3_AND_5, &mut jet);
        let first = |t: &[f64; 6]| {
            let mut jet = Jet::new(6);
            law.jet(Order::First, block, t, &mut jet);
            jet
        };
        for i in 0..6 {
            let h = 1e-5 * TABLE_3_AND_5[i];
            let shifted = |sign: f64| {
                let mut t = TABLE_3_AND_5;
                t[i] += sign * h;
                t
            };
            let (up, down) = (shifted(1.0), shifted(-1.0));
            let slope = (law.predict(&x, &up) - law.predict(&x, &down)) / (2.0 * h);
            assert!((jet.d[i][0] / slope - 1.0).abs() < 1e-6, "first {i}: {} {slope}", jet.d[i][0]);
            let (up, down) = (first(&up), first(&down));
            for j in 0..=i {
                let second = (up.d[j][0] - down.d[j][0]) / (2.0 * h);
                let ours = jet.h[i * (i + 1) / 2 + j][0];
                assert!((ours - second).abs() <= 1e-5 * second.abs(), "second {i} {j}: {ours} {second}");
            }
        }
    }

    #[test]
    fn at_the_critical_batch_steps_and_tokens_are_twice_their_least() {
        let t = TABLE_3_AND_5;
        let derived = |symbol: &str, at: &[f64]| (KaplanTrajectory::CARD.derived(symbol).unwrap().value)(&t, at);
        for loss in [1.5, 2.5, 6.0] {
            let b = derived("B_crit", &[loss]);
            assert!((derived("S_min", &[1e5, b, loss]) / 5e4 - 1.0).abs() < 1e-14);
            assert!((derived("C_min", &[1e20, b, loss]) / 5e19 - 1.0).abs() < 1e-14);
            for batch in [1e4, 3e6] {
                let s = 1e5 / derived("S_min", &[1e5, batch, loss]);
                let e = 1e20 / derived("C_min", &[1e20, batch, loss]);
                assert!(((s - 1.0) * (e - 1.0) - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_efficient_path_has_the_least_compute_and_the_stated_exponents() {
        let t = TABLE_3_AND_5;
        let loss = 2.2;
        let (n, s, c) = efficient(&t, loss);
        assert!(((t[0] / n).powf(t[1]) + (t[2] / s).powf(t[3]) - loss).abs() < 1e-12);
        for factor in [0.9, 0.99, 1.01, 1.1] {
            let n = n * factor;
            let s = t[2] * (loss - (t[0] / n).powf(t[1])).powf(-1.0 / t[3]);
            assert!(six_n_d(n, s * b_crit(&t, loss)) > c);
        }
        let (n2, s2, c2) = efficient(&t, loss * 0.9);
        let rise = (c2 / c).ln();
        assert!((-(0.9_f64.ln()) / rise - alpha_c_min(&t)).abs() < 1e-12);
        assert!(((n2 / n).ln() / rise - alpha_c_min(&t) / t[1]).abs() < 1e-12);
        assert!(((s2 / s).ln() / rise - alpha_c_min(&t) / t[3]).abs() < 1e-12);
    }
}
