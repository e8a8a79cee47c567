//! Whether stated probabilities, or the stated levels of intervals, are met as often as they say.

use crate::base::root::minimum;
use crate::data::measurements::Warning;
use crate::law::{Family, Input};
use crate::methods::method::{Author, Card, Given, Gives, MethodError, Setting, Table};
use crate::record::Estimate;
use crate::record::chart::{Chart, Look, Plot, Scale, Section, Series, Sheet, Tone};
use serde::{Deserialize, Serialize};

/// The one table.
const TABLE: &str = "predictions";
/// Most bins.
const MOST: usize = 1000;
/// Numbers of bins that the error is given at beside the one asked for: it depends on them.
const SWEEP: [usize; 7] = [5, 10, 15, 20, 25, 50, 100];
/// Certainty is taken as this far from it where a logarithm is needed.
const CLIP: f64 = 1e-12;
/// What a chi-squared variable of one degree of freedom exceeds in one of twenty.
const CHI_SQUARED_95: f64 = 3.841_458_820_694_124;
/// Temperatures sought, as logarithms.
const TEMPERATURES: (f64, f64) = (-4.605_170_185_988_091, 4.605_170_185_988_091);

/// How often what was given a probability came true.
pub struct Calibration;

/// How predictions are binned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Bins of equal width.
    pub bins: usize,
    /// A column whose values part the rows: the error is taken in each part, and averaged.
    pub class: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bins: 15, class: None }
    }
}

/// One bin with predictions in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    /// Predictions in it.
    pub rows: usize,
    /// Their mean.
    pub stated: f64,
    /// Share that came true.
    pub met: f64,
}

/// What a temperature says of probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Temper {
    /// Shown to be nearer certainty than is met.
    Bold,
    /// Shown to be further from it.
    Timid,
    /// The rows do not tell the temperature from one.
    NotShown,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Predictions.
    pub rows: usize,
    /// Bins, the empty ones left out.
    pub bins: Vec<Bin>,
    /// Number of bins and the error at it.
    pub sweep: Vec<(usize, f64)>,
    /// The error by part.
    pub classes: Vec<(String, f64)>,
    /// Whether one temperature repairs them.
    pub temper: Temper,
    /// The named quantities.
    pub quantities: Vec<Estimate>,
}

/// Bins of equal width, each closed above as they are usually drawn; the first holds 0 too.
pub fn binned(p: &[f64], y: &[f64], bins: usize) -> Vec<Bin> {
    let mut sums = vec![(0, 0.0, 0.0); bins];
    for (p, y) in p.iter().zip(y) {
        let bin = ((p * bins as f64).ceil() as usize).clamp(1, bins) - 1;
        let (rows, stated, met) = &mut sums[bin];
        *rows += 1;
        *stated += p;
        *met += y;
    }
    let filled = sums.into_iter().filter(|(rows, ..)| *rows > 0);
    filled.map(|(rows, stated, met)| Bin { rows, stated: stated / rows as f64, met: met / rows as f64 }).collect()
}

/// Σ (n_m/n) |met − stated|.
pub fn expected_error(bins: &[Bin]) -> f64 {
    let rows: usize = bins.iter().map(|bin| bin.rows).sum();
    bins.iter().map(|bin| bin.rows as f64 * (bin.met - bin.stated).abs()).sum::<f64>() / rows as f64
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// Mean −ln likelihood of what came true, certainty taken as nearly certain.
fn surprise(p: &[f64], y: &[f64]) -> f64 {
    mean(p.iter().zip(y).map(|(p, y)| {
        let p = p.clamp(CLIP, 1.0 - CLIP);
        -(y * p.ln() + (1.0 - y) * (1.0 - p).ln())
    }))
}

/// Log-odds divided by T.
fn tempered(p: &[f64], temperature: f64) -> Vec<f64> {
    let one = |p: f64| {
        let p = p.clamp(CLIP, 1.0 - CLIP);
        1.0 / (1.0 + (-(p / (1.0 - p)).ln() / temperature).exp())
    };
    p.iter().map(|p| one(*p)).collect()
}

impl Author for Calibration {
    const CARD: Card = Card {
        id: "calibration",
        topic: Family::Task,
        title: "Whether stated probabilities, or levels of intervals, are met as often as they say",
        formula: r"\mathrm{ECE} = \sum_m \frac{n_m}{n}\,\left|\bar y_m - \bar p_m\right|",
        cite: &["tao2023", "guo2017"],
        tables: &[Table {
            name: TABLE,
            rows: "predictions and what came of them",
            optional: false,
            columns: &[
                Input::new("p", "probability stated, or level of an interval", "1").within(0.0, 1.0),
                Input::new("y", "1 if it came true or was covered, 0 if not; a share counts as one", "1").within(0.0, 1.0),
            ],
        }],
        settings: &[
            Setting { name: "bins", meaning: "bins of equal width; 15 if not said" },
            Setting { name: "class", meaning: "a column whose values part the rows: the error is taken in each, and averaged" },
        ],
        gives: &[
            Gives { symbol: "ECE", meaning: "expected calibration error", unit: "1" },
            Gives { symbol: "MCE", meaning: "largest error of a bin", unit: "1" },
            Gives { symbol: "ECE_class", meaning: "mean of the error over classes", unit: "1" },
            Gives { symbol: "Brier", meaning: "mean squared error of the probability", unit: "1" },
            Gives { symbol: "NLL", meaning: "mean surprise", unit: "nat" },
            Gives { symbol: "T", meaning: "temperature of least surprise; above 1 the probabilities were too bold", unit: "1" },
            Gives { symbol: "ECE_T", meaning: "expected calibration error at that temperature", unit: "1" },
            Gives { symbol: "NLL_T", meaning: "mean surprise at that temperature", unit: "nat" },
        ],
        example: "data = \"calibration-example\"\nbins = 5\n",
        notes: "\
## Statement
Predictions are binned by the probability stated; in a calibrated set the share that came true is the mean probability in every bin. The expected calibration error weighs the gaps by rows, the maximal one takes the largest. Brier's score and the mean surprise need no bins. Dividing all log-odds by one temperature repairs what is uniformly too bold or too timid.

The levels of intervals with 1 for each that covered and 0 for each that did not are such a table too: so intervals of extrapolations are judged.

## Origin
Guo, Pleiss, Sun and Weinberger (2017) for the error in bins and the temperature. Tao and others (2023, arXiv 2308.11838) compute such measures for 117,702 networks and find that they depend on the bins: the error is given at several numbers of bins. Their table is not carried here.

## Assumptions
Rows are independent. Bins are of equal width and closed above. The temperature is chosen on the rows that it is judged on: with few rows its error is flattered.

## Where it fails
With few rows in a bin the error is noise, and positive however good the probabilities are. A prediction that says 0 or 1 and is wrong has infinite surprise; it is taken as 1e-12 from certain, with a warning.

## References
tao2023, guo2017",
        ..Card::DEFAULT
    };
    type Settings = Settings;
    type Outcome = Outcome;

    fn run(given: &Given, settings: &Settings) -> Result<Outcome, MethodError> {
        static STATIC: Card = Calibration::CARD;
        if !(1..=MOST).contains(&settings.bins) {
            let detail = format!("bins = {} must be from 1 to {MOST}", settings.bins);
            return Err(MethodError::Settings { method: STATIC.id, detail });
        }
        let read = given.read(&STATIC, TABLE)?;
        let (p, y) = (&read.columns[0].values, &read.columns[1].values);
        let outside = (0..p.len()).find(|&i| !(0.0..=1.0).contains(&p[i]) || !(0.0..=1.0).contains(&y[i]));
        if let Some(i) = outside {
            return Err(MethodError::refused(format!(
                "row {}: p = {} and y = {} must both lie from 0 to 1; divide per cents by 100",
                read.rows[i], p[i], y[i]
            )));
        }
        let classes = match &settings.class {
            Some(class) => by_class(given, &STATIC, class, settings.bins)?,
            None => Vec::new(),
        };
        let wrong = (0..p.len()).filter(|&i| (p[i] < CLIP && y[i] > 0.0) || (p[i] > 1.0 - CLIP && y[i] < 1.0)).count();
        if wrong > 0 {
            let text = format!(
                "{wrong} predictions were certain and wrong: their surprise is infinite, and taken at 1e-12 from certain."
            );
            given.warn(Warning::new("certain-and-wrong", text));
        }
        let cold = minimum(|ln_t| surprise(&tempered(p, ln_t.exp()), y), TEMPERATURES.0, TEMPERATURES.1);
        if (cold - TEMPERATURES.0).min(TEMPERATURES.1 - cold) < 1e-3 {
            let text = "The temperature lies at an end of 0.01 to 100: the rows do not determine it.";
            given.warn(Warning::new("temperature-at-an-end", text));
        }
        let bins = binned(p, y, settings.bins);
        let quantities = quantities(p, y, &bins, cold.exp(), settings.bins, &classes);
        // Twice the gain in ln likelihood has a chi-squared distribution of one degree of freedom if T = 1.
        let gain = surprise(p, y) - surprise(&tempered(p, cold.exp()), y);
        let temper = match 2.0 * p.len() as f64 * gain > CHI_SQUARED_95 {
            true if cold > 0.0 => Temper::Bold,
            true => Temper::Timid,
            false => Temper::NotShown,
        };
        let sweep = SWEEP.into_iter().map(|count| (count, expected_error(&binned(p, y, count)))).collect();
        Ok(Outcome { rows: p.len(), bins, sweep, classes, temper, quantities })
    }

    fn quantities(outcome: &Outcome) -> Vec<Estimate> {
        outcome.quantities.clone()
    }

    fn show(outcome: &Outcome) -> Section {
        let value =
            |symbol: &str| outcome.quantities.iter().find(|q| q.symbol == symbol).map_or(f64::NAN, |q| q.estimate);
        let temper = match outcome.temper {
            Temper::Bold => "as they stand they are too bold",
            Temper::Timid => "as they stand they are too timid",
            Temper::NotShown => "these rows do not show that they are too bold or too timid",
        };
        let text = format!(
            "{} predictions miss their stated probability by {:.4} on average over bins, by {:.4} at worst. The surprise is \
             least at temperature {:.3}: {temper}.",
            outcome.rows,
            value("ECE"),
            value("MCE"),
            value("T")
        );
        let mut bins = Sheet::new("Bins", &["#rows", "#stated", "#came true"]);
        let row = |bin: &Bin| vec![bin.rows.to_string(), format!("{:.4}", bin.stated), format!("{:.4}", bin.met)];
        bins.rows.extend(outcome.bins.iter().map(row));
        let mut sweep = Sheet::new("The error by number of bins", &["#bins", "#ECE"]);
        sweep.rows.extend(outcome.sweep.iter().map(|(bins, error)| vec![bins.to_string(), format!("{error:.4}")]));
        let mut tables = vec![bins, sweep];
        if !outcome.classes.is_empty() {
            let mut classes = Sheet::new("The error by class", &["class", "#ECE"]);
            classes
                .rows
                .extend(outcome.classes.iter().map(|(class, error)| vec![class.clone(), format!("{error:.4}")]));
            tables.push(classes);
        }
        Section { text: vec![text], tables, charts: vec![diagram(outcome)], ..Section::default() }
    }
}

/// The error of each class, in the order in which they first occur.
fn by_class(given: &Given, card: &'static Card, class: &str, bins: usize) -> Result<Vec<(String, f64)>, MethodError> {
    let needed =
        ["p", "y"].map(|s| crate::data::ingest::Needed { positive: false, ..crate::data::ingest::Needed::new(s, "1") });
    let request =
        crate::data::ingest::Request { needed: needed.to_vec(), labels: vec![class.to_owned()], ..Default::default() };
    let read = given.read_columns(card, TABLE, request)?;
    let labels = read.label(class).unwrap_or_default();
    let mut names: Vec<&String> = Vec::new();
    for label in labels {
        if !names.contains(&label) {
            names.push(label);
        }
    }
    let of = |name: &String| {
        let rows: Vec<usize> = (0..read.len()).filter(|&i| labels[i] == *name).collect();
        let part = read.select(&rows);
        (name.clone(), expected_error(&binned(&part.columns[0].values, &part.columns[1].values, bins)))
    };
    Ok(names.into_iter().map(of).collect())
}

fn quantities(p: &[f64], y: &[f64], bins: &[Bin], t: f64, count: usize, classes: &[(String, f64)]) -> Vec<Estimate> {
    let gives = Calibration::CARD.gives;
    let of = |symbol: &str, value: f64| {
        let meaning = gives.iter().find(|gives| gives.symbol == symbol);
        Estimate::point(symbol, meaning.map_or("", |g| g.meaning), meaning.map_or("1", |g| g.unit), value)
    };
    let worst = bins.iter().map(|bin| (bin.met - bin.stated).abs()).fold(0.0, f64::max);
    let cooled = tempered(p, t);
    let mut all = vec![of("ECE", expected_error(bins)), of("MCE", worst)];
    if !classes.is_empty() {
        all.push(of("ECE_class", mean(classes.iter().map(|(_, error)| *error))));
    }
    all.extend([
        of("Brier", mean(p.iter().zip(y).map(|(p, y)| (p - y).powi(2)))),
        of("NLL", surprise(p, y)),
        of("T", t),
        of("ECE_T", expected_error(&binned(&cooled, y, count))),
        of("NLL_T", surprise(&cooled, y)),
    ]);
    all
}

/// The reliability diagram.
fn diagram(outcome: &Outcome) -> Chart {
    let points = outcome.bins.iter().map(|bin| (bin.stated, bin.met));
    Chart {
        name: "calibration".to_owned(),
        title: "Stated and met".to_owned(),
        subtitle: format!("{} predictions in {} bins", outcome.rows, outcome.bins.len()),
        caption: "Above the line things came true more often than was said, below it less often.".to_owned(),
        size: (520, 420),
        columns: 1,
        plots: vec![Plot {
            x: Scale::linear("probability stated", "").within(0.0, 1.0),
            y: Scale::linear("share that came true", "").within(0.0, 1.0),
            series: vec![
                Series::new("as stated", Look::Line, Tone::Muted, [(0.0, 0.0), (1.0, 1.0)]),
                Series::new("bins", Look::Dots, Tone::Series(0), points),
            ],
            ..Plot::default()
        }],
    }
}
