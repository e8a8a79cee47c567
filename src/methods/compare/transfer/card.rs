//! What a transfer between groups says of itself.

use crate::law::Family;
use crate::methods::method::{Card, Gives, Setting, Table};

/// The card, for what needs it by reference.
pub(super) static STATIC: Card = CARD;

pub(super) const CARD: Card = Card {
    id: "transfer",
    topic: Family::Compute,
    title: "One law for several groups of runs that share some of its parameters",
    formula: r"\min_{\phi, \psi_1, \ldots, \psi_G} \sum_g \sum_{i \in g} \rho\big(\ln L_i - \ln f(x_i; \phi, \psi_g)\big)",
    cite: &["gneiting2007"],
    tables: &[Table { name: "runs", rows: "training runs of several groups", optional: false, columns: &[] }],
    settings: &[
        Setting { name: "law", meaning: "id of the law" },
        Setting { name: "group", meaning: "text column that tells the groups apart" },
        Setting { name: "share", meaning: "parameters that all groups share" },
        Setting { name: "by", meaning: "column that orders the rows: C, or the first input where there is none, if not said" },
        Setting { name: "at", meaning: "inputs of a run to be predicted for every group" },
    ],
    gives: &[
        Gives { symbol: "crps.*", meaning: "held-out score of parameters tied, alone or pooled", unit: "1" },
        Gives { symbol: "shared.*", meaning: "a parameter that all groups share", unit: "1" },
        Gives { symbol: "own.*", meaning: "a parameter of a group", unit: "1" },
    ],
    example: "data = \"gadre2024-overtraining\"\nlaw = \"chinchilla\"\ngroup = \"dataset\"\nshare = [\"alpha\", \"beta\"]\n",
    notes: "\
## Statement
A law is fitted to all groups at once: the parameters named are one number for all of them, the others are each group's own; the noise is that of all. A group then needs only as many rows as it has parameters of its own: a family of three runs borrows the exponents of its siblings.

Whether to share is asked of rows that were not seen: the larger half of each group's rows, by compute, is forecast from its smaller half and all rows of the other groups, with parameters tied; from its smaller half alone, where that has more rows than the law has parameters; and by one law for all rows. Scores and the rule for a claim are those of the comparison of laws, a group in place of an origin. AIC and BIC of the three on all rows are a second opinion.

## Origin
Common exponents under different constants are the usual finding across data sets, architectures and languages; the scores are those of Gneiting and Raftery (2007).

## Assumptions
What is shared is truly one number. Rows scatter by as much in every group, independently. Intervals are t intervals of the classical price of all rows together, to first order on the scale that the solver uses (logarithms of coefficients); they hold if the law does.

## Where it fails
A group whose exponent differs pulls that of all others. A group of as many rows as it has parameters of its own is met exactly: its noise is that of its siblings, and nothing about it is tested. Constants and exponents trade off, so that constants move when exponents are tied.

## References
gneiting2007",
    ..Card::DEFAULT
};
