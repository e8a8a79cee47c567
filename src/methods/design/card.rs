//! What a design of runs says of itself.

use crate::law::Family;
use crate::methods::method::{Card, Gives, Setting, Table};

/// The card, for what needs it by reference.
pub(super) static STATIC: Card = CARD;

pub(super) const CARD: Card = Card {
    id: "design",
    topic: Family::Compute,
    title: "Which runs to train next",
    formula: r"\arg\max_j \frac{\mathrm{cov}(j, t)^2}{(\mathrm{var}_j + s^2)\,\mathrm{var}_t\,\max(c_j/B,\, 1/m)}",
    cite: &["atkinson2007"],
    tables: &[
        Table { name: "runs", rows: "training runs, where no fit is given", optional: true, columns: &[] },
        Table { name: "candidates", rows: "runs that could be trained, with their costs", optional: true, columns: &[] },
    ],
    fits: (0, 1),
    settings: &[
        Setting {
            name: "target",
            meaning: "what the runs are to tell: N_opt@1e24, L_opt@1e24, L@N=70B,D=1.4T, a parameter, parameters, identifiability",
        },
        Setting {
            name: "budget",
            meaning: "what the runs may cost together; for identifiability, what the rows cost if not said",
        },
        Setting { name: "law", meaning: "the law to fit, where rows are given and no fit" },
        Setting { name: "trust_law", meaning: "take the law for exactly right; false if not said" },
        Setting { name: "runs", meaning: "runs at most; 8 if not said" },
        Setting { name: "at", meaning: "inputs that the choice is not over, by symbol" },
        Setting { name: "replicates", meaning: "simulated outcomes of each choice; 200 if not said" },
    ],
    gives: &[
        Gives { symbol: "width", meaning: "factor between the ends of the interval after the runs", unit: "1" },
        Gives { symbol: "width_now", meaning: "factor between the ends of the interval as it is", unit: "1" },
        Gives { symbol: "share.*", meaning: "width of the interval after a choice of runs, of that now", unit: "1" },
        Gives { symbol: "error.*", meaning: "relative error after a choice of runs, the law right", unit: "1" },
        Gives { symbol: "error_if_wrong.*", meaning: "the same, the law off by one per cent", unit: "1" },
        Gives { symbol: "determined.*", meaning: "share of outcomes that are well determined", unit: "1" },
        Gives { symbol: "cost", meaning: "of the runs", unit: "FLOP" },
        Gives { symbol: "runs", meaning: "how many", unit: "1" },
    ],
    example: r#"data = "hoffmann2022-figure4"
where = "C > 3e20"
law = "chinchilla"
target = "N_opt@1e24"
budget = 1e21
runs = 4
replicates = 20
"#,
    notes: "\
## Statement
The law is linearised at its fit. Given the rows, its variables (with a weak prior) and what it leaves out are jointly Gaussian; each step adds the run that takes most off the target's variance for its price, where a run that costs less than an equal share of the budget counts as one share. Candidates are a grid over the free inputs (for N and D 22 by 22, 4 to 1000 tokens per parameter), or a list.

By default the law may be wrong: a Gaussian process of size 0.01 over 2 e-folds stands beside it, and no run of the grid is smaller than 0.6 times the smallest of the rows. With trust_law there is no such process, the grid goes down to a quarter of the smallest, and chosen runs are exchanged in three sweeps: c-optimal for one quantity, D-optimal for parameters, the sum of variances in units of what is allowed for identifiability.

What each choice does is simulated: parameters are drawn from what the rows say, the runs are measured by them with the noise of the rows, everything is fitted again, and the interval is taken by its profile. Beside it stand habits: one largest run, as many runs at the optimum of a share, another IsoFLOP profile.

## Origin
The criteria are those of optimal design (Atkinson, Donev and Tobias 2007).

## Assumptions
New runs have the noise of the rows and are trained by the same recipe. The fit is near enough to the truth for its derivatives to hold. What a run costs is known beforehand.

## Where it fails
A design that trusts the law buys leverage: runs far off the frontier, many of them small. Where the exponents drift it makes the answer worse and its interval confident. The interval shown is the law's own; the error where the law is off by one per cent stands beside it.

## References
atkinson2007",
};
