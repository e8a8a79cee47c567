//! Floor, coefficient and exponent of the data all depend on size (Farseer).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param};

/// Stretched exponentials of the size in three places.
pub struct Farseer;

impl Formula<9> for Farseer {
    const CARD: Card = Card {
        id: "farseer",
        family: Family::Compute,
        title: "Loss from model size and data with a data exponent that depends on size (Farseer)",
        formula: r"L = e^{s N^q + S} + e^{B N^b + Q} D^{-e^{A N^a + E}}",
        cite: &["farseer2025"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::exponent("A", r"A", "size coefficient of the data exponent", (-10.0, 10.0), &[-1.6657, -0.9]),
            Param::exponent("a", r"a", "size exponent of the data exponent", (-1.0, 1.0), &[0.0459, 0.0555]),
            Param::exponent("E", r"E", "offset of the data exponent", (-20.0, 20.0), &[1.62, 3.1333]),
            Param::exponent("B", r"B", "size coefficient of the data term", (-1000.0, 1000.0), &[80.0, 230.0]),
            Param::exponent("b", r"b", "size exponent of the data term", (-1.0, 1.0), &[-0.1729, -0.116]),
            Param::exponent("Q", r"Q", "offset of the data term", (-20.0, 20.0), &[-2.557, -1.544]),
            Param::exponent("s", r"s", "size coefficient of the floor", (-10.0, 10.0), &[-0.5, -0.0625]),
            Param::exponent("q", r"q", "size exponent of the floor", (-1.0, 1.0), &[0.062, 0.13]),
            Param::exponent("S", r"S", "offset of the floor", (-10.0, 10.0), &[0.1285, 1.0]),
        ],

        notes: "\
## Statement
At every model size the loss falls with data as a power law to a floor; floor, coefficient and \
exponent of that power law each are an exponential of a power of the size.

## Origin
Li et al. 2025 (Farseer). Loss there is bits per character of a compression rate, not nat per token.

## Assumptions
N and D are raw counts; one pass over the data.

## Where it fails
Three of the nine parameters move together; the published constants miss the least squares of their \
own rows by a factor of four.

## References
farseer2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, small_a, e, b, small_b, cap_q, s, q, cap_s]: &[R; 9]) -> R {
        let (floor, size, rate) = (s * x[0].pow(q) + cap_s, b * x[0].pow(small_b) + cap_q, a * x[0].pow(small_a) + e);
        floor.exp() + (size - x[1].times_ln(rate.exp())).exp()
    }
}
