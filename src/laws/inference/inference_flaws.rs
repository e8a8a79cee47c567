//! Reward of sampling until a verifier accepts, at most K times (Stroebl et al. 2024).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, named};

/// Reward of sampling until an imperfect verifier accepts.
pub struct InferenceFlaws;

impl Formula<3> for InferenceFlaws {
    const CARD: Card = Card {
        id: "inference-flaws",
        family: Family::Inference,
        title: "Reward of sampling until an imperfect verifier accepts",
        formula: r"V(K) = \sum_{t} p_t\,(c\,r_t + V_f(1-s)(1-r_t))\,\frac{1-\beta_t^K}{1-\beta_t},\quad \beta_t = (1-c)r_t + s(1-r_t)",
        cite: &["stroebl2024"],
        inputs: &[
            Input::new("K", "most attempts", "1").within(1.0, 1e6).whole(),
            Input::new("c", "chance that the verifier accepts a right answer", "1").within(0.0, 1.0),
            Input::new("s", "chance that it rejects a wrong one", "1").within(0.0, 1.0),
            Input::new("V_f", "value of accepting a wrong answer, where a right one is worth 1", "1").within(-1e6, 1.0),
        ],
        output: Input::new("V", "expected reward", "1").within(-1e9, 1e9),
        params: &[
            Param::exponent(
                "r_1",
                "r_1",
                "chance that one answer to an easy task is right",
                (0.5, 1.0),
                &[0.6, 0.8, 0.9],
            ),
            Param::exponent(
                "r_2",
                "r_2",
                "chance that one answer to a hard task is right",
                (0.0, 0.5),
                &[0.1, 0.2, 0.4],
            ),
            Param::exponent("p_1", "p_1", "share of easy tasks", (0.0, 1.0), &[0.3, 0.6, 0.8]).role(Role::Linear),
        ],
        derived: &[
            Derived {
                symbol: "beta_1",
                meaning: "chance that an answer to an easy task is rejected",
                formula: r"\beta_1",
                unit: "1",
                needs: &["c", "s"],
                value: named!(|[r_1, _, _], [c, s]| rejected(r_1, c, s)),
            },
            Derived {
                symbol: "beta_2",
                meaning: "chance that an answer to a hard task is rejected",
                formula: r"\beta_2",
                unit: "1",
                needs: &["c", "s"],
                value: named!(|[_, r_2, _], [c, s]| rejected(r_2, c, s)),
            },
            Derived {
                symbol: "ceiling_1",
                meaning: "accuracy on easy tasks after any number of attempts",
                formula: r"c r_1/(c r_1 + (1-s)(1-r_1))",
                unit: "1",
                needs: &["c", "s"],
                value: named!(|[r_1, _, _], [c, s]| ceiling(r_1, c, s)),
            },
            Derived {
                symbol: "ceiling_2",
                meaning: "accuracy on hard tasks after any number of attempts",
                formula: r"c r_2/(c r_2 + (1-s)(1-r_2))",
                unit: "1",
                needs: &["c", "s"],
                value: named!(|[_, r_2, _], [c, s]| ceiling(r_2, c, s)),
            },
            Derived {
                symbol: "K_opt",
                meaning: "best number of attempts, 0 where none pays",
                formula: r"\arg\max_K V(K)",
                unit: "1",
                needs: &["c", "s", "V_f"],
                value: named!(|t, [c, s, v_f]| best(|k| exact(t, c, s, v_f, k)).0),
            },
            Derived {
                symbol: "V_opt",
                meaning: "reward at the best number of attempts",
                formula: r"\max_K V(K)",
                unit: "1",
                needs: &["c", "s", "V_f"],
                value: named!(|t, [c, s, v_f]| best(|k| exact(t, c, s, v_f, k)).1),
            },
            Derived {
                symbol: "V_notebook",
                meaning: "reward as the authors' notebook sums it, which weighs by beliefs twice",
                formula: r"\sum_k [\ldots][\sum_t \beta_t^{k-1} b_t(k)]",
                unit: "1",
                needs: &["K", "c", "s", "V_f"],
                value: named!(|t, [k, c, s, v_f]| notebook(t, c, s, v_f).take(k.min(MOST as f64) as usize).sum()),
            },
            Derived {
                symbol: "K_opt_notebook",
                meaning: "best number of attempts by the notebook's sum",
                formula: r"\arg\max_K",
                unit: "1",
                needs: &["c", "s", "V_f"],
                value: named!(|t, [c, s, v_f]| best_notebook(t, c, s, v_f).0),
            },
            Derived {
                symbol: "V_opt_notebook",
                meaning: "reward there",
                formula: r"\max_K",
                unit: "1",
                needs: &["c", "s", "V_f"],
                value: named!(|t, [c, s, v_f]| best_notebook(t, c, s, v_f).1),
            },
        ],
        notes: "\
## Statement
A verifier that sometimes accepts wrong answers turns more attempts into more false acceptances. The \
reward of a cap of K attempts has a best K, and accuracy has a ceiling that no number of attempts \
passes.

## Origin
Stroebl, Kapoor and Narayanan 2024, the model of their notebook with two kinds of tasks: r 0.87 and \
0.13, perfect completeness, soundness 0.75, shares 0.58 and 0.42. The notebook weighs each step by \
the beliefs twice; the exact expectation is the law here, the sum of the notebook a derived \
quantity. Both have the same best K in the published setting.

## Assumptions
Attempts are independent given the kind of task, and the verifier errs alike on both kinds.

## Where it fails
Two kinds are a caricature of a benchmark. Where c = 0 or s = 1 with a hopeless task the sum never \
ends and the closed form is its limit.

## References
stroebl2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[r_1, r_2, p_1]: &[R; 3]) -> R {
        p_1 * reward(x, r_1) + (-p_1 + 1.0) * reward(x, r_2)
    }
}

/// What tasks of success r earn. No closure: that would not be compiled for the vectors that its
/// caller is.
#[inline(always)]
fn reward<R: Real>(x: &[X<R>], r: R) -> R {
    let wrong = -r + 1.0;
    let (c, s, v_f) = (x[1].value(), x[2].value(), x[3].value());
    let beta = (-c + 1.0) * r + s * wrong;
    (c * r + v_f * (-s + 1.0) * wrong) * (-x[0].times(beta.ln()).exp() + 1.0) / (-beta + 1.0)
}

/// The most attempts that a best number is looked for among.
const MOST: usize = 10_000;

fn rejected(r: f64, c: f64, s: f64) -> f64 {
    (1.0 - c) * r + s * (1.0 - r)
}

fn ceiling(r: f64, c: f64, s: f64) -> f64 {
    c * r / (c * r + (1.0 - s) * (1.0 - r))
}

fn kinds(t: &[f64]) -> [(f64, f64); 2] {
    let &[r_1, r_2, p_1] = t else { return [(f64::NAN, f64::NAN); 2] };
    [(r_1, p_1), (r_2, 1.0 - p_1)]
}

/// The exact expectation at a cap of `k` attempts.
fn exact(t: &[f64], c: f64, s: f64, v_f: f64, k: usize) -> f64 {
    let reward = |(r, p): (f64, f64)| {
        let beta = rejected(r, c, s);
        p * (c * r + v_f * (1.0 - s) * (1.0 - r)) * (1.0 - beta.powi(k as i32)) / (1.0 - beta)
    };
    kinds(t).map(reward).iter().sum()
}

/// What the notebook adds at each attempt.
fn notebook(t: &[f64], c: f64, s: f64, v_f: f64) -> impl Iterator<Item = f64> {
    let kinds = kinds(t);
    (0..MOST as i32).map(move |k| {
        let weight = kinds.map(|(r, p)| rejected(r, c, s).powi(k) * p);
        let all: f64 = weight.iter().sum();
        let belief = weight.map(|w| w / all);
        let sum = |f: &dyn Fn(f64) -> f64| kinds.iter().zip(belief).map(|((r, _), b)| f(*r) * b).sum::<f64>();
        let gain = sum(&|r| c * r) + v_f * sum(&|r| (1.0 - r) * (1.0 - s));
        gain * sum(&|r| rejected(r, c, s).powi(k))
    })
}

/// The best number of attempts and its reward: none, and 0, where every reward is a loss.
fn best(reward: impl Fn(usize) -> f64) -> (f64, f64) {
    let all = (1..=MOST).map(|k| (k as f64, reward(k)));
    all.fold((0.0, 0.0), |best, next| if next.1 > best.1 { next } else { best })
}

fn best_notebook(t: &[f64], c: f64, s: f64, v_f: f64) -> (f64, f64) {
    let sums: Vec<f64> = notebook(t, c, s, v_f)
        .scan(0.0, |sum, next| {
            *sum += next;
            Some(*sum)
        })
        .collect();
    best(|k| sums[k - 1])
}
