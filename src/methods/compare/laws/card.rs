//! What a comparison of laws says of itself.

use crate::law::Family;
use crate::methods::method::{Card, Gives, Setting, Table};

/// The card, for what needs it by reference.
pub(super) static STATIC: Card = CARD;

pub(super) const CARD: Card = Card {
    id: "compare",
    topic: Family::Compute,
    title: "Laws compared by what they say of budgets that they have not seen",
    formula: r"\bar D = \frac1K \sum_{k=1}^K (\mathrm{CRPS}_k - \mathrm{CRPS}'_k), \qquad |\bar D| > 2\, \frac{\mathrm{sd}(D)}{\sqrt K}",
    cite: &["gneiting2007"],
    tables: &[Table { name: "runs", rows: "training runs", optional: false, columns: &[] }],
    settings: &[
        Setting { name: "laws", meaning: "ids of the laws, two or more, of one and the same output" },
        Setting { name: "by", meaning: "column that orders the rows: C, or the first input of the first law where there is none, if not said" },
        Setting { name: "at", meaning: "inputs of a run to be predicted by every law and by their average" },
    ],
    gives: &[
        Gives { symbol: "crps.*", meaning: "continuous ranked probability score of ln of the output, held out, of a law", unit: "1" },
        Gives { symbol: "relative_error.*", meaning: "absolute relative error, held out, of a law", unit: "1" },
        Gives { symbol: "coverage.*", meaning: "share of held-out rows within the interval of a new run, of a law", unit: "1" },
        Gives { symbol: "difference.*", meaning: "CRPS of a law above that of the best one", unit: "1" },
    ],
    example: r#"data = "hoffmann2022-figure4"
where = "L < 3.4469 and C > 5e18"
laws = ["chinchilla", "kaplan"]
at = { N = "70B", D = "1.4T" }
"#,
    notes: "\
## Statement
Rows are parted by compute: by budgets where they lie at some, else in five blocks of as many rows. At every origin with enough rows before it (the parameters of the largest law and three more, from two budgets or more: one alone determines no law of two inputs), every law is fitted to what lies before, and forecasts the next block. A row is scored by the CRPS of N(ln y, V + s^2), V the variance of the law's prediction and s the noise of a row; the logarithm of the density, the absolute relative error and the share of rows within the intervals stand beside it. Every origin counts alike.

D is the difference in CRPS between two laws at an origin. One law is said to predict better than another only if the mean of D is more than two standard errors from zero, with at least 3 origins and 60 rows in the table. Otherwise no difference is shown, and the forecasts of the laws that are not shown to be worse are averaged with equal weights.

Coverage is that of the interval of a new run, with what a law leaves out beside it; the same of the law alone, as if it were right, is given too. AIC and BIC of fits to all rows are a second opinion: they reward the fit to rows that were seen.

## Origin
The CRPS as a proper score is treated by Gneiting and Raftery (2007). Two standard errors over rolling origins are a rule of this program, whose rates of right and wrong claims were simulated.

## Assumptions
Rows of larger budgets are what the forecast is for. Residuals are taken on the logarithm of the output, and fits minimise Huber's loss with the delta that the rows show.

## Where it fails
Gross differences show at 20 rows, tied or untied exponents need 80 and more, and nearly equal laws cannot be told apart at 240: the order of their scores is then a coin toss. Two standard errors of 3 origins are a loose test: between nearly equal laws, 6 to 12 % of such tables lead to a claim. Nothing is said of distances beyond the largest budget held out.

## References
gneiting2007",
    ..Card::DEFAULT
};
