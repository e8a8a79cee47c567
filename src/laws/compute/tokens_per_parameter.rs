//! N = sqrt(C/(6r)), D = r N (Komatsuzaki 2019; the rule of thumb after Hoffmann et al. 2022).

use crate::base::real::{Real, X};
use crate::costs::{TRAINING, six_n_d, tokens_of};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role};

/// A fixed number of tokens per parameter.
pub struct TokensPerParameter;

impl Formula<1> for TokensPerParameter {
    const CARD: Card = Card {
        id: "tokens-per-parameter",
        family: Family::Compute,
        title: "Model size for a budget at a fixed number of tokens per parameter",
        formula: r"N = \sqrt{\frac{C}{6r}}",
        cite: &["komatsuzaki2019"],
        inputs: &[Input::new("C", "training compute", "FLOP")],
        output: Input::new("N", "model size", "parameters"),
        params: &[Param::coefficient("r", "r", "tokens per parameter", "1", &[1.0, 10.0, 100.0]).role(Role::Nonlinear)],
        derived: &[
            Derived {
                symbol: "D_opt",
                meaning: "training tokens",
                formula: r"\sqrt{rC/6}",
                unit: "tokens",
                needs: &["C"],
                value: |t, at| tokens_of(at[0], (at[0] / (TRAINING * t[0])).sqrt()),
            },
            Derived {
                symbol: "C_of_D",
                meaning: "compute for which D tokens are right",
                formula: r"6 D^2 / r",
                unit: "FLOP",
                needs: &["D"],
                value: |t, at| six_n_d(at[0] / t[0], at[0]),
            },
            Derived {
                symbol: "D_fresh",
                meaning: "fresh tokens that replace e passes over d tokens",
                formula: r"e d",
                unit: "tokens",
                needs: &["d", "e"],
                value: |_, at| at[0] * at[1],
            },
        ],
        notes: "\
## Statement
Model size and data grow alike, as the square root of compute, at r tokens per parameter.

## Origin
Komatsuzaki 2019 trains for one epoch and finds about five tokens per parameter best, replacing e passes \
over d tokens by one pass over e times d fresh ones, without dropout: 1.9 to 3.3 times faster than ten \
passes, and 3.3 to 5.1 times with the size adjusted too. The loss falls as a power of the iterations. The \
same rule with r near 20 is the usual reading of Hoffmann et al. 2022.

## Assumptions
C = 6ND, which is not that paper's wording. Equal exponents of N and D; one pass over the data.

## Where it fails
The ratio depends on the data, the tokenizer and on which parameters are counted, and drifts with \
compute wherever the two exponents differ. It says nothing of the loss.

## References
komatsuzaki2019, hoffmann2022",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[r]: &[R; 1]) -> R {
        ((x[0].ln() - (r * TRAINING).ln()) * 0.5).exp()
    }
}
