//! S = d + c / (1 + e^(-gamma (L - l))) (Xiao et al. 2024, equation 3).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role};

/// Step 2 of the capacity-density estimate: from loss to benchmark score.
pub struct ScoreSigmoid;

impl Formula<4> for ScoreSigmoid {
    const CARD: Card = Card {
        id: "score-sigmoid",
        family: Family::Density,
        title: "Benchmark score from loss, a sigmoid between chance and ceiling (capacity density, step 2)",
        formula: r"S = d + \frac{c}{1 + e^{-\gamma (L - l)}}",
        cite: &["densing2024"],
        inputs: &[Input::new("L", "loss", "nat/token")],
        output: Input::new("S", "benchmark score, a fraction", "1").within(0.0, 1.0),
        params: &[
            Param::coefficient("c", "c", "range of the score: ceiling less floor", "1", &[0.4, 0.7, 0.95])
                .bounds(0.0, 1.0),
            Param::exponent("d", "d", "floor of the score: chance", (0.0, 1.0), &[0.02, 0.25]).role(Role::Linear),
            Param::exponent(
                "gamma",
                r"\gamma",
                "steepness; negative, since scores rise as loss falls",
                (-1e3, 0.0),
                &[-12.0, -6.0, -2.0],
            ),
            Param::exponent("l", "l", "loss at the middle of the range", (-100.0, 100.0), &[0.5, 1.0, 2.0, 3.0]),
        ],
        derived: &[
            Derived {
                symbol: "top",
                meaning: "ceiling of the score",
                formula: "c + d",
                unit: "1",
                needs: &[],
                value: |t, _| t[0] + t[1],
            },
            Derived {
                symbol: "L_hat",
                meaning: "loss that goes with a score S strictly between floor and ceiling",
                formula: r"l - \frac{1}{\gamma}\ln\left(\frac{c}{S-d} - 1\right)",
                unit: "nat/token",
                needs: &["S"],
                value: |t, at| t[3] - (t[0] / (at[0] - t[1]) - 1.0).ln() / t[2],
            },
        ],
        notes: "\
## Statement
The score on a benchmark is a logistic function of the loss, between the floor d (chance) and the \
ceiling c + d, with its middle at loss l and steepness gamma < 0.

## Origin
Xiao et al. 2024 (the densing law), equation 3: step 2 of the two-step estimate of capacity density.

## Assumptions
One curve serves every model, whatever its family and data; the floor is chance and the ceiling is 1 \
unless the reference models come within a fifth of a lower one.

## Where it fails
The fitted c, d, gamma and l are not published. Reference models at chance leave gamma and l \
unidentified; a free ceiling lands near the best reference score, above which half of today's models \
then lie. Benchmarks whose score falls with size (TruthfulQA) have no rising curve to invert. The \
inverse diverges logarithmically at floor and ceiling: a score within its standard error of either says \
nothing of the loss.

## References
densing2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, d, gamma, l]: &[R; 4]) -> R {
        d + c * (gamma * (x[0].value() - l)).logistic()
    }
}
