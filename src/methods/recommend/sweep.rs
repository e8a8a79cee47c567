//! A user's own sweep over learning rate and batch, and what each rule's advice would cost on it:
//! read off the runs by interpolation in (ln rate, ln batch), and never beyond them.

use super::{GridRun, Point, Recommendation, Run, excess};
use crate::base::interpolate::Triangulation;
use crate::base::units::si;
use crate::data::ingest::{self, IngestError, Mistake, Needed, Request, Source};
use crate::data::measurements::Warning;
use crate::methods::allocation::parabola::Parabola;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows whose N and D differ from those asked for by no more than this, relatively, are of the run.
const SAME: f64 = 0.01;

/// What a column of batches counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchUnit {
    /// Tokens.
    Tokens,
    /// Sequences.
    Sequences,
}

impl BatchUnit {
    /// What a header says of it: `batch_tokens`, `batch (sequences)`.
    fn of_header(header: &str) -> Option<Self> {
        let header = header.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| header.contains(word));
        match (says(&["tok"]), says(&["seq", "sample", "example"])) {
            (true, false) => Some(Self::Tokens),
            (false, true) => Some(Self::Sequences),
            _ => None,
        }
    }
}

/// How to read a sweep.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Roles (`lr`, `batch`, `L`, `N`, `D`), rows and the rest.
    pub table: ingest::Reading,
    /// What the batch counts, where its header does not say.
    pub batch: Option<BatchUnit>,
}

/// Why a sweep cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The table cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// Tokens or sequences?
    #[error(
        "{source_name}: the column `{header}` does not say what the batch counts; add `--batch-unit tokens` or `--batch-unit sequences`"
    )]
    BatchUnit {
        /// The table.
        source_name: String,
        /// Its column.
        header: String,
    },
    /// No run of the size asked for.
    #[error("{source_name}: none of the {rows} rows has {asked} (within 1 %); the nearest there are: {near}")]
    NoSuchRun {
        /// The table.
        source_name: String,
        /// Rows read and not left out by a condition.
        rows: usize,
        /// What was asked for.
        asked: String,
        /// What there is.
        near: String,
    },
}

/// The runs of a sweep at one model size and data, and what following each rule would cost there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// The table.
    pub source: String,
    /// The model and its data.
    pub run: Run,
    /// Data rows of the table.
    pub rows_read: usize,
    /// Rows used.
    pub rows_kept: usize,
    /// Why those.
    pub kept: String,
    /// Runs; of those with the same rate and batch the best, for a mean of different models is none.
    pub runs: Vec<GridRun>,
    /// The run of lowest loss.
    pub best: GridRun,
    /// Axes at whose end the best run lies: the true optimum may lie beyond.
    #[serde(default)]
    pub edges: Vec<Edge>,
    /// What to know before believing it.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What following the rules would cost, paper by paper; empty before [`Sweep::judge`].
    pub advice: Vec<Advice>,
}

/// An axis at whose end the best run lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// "learning rate" or "batch".
    pub axis: String,
    /// "lowest" or "highest" of the sweep.
    pub end: String,
    /// Its value there.
    pub value: f64,
    /// Where a parabola through the logarithms is lowest, the other axis at its best: an extrapolation.
    pub vertex: Option<f64>,
}

impl Edge {
    /// One sentence.
    fn warning(&self) -> Warning {
        let vertex = self.vertex.map_or_else(String::new, |v| {
            format!(" A parabola in its logarithm would be lowest at {}, which is an extrapolation.", written(v))
        });
        let message = format!(
            "The best run has the {} {} of the sweep ({}): the best may lie beyond, and every excess below is a lower bound.{vertex}",
            self.end,
            self.axis,
            written(self.value)
        );
        Warning::new("edge-of-sweep", message)
    }
}

/// The axes at whose end the best run lies.
fn edges(runs: &[GridRun], best: &GridRun) -> Vec<Edge> {
    let axis = |name: &str, of: fn(&GridRun) -> f64, other: fn(&GridRun) -> f64| {
        let (low, high) = ends(runs.iter().map(of));
        let end = match of(best) {
            v if low == high || (low < v && v < high) => return None,
            v if v == low => "lowest",
            _ => "highest",
        };
        let along: Vec<&GridRun> = runs.iter().filter(|run| other(run) == other(best)).collect();
        let x: Vec<f64> = along.iter().map(|run| of(run).ln()).collect();
        let y: Vec<f64> = along.iter().map(|run| run.loss).collect();
        let parabola = Parabola::fit(&x, &y, 0.95).ok().filter(|p| p.curvature > 0.0 && p.vertex.is_finite());
        // Beyond the end, or it is no reason to go there; and not farther than the sweep is wide.
        let reach = (high / low).ln();
        let beyond = |v: &f64| {
            if end == "lowest" {
                (-reach..0.0).contains(&(v - low.ln()))
            } else {
                (0.0..reach).contains(&(v - high.ln()))
            }
        };
        let vertex = parabola.map(|p| p.vertex).filter(beyond).map(f64::exp);
        Some(Edge { axis: name.to_owned(), end: end.to_owned(), value: of(best), vertex })
    };
    let rate = axis("learning rate", |run| run.rate, |run| run.batch);
    rate.into_iter().chain(axis("batch", |run| run.batch, |run| run.rate)).collect()
}

/// What following one paper's rule, or its two rules together, would cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// The rules and their answers.
    pub point: Point,
    /// Learning rate and batch at which the loss is predicted. Of a rule for one of the two, the
    /// other is the best that the sweep allows with it.
    pub at: Option<(f64, f64)>,
    /// Loss predicted there; none outside the runs.
    pub loss: Option<f64>,
    /// Its excess over the sweep's best loss, relative.
    pub excess: Option<f64>,
    /// The excess of the nearest run, for rules for both.
    pub nearest: Option<f64>,
    /// What must be known of it; empty for nothing.
    pub note: String,
}

impl Sweep {
    /// Reads the runs of a model size and data from a table. Rows are chosen by N and D where the
    /// table has them.
    ///
    /// # Errors
    /// [`SweepError`].
    pub fn read(source: &Source, run: Run, reading: &Reading) -> Result<Self, SweepError> {
        let mut sizes = vec![("N", "parameters", run.n), ("D", "tokens", run.d)];
        let data = loop {
            let needed = [("lr", "1"), ("batch", "1"), ("L", "nat/token")].into_iter();
            let needed = needed.chain(sizes.iter().map(|(symbol, unit, _)| (*symbol, *unit)));
            let request = Request {
                needed: needed.map(|(symbol, unit)| Needed::new(symbol, unit)).collect(),
                ..Request::default()
            };
            match ingest::read(source, &request.read_as(&reading.table)) {
                Ok(data) => break data,
                // A sweep may say nowhere which model it is of.
                Err(error) => match *error.mistake {
                    Mistake::RoleMissing { ref roles, .. }
                        if roles.iter().all(|(role, _)| sizes.iter().any(|(symbol, ..)| symbol == role)) =>
                    {
                        sizes.retain(|(symbol, ..)| roles.iter().all(|(role, _)| symbol != role));
                    }
                    _ => return Err(error.into()),
                },
            }
        };
        let name = source.name();
        let column = |symbol: &str| data.column(symbol).unwrap_or_default();
        let header =
            data.provenance.columns.iter().find(|used| used.symbol == "batch").and_then(|used| used.header.clone());
        let header = header.unwrap_or_default();
        let counts = reading.batch.or_else(|| BatchUnit::of_header(&header));
        let counts = counts.ok_or_else(|| SweepError::BatchUnit { source_name: name.clone(), header })?;
        let tokens = if counts == BatchUnit::Sequences { run.sequence } else { 1.0 };
        let same =
            |row: &usize| sizes.iter().all(|(symbol, _, asked)| (column(symbol)[*row] / asked - 1.0).abs() <= SAME);
        let rows: Vec<usize> = (0..data.len()).filter(same).collect();
        let asked = sizes.iter().map(|(symbol, _, value)| format!("{symbol} = {}", si(*value)));
        let asked = asked.collect::<Vec<_>>().join(" and ");
        let kept = match sizes.as_slice() {
            [] => "the table has no columns N and D, so every row counts".to_owned(),
            [(only, ..)] => format!("those with {asked} within 1 %; the table has no other size than {only}"),
            _ => format!("those with {asked} within 1 %"),
        };
        let (runs, repeats) = distinct(rows.iter().map(|&row| GridRun {
            rate: column("lr")[row],
            batch: tokens * column("batch")[row],
            loss: column("L")[row],
        }));
        let best = runs.iter().min_by(|a, b| a.loss.total_cmp(&b.loss)).copied();
        let best = best.ok_or_else(|| {
            let values = |row: usize| sizes.iter().map(|(symbol, ..)| column(symbol)[row]).collect::<Vec<f64>>();
            let there = (0..data.len()).map(values).collect();
            let asked_for: Vec<f64> = sizes.iter().map(|(.., value)| *value).collect();
            SweepError::NoSuchRun {
                source_name: name.clone(),
                rows: data.len(),
                asked,
                near: nearest(there, &asked_for),
            }
        })?;
        let edges = edges(&runs, &best);
        let warnings = repeats.into_iter().chain(edges.iter().map(Edge::warning)).collect();
        Ok(Self {
            source: name,
            edges,
            warnings,
            run,
            rows_read: data.provenance.rows_read,
            rows_kept: rows.len(),
            kept,
            runs,
            best,
            advice: Vec::new(),
        })
    }

    /// Fills in what each rule's advice would cost.
    pub fn judge(&mut self, recommendation: &Recommendation) {
        let surface = Surface::new(&self.runs);
        self.advice =
            recommendation.points().into_iter().map(|point| self.advice_of(point, surface.as_ref())).collect();
    }

    fn advice_of(&self, point: Point, surface: Option<&Surface>) -> Advice {
        let nothing =
            |note: String| Advice { point: point.clone(), at: None, loss: None, excess: None, nearest: None, note };
        let Some(surface) = surface else {
            return nothing("the runs vary too little to interpolate over both learning rate and batch".to_owned());
        };
        let (found, note) = match (point.rate, point.batch) {
            (Some(rate), Some(batch)) => (surface.at(rate, batch).map(|loss| ((rate, batch), loss)), ""),
            (Some(rate), None) => {
                let found = surface.least_along(0, rate);
                (found.map(|(batch, loss)| ((rate, batch), loss)), "a learning rate alone: at its best batch")
            }
            (None, Some(batch)) => {
                let found = surface.least_along(1, batch);
                (found.map(|(rate, loss)| ((rate, batch), loss)), "a batch alone: at its best learning rate")
            }
            (None, None) => (None, ""),
        };
        let Some((at, loss)) = found else { return nothing(self.beyond(&point)) };
        let both = point.rate.zip(point.batch);
        Advice {
            at: Some(at),
            loss: Some(loss),
            excess: Some(loss / self.best.loss - 1.0),
            nearest: both.and_then(|(rate, batch)| excess(&self.runs, rate, batch)),
            note: note.to_owned(),
            point,
        }
    }

    /// Which way a point lies outside the runs.
    fn beyond(&self, point: &Point) -> String {
        let side = |value: Option<f64>, of: fn(&GridRun) -> f64, what: &str| {
            let (low, high) = ends(self.runs.iter().map(of));
            let value = value?;
            (value < low || value > high).then(|| format!("{what} outside {} to {}", written(low), written(high)))
        };
        let sides = [side(point.rate, |run| run.rate, "learning rate"), side(point.batch, |run| run.batch, "batch")];
        let sides: Vec<String> = sides.into_iter().flatten().collect();
        let sides = if sides.is_empty() { "in a corner without runs".to_owned() } else { sides.join(", ") };
        format!("not in the sweep: {sides}")
    }

    /// The excess loss over the best run on a grid: values at `rates` × `batches`, rate by rate, NaN
    /// outside the runs. None where the runs lie on a line.
    pub fn excess_on(&self, rates: &[f64], batches: &[f64]) -> Option<Vec<Vec<f64>>> {
        let surface = Surface::new(&self.runs)?;
        let at = |rate: f64, batch: f64| surface.at(rate, batch).map_or(f64::NAN, |loss| loss / self.best.loss - 1.0);
        Some(rates.iter().map(|&rate| batches.iter().map(|&batch| at(rate, batch)).collect()).collect())
    }
}

/// Least and greatest.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

fn written(value: f64) -> String {
    if value >= 1e3 { si(value) } else { format!("{value:.2e}") }
}

/// Of runs that repeat a learning rate and batch the best, in the order of rate and batch; and a
/// warning if there were any.
fn distinct(runs: impl Iterator<Item = GridRun>) -> (Vec<GridRun>, Option<Warning>) {
    let mut cells: BTreeMap<(u64, u64), (f64, f64, usize)> = BTreeMap::new();
    for run in runs {
        // Positive numbers are in the order of their bits.
        let cell = cells.entry((run.rate.to_bits(), run.batch.to_bits())).or_insert((run.loss, run.loss, 0));
        *cell = (cell.0.min(run.loss), cell.1.max(run.loss), cell.2 + 1);
    }
    let repeated = cells.values().filter(|(.., count)| *count > 1).count();
    let spread = cells.values().map(|(low, high, _)| high / low - 1.0).fold(0.0, f64::max);
    let warning = (repeated > 0).then(|| {
        let message = format!(
            "{repeated} pairs of learning rate and batch have several runs, whose losses differ by up to {:.2} %: the best of each counts. If they are different models or schedules, choose one with `--where`.",
            100.0 * spread
        );
        Warning::new("runs-repeat", message)
    });
    let run = |((rate, batch), (loss, ..)): ((u64, u64), (f64, f64, usize))| GridRun {
        rate: f64::from_bits(rate),
        batch: f64::from_bits(batch),
        loss,
    };
    (cells.into_iter().map(run).collect(), warning)
}

/// The sizes in a table nearest to those asked for, as text.
fn nearest(mut there: Vec<Vec<f64>>, asked: &[f64]) -> String {
    const LISTED: usize = 4;
    let distance = |sizes: &[f64]| sizes.iter().zip(asked).map(|(a, b)| (a / b).ln().powi(2)).sum::<f64>();
    there.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    there.dedup();
    let text = |sizes: &Vec<f64>| sizes.iter().map(|v| si(*v)).collect::<Vec<_>>().join(" and ");
    there.iter().take(LISTED).map(text).collect::<Vec<_>>().join("; ")
}

/// Losses over (ln rate, ln batch), plane on each triangle of neighbouring runs: it passes through
/// every run and is nowhere below the best. Between runs it lies above the bowl they are on, which
/// on a grid in steps of 1.4 adds a few ten-thousandths of the loss; a cubic surface adds less on
/// average, but follows the noise of single runs and misses runs left out by more.
struct Surface {
    mesh: Triangulation,
    losses: Vec<f64>,
}

impl Surface {
    fn new(runs: &[GridRun]) -> Option<Self> {
        let points: Vec<[f64; 2]> = runs.iter().map(|run| [run.rate.ln(), run.batch.ln()]).collect();
        let losses = runs.iter().map(|run| run.loss).collect();
        Triangulation::new(&points).map(|mesh| Self { mesh, losses })
    }

    /// The loss at a point; none outside the hull of the runs.
    fn at(&self, rate: f64, batch: f64) -> Option<f64> {
        let (triangle, weights) = self.mesh.locate([rate.ln(), batch.ln()])?;
        let corners = self.mesh.triangles()[triangle];
        Some(corners.iter().zip(weights).map(|(&corner, weight)| weight * self.losses[corner]).sum())
    }

    /// The least loss where one coordinate (0 the rate, 1 the batch) has a value, and the other
    /// coordinate there. The surface is plane on triangles, so it lies on an edge.
    fn least_along(&self, axis: usize, value: f64) -> Option<(f64, f64)> {
        let (at, points) = (value.ln(), self.mesh.points());
        let mut least: Option<(f64, f64)> = None;
        for &[a, b, c] in self.mesh.triangles() {
            for (from, to) in [(a, b), (b, c), (c, a)] {
                let (low, high) = (points[from][axis] - at, points[to][axis] - at);
                if low * high > 0.0 {
                    continue;
                }
                let fractions = if low == high { [0.0, 1.0] } else { [low / (low - high); 2] };
                for t in fractions {
                    let loss = self.losses[from] + t * (self.losses[to] - self.losses[from]);
                    let other = points[from][1 - axis] + t * (points[to][1 - axis] - points[from][1 - axis]);
                    if least.is_none_or(|(_, best)| loss < best) {
                        least = Some((other.exp(), loss));
                    }
                }
            }
        }
        least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loss that is plane in the logarithms, so that interpolation is exact.
    fn plane(rate: f64, batch: f64) -> f64 {
        3.0 + 0.1 * rate.ln() - 0.05 * batch.ln()
    }

    fn runs() -> Vec<GridRun> {
        let rates = [1e-4, 1e-3, 3e-3];
        let all = rates
            .iter()
            .flat_map(|&rate| [1e5, 2e5, 1e6].map(|batch| GridRun { rate, batch, loss: plane(rate, batch) }));
        all.collect()
    }

    #[test]
    fn a_plane_is_interpolated_exactly_and_never_beyond_the_runs() {
        let surface = Surface::new(&runs()).expect("not on a line");
        for (rate, batch) in [(1e-4, 1e5), (5e-4, 3e5), (2.9e-3, 9e5)] {
            let ours = surface.at(rate, batch).expect("inside");
            assert!((ours - plane(rate, batch)).abs() < 1e-12, "{ours}");
        }
        for (rate, batch) in [(9e-5, 3e5), (5e-4, 1.01e6)] {
            assert_eq!(surface.at(rate, batch), None);
        }
        let (batch, loss) = surface.least_along(0, 5e-4).expect("inside");
        assert!((batch / 1e6 - 1.0).abs() < 1e-12 && (loss - plane(5e-4, 1e6)).abs() < 1e-12);
        let (rate, loss) = surface.least_along(1, 2e5).expect("on a row of runs");
        assert!((rate / 1e-4 - 1.0).abs() < 1e-12 && (loss - plane(1e-4, 2e5)).abs() < 1e-12);
        assert_eq!(surface.least_along(0, 1e-2), None);
        assert!(Surface::new(&runs()[..3]).is_none(), "one learning rate");
    }

    #[test]
    fn headers_say_what_a_batch_counts_or_do_not() {
        let of = BatchUnit::of_header;
        assert_eq!(of("batch_tokens"), Some(BatchUnit::Tokens));
        assert_eq!(of("Batch (sequences)"), Some(BatchUnit::Sequences));
        assert_eq!((of("bs"), of("tokens or sequences")), (None, None));
    }

    #[test]
    fn repeats_are_never_averaged() {
        let run = |rate, loss| GridRun { rate, batch: 1e6, loss };
        let (one, warning) = distinct([run(2e-3, 3.0), run(1e-3, 4.0), run(2e-3, 3.3)].into_iter());
        assert_eq!(one, [run(1e-3, 4.0), run(2e-3, 3.0)]);
        assert!(warning.expect("repeats").message.contains("10.00 %"));
        assert!(distinct(one.into_iter()).1.is_none());
    }

    #[test]
    fn a_best_run_at_the_end_of_an_axis_is_said_with_the_vertex_beyond() {
        let loss = |m: f64, batch: f64| 3.1 + 0.03 * (m / 0.323).ln().powi(2) + 0.01 * (batch / 64.0).ln().powi(2);
        let runs: Vec<GridRun> = [0.7, 1.0, 1.3, 1.6, 2.0]
            .iter()
            .flat_map(|&m| [32.0, 64.0, 128.0].map(|batch| GridRun { rate: 3e-3 * m, batch, loss: loss(m, batch) }))
            .collect();
        let best = runs.iter().copied().min_by(|a, b| a.loss.total_cmp(&b.loss)).expect("runs");
        let edges = edges(&runs, &best);
        assert_eq!(edges.len(), 1, "the batch has its best within");
        assert_eq!((edges[0].axis.as_str(), edges[0].end.as_str()), ("learning rate", "lowest"));
        assert!((edges[0].vertex.expect("beyond") / 9.69e-4 - 1.0).abs() < 1e-9);
        assert!(edges[0].warning().message.contains("lower bound"));
    }
}
