//! What a comparison of recipes says of itself.

use crate::law::Family;
use crate::methods::method::{Card, Gives, Setting, Table};

/// The card, for what needs it by reference.
pub(super) static STATIC: Card = CARD;

pub(super) const CARD: Card = Card {
    id: "recipes",
    topic: Family::Compute,
    title: "Two recipes compared: paired differences, effective speed-up, crossing compute",
    formula: r"\frac{C_\mathrm{needed}}{C} = \left(\frac{L_b - L_\infty}{L_v - L_\infty}\right)^{1/\alpha}",
    cite: &["marin2025"],
    tables: &[
        Table { name: "baseline", rows: "runs of the recipe that the other is measured against", optional: false, columns: &[] },
        Table { name: "variant", rows: "runs of the other recipe", optional: false, columns: &[] },
    ],
    settings: &[
        Setting { name: "asymptote", meaning: "loss that no compute takes away, chosen for the evaluation; without it there is no speed-up" },
        Setting { name: "sensitivity", meaning: "other asymptotes to show; 0 and an eighth less and more if not said" },
        Setting { name: "alpha", meaning: "exponent that both share; that of least squares if not said" },
        Setting { name: "by", meaning: "what runs are ordered by; C if not said" },
        Setting { name: "to", meaning: "compute at which both are projected" },
        Setting { name: "throughput", meaning: "tokens a second of baseline and variant, for the speed-up in time" },
    ],
    gives: &[
        Gives { symbol: "difference", meaning: "mean loss of the variant less that of the baseline, over pairs", unit: "nat/token" },
        Gives { symbol: "speed_up", meaning: "compute that the baseline needs for the same loss, over the variant's", unit: "1" },
        Gives { symbol: "alpha", meaning: "exponent that both share", unit: "1" },
        Gives { symbol: "wall_clock", meaning: "the speed-up in time", unit: "1" },
        Gives { symbol: "crossing", meaning: "compute at which both are equally good", unit: "FLOP" },
        Gives { symbol: "speed_up_at.*", meaning: "the speed-up at a compute, each recipe by its own exponent", unit: "1" },
    ],
    example: "datasets = { baseline = \"marin2025-moe\", variant = \"marin2025-august\" }\nasymptote = 1.6\nto = [1e21]\n",
    notes: "\
## Statement
Runs of both recipes at the same model size and data (else their best runs at the same budget) are paired; the mean difference of their losses has the interval of a t test, and is called shown where that leaves zero out, from three pairs on.

Above a pinned asymptote Linf, ln(L - Linf) is a line in ln C for each recipe, through its best run at each budget. With one exponent for both, the baseline needs S times the compute of the variant for the same loss: the effective speed-up. From the baseline's own point at the budget of a pair it is [(L_b - Linf)/(L_v - Linf)]^(1/alpha), whatever C. With an exponent each, the lines meet at the crossing compute, and S depends on C.

Intervals of S, of the crossing and of S at a compute are Fieller's: all values that a t test with the pooled noise of both tables does not refuse. Where the points determine none, there is none. A projected loss has the interval of a new run, from its own table.

## Origin
The pinned frontier and the compute ratio are those of marin's gates for changes to a recipe; their printed example is reproduced.

## Assumptions
Both tables count compute alike and measure the loss on the same data. Points scatter independently about their lines, by as much in either table. The asymptote belongs to the evaluation and is chosen, not fitted: the interval does not contain the doubt about it, which the sensitivity shows.

## Where it fails
Three or four budgets say little of an exponent, and an asymptote off by a tenth moves the speed-up by several per cent. The best of several runs at a budget is lower the more there were: tables with unlike numbers of runs a budget do not compare. A speed-up at small budgets need not hold at large ones; look at the exponents.

## References
marin2025",
    ..Card::DEFAULT
};
