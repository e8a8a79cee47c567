//! log10 L = E_0 - k(N) log10 X, k = K_max/(1 + N_0/N): error after RL (Tan et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, named};

/// Error after reinforcement learning, its slope saturating in model size.
pub struct TanRl;

impl Formula<3> for TanRl {
    const CARD: Card = Card {
        id: "tan-rl",
        family: Family::Compute,
        title: "Error after reinforcement learning, its slope saturating in model size",
        formula: r"\log_{10} L = E_0 - \frac{K_{max}}{1 + N_0/N}\log_{10} X",
        cite: &["tan2025"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("X", "data or compute of reinforcement learning", "1").within(1.0, 1e30),
        ],
        output: Input::new("L", "error: one less the pass rate", "1"),
        params: &[
            Param::exponent("K_max", "K_{max}", "slope of the largest models", (0.0, 2.0), &[0.1, 0.5, 1.0]),
            Param::coefficient("N_0", "N_0", "size at half that slope", "parameters", &[0.3, 1.0, 3.0])
                .scales_with("N")
                .role(Role::Nonlinear),
            Param::exponent(
                "E_0",
                "E_0",
                "logarithm to base ten of the error at X = 1",
                (-10.0, 10.0),
                &[-0.5, 0.1, 0.5],
            ),
        ],
        derived: &[Derived {
            symbol: "k",
            meaning: "slope at model size N",
            formula: r"K_{max}/(1 + N_0/N)",
            unit: "1",
            needs: &["N"],
            value: named!(|[k_max, n_0, _], [n]| k_max / (1.0 + n_0 / n)),
        }],
        notes: "\
## Statement
The error is a power of the data or compute of reinforcement learning, and its exponent grows with \
model size towards a ceiling.

## Origin
Tan et al. 2025, in the code a power of ten; the text around it says log. The offset E_0 is one \
number per model size there. K_max and N_0 of the runs are not printed; the numbers beside it here \
are computed.

## Assumptions
Logarithms are to base ten, and one E_0 serves the rows of a fit: fit sizes apart, or the largest \
alone.

## Where it fails
Read with natural logarithms every prediction changes. The error has no floor.

## References
tan2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[k_max, n_0, e_0]: &[R; 3]) -> R {
        ((e_0 - k_max / (x[0].value().recip() * n_0 + 1.0) * (x[1].ln() * std::f64::consts::LOG10_E))
            * std::f64::consts::LN_10)
            .exp()
    }
}
