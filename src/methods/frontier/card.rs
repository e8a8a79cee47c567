//! What the frontier says of itself.

use crate::law::Family;
use crate::methods::method::{Card, Gives, Setting, Table};

/// The card, for what needs it by reference.
pub(super) static STATIC: Card = CARD;

pub(super) const CARD: Card = Card {
    id: "frontier",
    topic: Family::Tradeoff,
    title: "Rows of a table that no other row betters in every objective",
    formula: r"F = \{ i : \nexists j,\; f(j) \le f(i),\; f(j) \ne f(i) \}",
    cite: &["zitzler1999"],
    tables: &[Table { name: "points", rows: "systems with their costs and qualities", optional: false, columns: &[] }],
    settings: &[
        Setting { name: "minimise", meaning: "columns of which less is better; those of the data set's card if none is named" },
        Setting { name: "maximise", meaning: "columns of which more is better" },
        Setting { name: "label", meaning: "a column of names for the rows" },
        Setting { name: "by", meaning: "a column whose values part the table; each part has a front of its own" },
        Setting { name: "reference", meaning: "corner of the hypervolume by column; the worst of the rows if not said" },
        Setting { name: "at", meaning: "bounds on some columns: the best of the others within them is given" },
        Setting { name: "weights", meaning: "weights by column: the row of the least weighted sum is given, what is to be large taken off" },
        Setting { name: "baseline", meaning: "a condition that picks one row, of each part: every row is given relative to it" },
    ],
    gives: &[
        Gives { symbol: "front*", meaning: "rows that no other dominates", unit: "1" },
        Gives { symbol: "hypervolume*", meaning: "volume between the front and the reference", unit: "1" },
        Gives { symbol: "best.*", meaning: "best of an objective within the bounds", unit: "1" },
        Gives { symbol: "choice*", meaning: "row that the weights choose", unit: "1" },
    ],
    example: r#"data = "wang2020-apq"
minimise = ["latency", "energy"]
maximise = ["top1"]
at = { latency = 9 }
weights = { latency = 0.1, top1 = 1 }
baseline = "latency < 7"
"#,
    notes: "\
## Statement
A row dominates another if it is nowhere worse and somewhere better. The front is the rows that none dominates; rows equal in every objective do not dominate each other. Any number of objectives may be named.

The hypervolume is that of the region which the front dominates, up to a reference corner. A weighted sum chooses one row; as the weights move it runs through the convex part of the front alone, so that some rows of a front are chosen by no weights: of two objectives, the weights for which each row is chosen are given. The value at equal cost is the best of one objective among the rows that keep to bounds on others. Relative to a baseline row, 100 times the ratio of a quality is its recovery in per cent.

## Origin
Dominance is Pareto's. The hypervolume as a measure of a set is Zitzler and Thiele (1999).

## Assumptions
Numbers of one column are of one unit and were measured alike. They are taken as exact.

## Where it fails
Differences below the noise of a measurement still dominate: a row lost by 0.1 point is not a worse system. A front over rows of several papers compares recipes, hardware and evaluation too. The hypervolume depends on the reference and on the units.

## References
zitzler1999",
    ..Card::DEFAULT
};
