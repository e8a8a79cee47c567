//! Floating-point quantisation training: one law in N, D, exponent bits, mantissa bits and block
//! size (Sun et al. 2025).

use crate::base::real::{Real, X};
use crate::base::root::{minimum, root};
use crate::costs::{float_format, tokens_of_at};
use crate::law::{Allocation, Card, Counts, Derived, Family, Formula, Input, Limit, Param, Role};

/// The unified law, with every optimum that the paper draws from it.
pub struct Capybara;

// What the laws of Sun et al. have in common.

pub(super) const SIZE: Input = Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding);
pub(super) const DATA: Input = Input::new("D", "training data", "tokens").counting(Counts::TokensSeen);
pub(super) const EXPONENT_BITS: Input = Input::new("E", "exponent bits", "bits").within(0.0, 8.0).whole();
pub(super) const MANTISSA_BITS: Input = Input::new("M", "mantissa bits", "bits").within(0.0, 15.0).whole();
pub(super) const BLOCK_SIZE: Input = Input::new("B", "block size: elements that share one scale", "1").within(1.0, 1e6);
pub(super) const LOSS: Input = Input::new("L", "loss", "nat/token");
pub(super) const DELTA: Param = Param::exponent("delta", r"\delta", "exponent-bits exponent", (0.0, 20.0), &[1.0, 3.0]);
pub(super) const NU: Param = Param::exponent("nu", r"\nu", "mantissa-bits exponent", (0.0, 20.0), &[1.0, 3.0]);

/// The parameters of [`classical`].
const CLASSICAL: [Param; 5] = [
    Param::coefficient("n", "n", "model-size coefficient", "nat/token·parameters^alpha", &[20.0, 200.0]),
    Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.4]),
    Param::coefficient("d", "d", "data coefficient", "nat/token·tokens^beta", &[1e3, 1e5]),
    Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.3, 0.5]),
    Param::coefficient("eps", r"\epsilon", "irreducible loss", "nat/token", &[1.8]),
];

/// The parameters of [`classical`] and then a law's own, P in all.
pub(super) const fn after_classical<const OWN: usize, const P: usize>(own: [Param; OWN]) -> [Param; P] {
    assert!(CLASSICAL.len() + OWN == P);
    let mut all = [CLASSICAL[0]; P];
    let mut k = 1;
    while k < P {
        all[k] = if k < CLASSICAL.len() { CLASSICAL[k] } else { own[k - CLASSICAL.len()] };
        k += 1;
    }
    all
}

/// What is left where the number format holds everything: an infinite capacity.
pub(super) const fn unquantised(capacity: &'static [(&'static str, f64)]) -> Limit {
    Limit { law: "chinchilla", set: capacity, theta: &["eps", "n", "d", "alpha", "beta"], inputs: &["N", "D"] }
}

/// Half a bit is added to exponent and mantissa, so that zero bits still leave some capacity.
pub(super) const HALF_BIT: f64 = 0.5;

/// bits + 1/2, to an exponent.
#[inline(always)]
pub(super) fn of_bits<R: Real>(bits: X<R>, exponent: R) -> R {
    exponent.scale((bits.value().value() + HALF_BIT).ln()).exp()
}
/// n/N^α + d/D^β + ε, the 16-bit part of every law of this family.
#[inline(always)]
pub(super) fn classical<R: Real>(x: &[X<R>], n: R, alpha: R, d: R, beta: R, eps: R) -> R {
    n * x[0].pow(-alpha) + d * x[1].pow(-beta) + eps
}
/// D^β/N^α: what quantisation costs grows with the data and shrinks with the model.
#[inline(always)]
pub(super) fn load<R: Real>(x: &[X<R>], alpha: R, beta: R) -> R {
    (x[1].times_ln(beta) - x[0].times_ln(alpha)).exp()
}

/// What `E` exponent and `M` mantissa bits can hold, (E+½)^δ (M+½)^ν.
fn capacity(t: &Theta, e: f64, m: f64) -> f64 {
    (e + HALF_BIT).powf(t.delta) * (m + HALF_BIT).powf(t.nu)
}
/// The layout of `p` bits, sign included, that holds most; exponent bits, or NaN if `p` is no
/// whole number of bits.
fn best_exponent_bits(t: &Theta, p: f64) -> f64 {
    if !(1.0..=64.0).contains(&p) || p.fract() != 0.0 {
        return f64::NAN;
    }
    let mut best = (f64::NAN, f64::NEG_INFINITY);
    for e in 0..p as u32 {
        let e = f64::from(e);
        let held = capacity(t, e, p - 1.0 - e);
        if held > best.1 {
            best = (e, held);
        }
    }
    best.0
}

/// The parameters by name.
struct Theta {
    n: f64,
    alpha: f64,
    d: f64,
    beta: f64,
    eps: f64,
    gamma: f64,
    delta: f64,
    nu: f64,
}

impl Theta {
    fn of(t: &[f64]) -> Self {
        Self { n: t[0], alpha: t[1], d: t[2], beta: t[3], eps: t[4], gamma: t[5], delta: t[6], nu: t[7] }
    }
    fn width(&self) -> f64 {
        self.delta + self.nu
    }
    /// Equation 34: the capacity of the best continuous split is P^(δ+ν) times γ_ρ/γ.
    fn gamma_rho(&self) -> f64 {
        let w = self.width();
        self.gamma * (self.delta * self.delta.ln() + self.nu * self.nu.ln() - w * w.ln()).exp()
    }
    fn gamma_d(&self) -> f64 {
        (self.width() - self.alpha) / (self.n * self.alpha * self.gamma_rho())
    }
    fn gamma_n(&self) -> f64 {
        (self.beta + self.width()) / (self.d * self.beta * self.gamma_rho())
    }
    /// What the quantisation term multiplies D^β/N^α with, at `p` bits split as well as can be.
    fn rho(&self, p: f64, b: f64) -> f64 {
        b.log2() / (self.gamma_rho() * p.powf(self.width()))
    }
    fn loss(&self, n: f64, d: f64, p: f64, b: f64) -> f64 {
        self.n / n.powf(self.alpha)
            + self.d / d.powf(self.beta)
            + self.eps
            + d.powf(self.beta) / n.powf(self.alpha) * self.rho(p, b)
    }
    /// Equation 25 (54): the optimal precision when N, D and P are all free under C = k P N D.
    fn joint_bits(&self, c: f64, b: f64) -> f64 {
        let (w, sum) = (self.width(), self.alpha + self.beta);
        let right = (self.gamma_d() * b.log2()).ln() * sum / self.beta
            + ((w - self.alpha) / (w + self.beta)).ln()
            + (self.d * self.beta / (self.n * self.alpha)).ln()
            + self.alpha * tokens_of_at(c, 1.0, 1.0).ln();
        (right / (w * sum / self.beta + self.alpha)).exp()
    }
    /// The best model size at a precision: where the marginal returns of N and D meet. `bits` is
    /// what is paid for, `p` what is computed with.
    fn size(&self, c: f64, b: f64, p: f64, bits: f64) -> f64 {
        let (q, room) = (self.rho(p, b), tokens_of_at(c, 1.0, bits).ln());
        let slope = |ln_n: f64| {
            let ln_d = room - ln_n;
            self.beta * self.d * (-self.beta * ln_d).exp()
                - self.alpha * self.n * (-self.alpha * ln_n).exp()
                - (self.alpha + self.beta) * q * (self.beta * ln_d - self.alpha * ln_n).exp()
        };
        root(slope, -50.0, 150.0).exp()
    }
    /// The minimum over N, D and P under C = k (P+b) N D, by search: P, N, D, L.
    fn search(&self, c: f64, b: f64, overhead: f64) -> [f64; 4] {
        let at = |p: f64| {
            let n = self.size(c, b, p, p + overhead);
            let d = tokens_of_at(c, n, p + overhead);
            [p, n, d, self.loss(n, d, p, b)]
        };
        at(minimum(|ln_p| at(ln_p.exp())[3], 0.1f64.ln(), 128f64.ln()).exp())
    }
}

impl Formula<8> for Capybara {
    const CARD: Card = Card {
        id: "capybara",
        family: Family::Precision,
        title: "Floating-point quantisation training: loss from N, D, exponent bits, mantissa bits and block size",
        formula: r"L = \frac{n}{N^\alpha} + \frac{d}{D^\beta} + \epsilon + \frac{D^\beta}{N^\alpha}\,\frac{\log_2 B}{\gamma (E+\frac12)^\delta (M+\frac12)^\nu}",
        cite: &["capybara2025"],
        inputs: &[SIZE, DATA, EXPONENT_BITS, MANTISSA_BITS, BLOCK_SIZE],
        output: LOSS,
        params: &after_classical::<_, 8>([
            // It divides: the law is linear in its reciprocal only.
            Param::coefficient("gamma", r"\gamma", "capacity coefficient of the number format", "1", &[1e3, 1e5])
                .role(Role::Nonlinear),
            Param { starts: &[3.0], ..DELTA },
            Param { starts: &[3.0], ..NU },
        ]),
        derived: DERIVED,
        allocation: Some(Allocation { free: &["N", "D"], cost: &float_format::COST, closed_form: None }),
        reduces_to: &[unquantised(&[("gamma", f64::INFINITY)])],
        notes: "\
## Statement
Training with quantised weights and activations adds to Chinchilla's law a term that grows with the \
data and shrinks with the model: D^beta/N^alpha, with the same exponents as the 16-bit part, times \
log2 of the block size over the capacity of the number format, gamma (E+1/2)^delta (M+1/2)^nu. \
P = E + M + 1 counts the sign bit. The best split of P bits is M+1/2 = nu P/(delta+nu). Beyond a \
critical amount of data more data makes the model worse. With N, D and P all free under \
C = k P N D, k = 6/16, the best precision grows as a small power of the budget.

## Origin
Sun et al. 2025, equations 18 and 26; the optimal split is equation 19, the critical data equation \
21, the optimal precisions equations 22 to 25, in clean form 46, 51 and 54. The optimum over N, D \
and P is here both in closed form (P_opt) and by search (P_min, which also takes an overhead of b \
bits in C = k(P+b)ND).

## Assumptions
N counts parameters without embeddings; B is the number of elements along the channel that share \
one scale. Scaling channel by channel counts as log2 B = 13.1567. Weights and activations are \
quantised in the forward pass and where gradients are formed, to nearest, with subnormal numbers. \
Cost is proportional to P+b, which no chip sells in steps of a fraction of a bit: layouts are whole \
numbers, the optimal precisions are continuous.

## Where it fails
B = 1 removes the term altogether. The paper prints neither the objective nor the losses, so its \
constants cannot be refitted; it counts its runs in three ways (366, 371, 358 or 359 fitted). It \
names no block size beside its critical data sizes: B = 128 reproduces all three. Data of 41M to \
679M parameters fitted the law; it was checked at 1.2B to 70B.

## References
capybara2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n, alpha, d, beta, eps, gamma, delta, nu]: &[R; 8]) -> R {
        let capacity = gamma * of_bits(x[2], delta) * of_bits(x[3], nu);
        let block = load(x, alpha, beta).scale(x[4].ln().value() / std::f64::consts::LN_2);
        classical(x, n, alpha, d, beta, eps) + block / capacity
    }
}

const DERIVED: &[Derived] = &[
    Derived {
        symbol: "width_exponent",
        meaning: "exponent of the precision at the best split",
        formula: r"\delta+\nu",
        unit: "1",
        needs: &[],
        value: |t, _| Theta::of(t).width(),
    },
    Derived {
        symbol: "gamma_rho",
        meaning: "capacity coefficient at the best split, in P^(delta+nu)",
        formula: r"\gamma\delta^\delta\nu^\nu/(\delta+\nu)^{\delta+\nu}",
        unit: "1",
        needs: &[],
        value: |t, _| Theta::of(t).gamma_rho(),
    },
    Derived {
        symbol: "gamma_D",
        meaning: "coefficient of the optimal precision at fixed data",
        formula: r"(\delta+\nu-\alpha)/(n\alpha\gamma_\rho)",
        unit: "1",
        needs: &[],
        value: |t, _| Theta::of(t).gamma_d(),
    },
    Derived {
        symbol: "gamma_N",
        meaning: "coefficient of the optimal precision at fixed model size",
        formula: r"(\beta+\delta+\nu)/(d\beta\gamma_\rho)",
        unit: "1",
        needs: &[],
        value: |t, _| Theta::of(t).gamma_n(),
    },
    Derived {
        symbol: "E_opt",
        meaning: "best exponent bits of P bits, continuous",
        formula: r"\delta P/(\delta+\nu)-\frac12",
        unit: "bits",
        needs: &["P"],
        value: |t, at| t[6] * at[0] / (t[6] + t[7]) - HALF_BIT,
    },
    Derived {
        symbol: "M_opt",
        meaning: "best mantissa bits of P bits, continuous",
        formula: r"\nu P/(\delta+\nu)-\frac12",
        unit: "bits",
        needs: &["P"],
        value: |t, at| t[7] * at[0] / (t[6] + t[7]) - HALF_BIT,
    },
    Derived {
        symbol: "E_int",
        meaning: "exponent bits of the best layout of P bits, whole numbers",
        formula: r"\arg\max_{E+M=P-1}(E+\frac12)^\delta(M+\frac12)^\nu",
        unit: "bits",
        needs: &["P"],
        value: |t, at| best_exponent_bits(&Theta::of(t), at[0]),
    },
    Derived {
        symbol: "M_int",
        meaning: "mantissa bits of the best layout of P bits, whole numbers",
        formula: r"P-1-E_{int}",
        unit: "bits",
        needs: &["P"],
        value: |t, at| at[0] - 1.0 - best_exponent_bits(&Theta::of(t), at[0]),
    },
    Derived {
        symbol: "P",
        meaning: "bits in all, sign included",
        formula: r"E+M+1",
        unit: "bits",
        needs: &["E", "M"],
        value: |_, at| at[0] + at[1] + 1.0,
    },
    Derived {
        symbol: "capacity",
        meaning: "what the layout can hold",
        formula: r"(E+\frac12)^\delta(M+\frac12)^\nu",
        unit: "1",
        needs: &["E", "M"],
        value: |t, at| capacity(&Theta::of(t), at[0], at[1]),
    },
    Derived {
        symbol: "rho_opt",
        meaning: "loss added by quantisation at the best split of P bits",
        formula: r"\frac{D^\beta}{N^\alpha}\frac{\log_2 B}{\gamma_\rho P^{\delta+\nu}}",
        unit: "nat/token",
        needs: &["N", "D", "P", "B"],
        value: |t, at| at[1].powf(t[3]) / at[0].powf(t[1]) * Theta::of(t).rho(at[2], at[3]),
    },
    Derived {
        symbol: "N_eff",
        meaning: "16-bit model size with the same loss, at the best split of P bits",
        formula: r"N\,[1+D^\beta\log_2 B/(n\gamma_\rho P^{\delta+\nu})]^{-1/\alpha}",
        unit: "parameters",
        needs: &["N", "D", "P", "B"],
        value: |t, at| {
            let lost = at[1].powf(t[3]) * Theta::of(t).rho(at[2], at[3]) / t[0];
            at[0] * (1.0 + lost).powf(-1.0 / t[1])
        },
    },
    Derived {
        symbol: "D_crit",
        meaning: "data beyond which more data raises the loss",
        formula: r"[d\gamma N^\alpha(E+\frac12)^\delta(M+\frac12)^\nu/\log_2 B]^{1/(2\beta)}",
        unit: "tokens",
        needs: &["N", "E", "M", "B"],
        value: |t, at| {
            let held = capacity(&Theta::of(t), at[1], at[2]);
            (t[2] * t[5] * at[0].powf(t[1]) * held / at[3].log2()).powf(0.5 / t[3])
        },
    },
    Derived {
        symbol: "P_opt_D",
        meaning: "optimal precision at fixed data, N and P free under C = kPND",
        formula: r"[\gamma_D D^\beta\log_2 B]^{1/(\delta+\nu)}",
        unit: "bits",
        needs: &["D", "B"],
        value: |t, at| {
            let theta = Theta::of(t);
            (theta.gamma_d() * at[0].powf(t[3]) * at[1].log2()).powf(1.0 / theta.width())
        },
    },
    Derived {
        symbol: "P_opt_N",
        meaning: "optimal precision at fixed model size, D and P free under C = kPND, k = 6/16",
        formula: r"[\gamma_N (C/k)^{2\beta}N^{-\alpha-2\beta}\log_2 B]^{1/(\delta+\nu+2\beta)}",
        unit: "bits",
        needs: &["C", "N", "B"],
        value: |t, at| {
            let theta = Theta::of(t);
            let data = tokens_of_at(at[0], at[1], 1.0).powf(2.0 * t[3]);
            (theta.gamma_n() * data * at[1].powf(-t[1]) * at[2].log2()).powf(1.0 / (theta.width() + 2.0 * t[3]))
        },
    },
    Derived {
        symbol: "P_opt",
        meaning: "optimal precision, N, D and P free under C = kPND, k = 6/16",
        formula: r"P^{(\delta+\nu)(\alpha+\beta)/\beta+\alpha}=(\gamma_D\log_2 B)^{(\alpha+\beta)/\beta}\frac{\delta+\nu-\alpha}{\delta+\nu+\beta}\frac{d\beta}{n\alpha}(C/k)^\alpha",
        unit: "bits",
        needs: &["C", "B"],
        value: |t, at| Theta::of(t).joint_bits(at[0], at[1]),
    },
    Derived {
        symbol: "N_opt",
        meaning: "optimal model size at that precision",
        formula: r"\partial L/\partial\ln N=0,\ D=C/(kPN)",
        unit: "parameters",
        needs: &["C", "B"],
        value: |t, at| joint_size(t, at),
    },
    Derived {
        symbol: "D_opt",
        meaning: "optimal data at that precision",
        formula: r"C/(kP_{opt}N_{opt})",
        unit: "tokens",
        needs: &["C", "B"],
        value: |t, at| tokens_of_at(at[0], joint_size(t, at), Theta::of(t).joint_bits(at[0], at[1])),
    },
    Derived {
        symbol: "L_opt",
        meaning: "loss at that optimum",
        formula: r"L(N_{opt},D_{opt},P_{opt})",
        unit: "nat/token",
        needs: &["C", "B"],
        value: |t, at| {
            let (theta, n) = (Theta::of(t), joint_size(t, at));
            let p = theta.joint_bits(at[0], at[1]);
            theta.loss(n, tokens_of_at(at[0], n, p), p, at[1])
        },
    },
    Derived {
        symbol: "P_min",
        meaning: "optimal precision by search, N, D and P free under C = k(P+b)ND, k = 6/16",
        formula: r"\arg\min_P\min_{N} L,\ D=C/(k(P+b)N)",
        unit: "bits",
        needs: &["C", "B", "b"],
        value: |t, at| Theta::of(t).search(at[0], at[1], at[2])[0],
    },
    Derived {
        symbol: "N_min",
        meaning: "model size of that search",
        formula: r"\arg\min_N L",
        unit: "parameters",
        needs: &["C", "B", "b"],
        value: |t, at| Theta::of(t).search(at[0], at[1], at[2])[1],
    },
    Derived {
        symbol: "D_min",
        meaning: "data of that search",
        formula: r"C/(k(P+b)N)",
        unit: "tokens",
        needs: &["C", "B", "b"],
        value: |t, at| Theta::of(t).search(at[0], at[1], at[2])[2],
    },
    Derived {
        symbol: "L_min",
        meaning: "loss of that search",
        formula: r"\min_{N,D,P}L",
        unit: "nat/token",
        needs: &["C", "B", "b"],
        value: |t, at| Theta::of(t).search(at[0], at[1], at[2])[3],
    },
];

/// Model size at the joint closed-form precision, from a budget and a block size.
fn joint_size(t: &[f64], at: &[f64]) -> f64 {
    let theta = Theta::of(t);
    let p = theta.joint_bits(at[0], at[1]);
    theta.size(at[0], at[1], p, p)
}
