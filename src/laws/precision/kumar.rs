//! Integer-precision training: weights, activations and KV cache each shrink the effective model
//! (Kumar et al. 2024, main text).

use crate::base::real::{Real, X};
use crate::base::root::root;
use crate::costs::{tokens_of_at, widest_operand};
use crate::law::{Allocation, Card, Cost, Counts, Derived, Family, Formula, Input, Limit, Param, Role};

/// The law as the main text states it: 1 − e^(−P/γ) per tensor.
pub struct Kumar;

/// What is left of a tensor's parameters at its precision, 1 − e^(−P/γ+n); NaN once taken to a
/// power where it is not positive.
#[inline(always)]
pub(super) fn kept<R: Real>(bits: X<R>, gamma: R, offset: R) -> R {
    -(offset - bits.value() / gamma).exp_m1()
}
/// A (N·kept)^−α + B D^−β + E.
#[inline(always)]
pub(super) fn loss<R: Real>(x: &[X<R>], kept: R, [a, b, e, alpha, beta]: [R; 5]) -> R {
    a * (-(alpha * (x[0].ln() + kept.ln()))).exp() + b * x[1].pow(-beta) + e
}

/// A published parameter layout, read into names.
pub(super) struct Theta {
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) alpha: f64,
    pub(super) beta: f64,
    pub(super) gamma: [f64; 3],
    pub(super) offset: [f64; 3],
}

/// Which of the two laws a parameter vector belongs to.
pub(super) trait Layout {
    fn read(t: &[f64]) -> Theta;
}

impl Theta {
    fn tensors(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.gamma.into_iter().zip(self.offset)
    }
    /// F: the share of N that counts at bits per tensor; NaN where nothing is left.
    fn share(&self, bits: [f64; 3]) -> f64 {
        let kept = bits.into_iter().zip(self.tensors()).map(|(p, (gamma, n))| -(n - p / gamma).exp_m1());
        kept.fold(1.0, |share, kept| if kept > 0.0 { share * kept } else { f64::NAN })
    }
    /// Bits below which some tensor keeps nothing.
    fn floor(&self) -> f64 {
        self.tensors().map(|(gamma, n)| gamma * n).fold(0.0, f64::max)
    }
    /// d ln F / d ln P at one precision for all; falls with P.
    fn elasticity(&self, p: f64) -> f64 {
        self.tensors()
            .map(|(gamma, n)| {
                let lost = (n - p / gamma).exp();
                p / gamma * lost / (1.0 - lost)
            })
            .sum()
    }
    /// The precision that makes the most effective parameters per bit paid: max F(P)/P.
    fn bits(&self) -> f64 {
        root(|p| self.elasticity(p) - 1.0, self.floor() * (1.0 + 1e-9) + 1e-9, 1e4)
    }
    /// Equation 16: the best model size at bits per tensor, paying for the widest.
    fn size(&self, c: f64, bits: [f64; 3]) -> f64 {
        let (sum, widest) = (self.alpha + self.beta, bits.into_iter().fold(0.0, f64::max));
        let ratio = self.alpha * self.a * self.share(bits).powf(-self.alpha) / (self.beta * self.b);
        (ratio.ln() / sum + self.beta / sum * tokens_of_at(c, 1.0, widest).ln()).exp()
    }
    /// The best precision when the model size is given.
    fn bits_at_size(&self, c: f64, n: f64) -> f64 {
        let slope = |p: f64| {
            let model = self.alpha * self.a * (n * self.share([p; 3])).powf(-self.alpha) * self.elasticity(p);
            model - self.beta * self.b * tokens_of_at(c, n, p).powf(-self.beta)
        };
        root(slope, self.floor() * (1.0 + 1e-9) + 1e-9, 1e4)
    }
}

/// C = (6/16) N D max(P): hardware multiplies at its widest operand.
pub(super) const COST: &Cost = &widest_operand::COST;

/// N* and D at fixed precisions.
pub(super) fn closed_form<T: Layout>(t: &[f64], x: &[f64], c: f64) -> Option<Vec<f64>> {
    let bits = [x[2], x[3], x[4]];
    let n = T::read(t).size(c, bits);
    n.is_finite().then(|| vec![n, tokens_of_at(c, n, bits.into_iter().fold(0.0, f64::max))])
}

/// What both laws derive.
pub(super) const fn derived<T: Layout>() -> [Derived; 9] {
    [
        Derived {
            symbol: "P_floor",
            meaning: "bits below which some tensor keeps nothing",
            formula: r"\max_x\gamma_x n_x",
            unit: "bits",
            needs: &[],
            value: |t, _| T::read(t).floor(),
        },
        Derived {
            symbol: "P_opt",
            meaning: "optimal precision, N, D and P free under C = kPND; no budget changes it",
            formula: r"\arg\max_P F(P)/P",
            unit: "bits",
            needs: &[],
            value: |t, _| T::read(t).bits(),
        },
        Derived {
            symbol: "F_opt",
            meaning: "share of the model size that counts at that precision",
            formula: r"F(P_{opt})",
            unit: "1",
            needs: &[],
            value: |t, _| T::read(t).share([T::read(t).bits(); 3]),
        },
        Derived {
            symbol: "F",
            meaning: "share of the model size that counts, one precision for all tensors",
            formula: r"\prod_x(1-e^{-P/\gamma_x+n_x})",
            unit: "1",
            needs: &["P"],
            value: |t, at| T::read(t).share([at[0]; 3]),
        },
        Derived {
            symbol: "N_eff",
            meaning: "effective model size",
            formula: r"N\prod_x(1-e^{-P_x/\gamma_x+n_x})",
            unit: "parameters",
            needs: &["N", "P_w", "P_a", "P_kv"],
            value: |t, at| at[0] * T::read(t).share([at[1], at[2], at[3]]),
        },
        Derived {
            symbol: "N_opt",
            meaning: "optimal model size at one precision under C = kPND, k = 6/16",
            formula: r"[\alpha A F^{-\alpha}/(\beta B)]^{1/(\alpha+\beta)}[C/(kP)]^{\beta/(\alpha+\beta)}",
            unit: "parameters",
            needs: &["C", "P"],
            value: |t, at| T::read(t).size(at[0], [at[1]; 3]),
        },
        Derived {
            symbol: "D_opt",
            meaning: "optimal data at one precision under C = kPND, k = 6/16",
            formula: r"C/(kPN_{opt})",
            unit: "tokens",
            needs: &["C", "P"],
            value: |t, at| tokens_of_at(at[0], T::read(t).size(at[0], [at[1]; 3]), at[1]),
        },
        Derived {
            symbol: "P_opt_N",
            meaning: "optimal precision at fixed model size under C = kPND, k = 6/16; grows as ln C",
            formula: r"\partial L/\partial\ln P=0,\ D=C/(kPN)",
            unit: "bits",
            needs: &["C", "N"],
            value: |t, at| T::read(t).bits_at_size(at[0], at[1]),
        },
        Derived {
            symbol: "gamma_mean",
            meaning: "mean saturation width of the three tensors",
            formula: r"\bar\gamma=(\gamma_w+\gamma_a+\gamma_{kv})/3",
            unit: "bits",
            needs: &[],
            value: |t, _| T::read(t).gamma.iter().sum::<f64>() / 3.0,
        },
    ]
}

impl Layout for Kumar {
    fn read(t: &[f64]) -> Theta {
        Theta { a: t[0], b: t[1], alpha: t[3], beta: t[4], gamma: [t[5], t[6], t[7]], offset: [0.0; 3] }
    }
}

const SHARED: [Derived; 9] = derived::<Kumar>();

impl Formula<8> for Kumar {
    const CARD: Card = Card {
        id: "kumar",
        family: Family::Precision,
        title: "Integer-precision training: loss from N, D and the bits of weights, activations and KV cache",
        formula: r"L = A\left[N\prod_{x\in\{w,a,kv\}}(1-e^{-P_x/\gamma_x})\right]^{-\alpha} + B D^{-\beta} + E",
        cite: &["kumar2024"],
        inputs: INPUTS,
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            PARAMS[0],
            PARAMS[1],
            PARAMS[2],
            PARAMS[3],
            PARAMS[4],
            width("gamma_w", r"\gamma_w", "saturation width of the weights"),
            width("gamma_a", r"\gamma_a", "saturation width of the activations"),
            width("gamma_kv", r"\gamma_{kv}", "saturation width of the KV cache"),
        ],
        derived: &[
            SHARED[0],
            SHARED[1],
            SHARED[2],
            SHARED[3],
            SHARED[4],
            SHARED[5],
            SHARED[6],
            SHARED[7],
            SHARED[8],
            Derived {
                symbol: "P_opt_mean",
                meaning: "optimal precision when all three tensors are given the mean width",
                formula: r"\frac{3P}{\bar\gamma}\frac{e^{-P/\bar\gamma}}{1-e^{-P/\bar\gamma}}=1",
                unit: "bits",
                needs: &[],
                value: |t, _| {
                    let theta = Kumar::read(t);
                    let mean = theta.gamma.iter().sum::<f64>() / 3.0;
                    Theta { gamma: [mean; 3], ..theta }.bits()
                },
            },
        ],
        allocation: Some(Allocation { free: &["N", "D"], cost: COST, closed_form: Some(closed_form::<Kumar>) }),
        reduces_to: &[Limit {
            law: "chinchilla",
            set: &[("gamma_w", 0.0), ("gamma_a", 0.0), ("gamma_kv", 0.0)],
            theta: &["E", "A", "B", "alpha", "beta"],
            inputs: &["N", "D"],
        }],
        notes: "\
## Statement
Training weights, activations and KV cache at P_w, P_a and P_kv bits makes the model act as one of \
N_eff = N (1-e^(-P_w/gamma_w)) (1-e^(-P_a/gamma_a)) (1-e^(-P_kv/gamma_kv)) parameters. Data are not \
affected. With N, D and P free under C = (6/16) N D P the best precision maximises F(P)/P and does \
not depend on the budget; with N fixed it grows with ln C.

## Origin
Kumar et al. 2024, equations 3 and 4; the optimum at fixed precision is equation 16, at fixed model \
size equation 23. The optimum here uses the product of the three factors; the paper's algebra gives \
all three the mean width (P_opt_mean).

## Assumptions
N counts parameters without embeddings. Integer formats, forward pass only, weights scaled by \
channel and activations by tensor. When the three precisions differ, the widest of the three is \
paid for.

## Where it fails
The paper's constants belong to factors with an offset, 1-e^(-P/gamma+n) (its appendix K), which is \
the law `kumar-offset`. Read without offsets, as the main text writes them, they put the best \
precision at 3.5 to 3.7 bits and contradict the paper's own 7 to 8. The main text's N* carries \
P^(-alpha/(alpha+beta)), the appendix P^(-beta/(alpha+beta)); they agree because the fit ties alpha \
and beta. The losses are not public.

## References
kumar2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, e, alpha, beta, gamma_w, gamma_a, gamma_kv]: &[R; 8]) -> R {
        let none = R::constant(0.0);
        let kept = kept(x[2], gamma_w, none) * kept(x[3], gamma_a, none) * kept(x[4], gamma_kv, none);
        loss(x, kept, [a, b, e, alpha, beta])
    }
}

const INPUTS: &[Input] = &[
    Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
    Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
    Input::new("P_w", "bits of the weights", "bits").within(1.0, 16.0).whole(),
    Input::new("P_a", "bits of the activations", "bits").within(1.0, 16.0).whole(),
    Input::new("P_kv", "bits of the KV cache", "bits").within(1.0, 16.0).whole(),
];

/// The 16-bit part, in the order of both laws.
pub(super) const PARAMS: [Param; 5] = [
    Param::coefficient("A", "A", "model-size coefficient", "nat/token·parameters^alpha", &[400.0, 4000.0]),
    Param::coefficient("B", "B", "data coefficient", "nat/token·tokens^beta", &[1000.0, 20_000.0]),
    Param::coefficient("E", "E", "irreducible loss", "nat/token", &[1.7, 2.7]),
    Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.3, 0.5]),
    Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.3, 0.5]),
];

/// A saturation width, in bits.
pub(super) const fn width(symbol: &'static str, tex: &'static str, meaning: &'static str) -> Param {
    Param::coefficient(symbol, tex, meaning, "bits", &[2.0]).role(Role::Nonlinear)
}
