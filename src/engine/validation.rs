//! What a fit says about rows it never saw.

use crate::data::measurements::Measurements;
use crate::engine::fit::Fit;
use crate::engine::uncertainty::Uncertainty;
use crate::engine::uncertainty::bootstrap::generator;
use crate::engine::uncertainty::interval::quantile;
use crate::record::Validation;
use rand::RngExt;

/// Keeps the held-out draws apart from the bootstrap's own.
const STREAM: u64 = 0x686f_6c64;
/// Draws per held-out row.
const DRAWS: usize = 400;

/// Predicts `unseen` rows with a fit and scores the predictions. `None` if the rows lack a column
/// of the law, or there are none.
///
/// The prediction interval of a row is that of a new measurement: bootstrap replicates of the law,
/// each with a residual of the fit drawn at random on the objective's scale.
pub fn validate(
    fit: &Fit,
    known: &Uncertainty,
    unseen: &Measurements,
    condition: &str,
    seed: u64,
) -> Option<Validation> {
    let law = fit.setup.law;
    let card = law.card();
    let inputs = card.inputs.iter().map(|input| unseen.column(input.symbol)).collect::<Option<Vec<_>>>()?;
    let measured = unseen.column(card.output.symbol)?;
    if measured.is_empty() {
        return None;
    }
    let scale = fit.spec.objective.residual;
    let residuals = fit.residuals();
    let replicates = known.thinned();
    let tail = (1.0 - known.level) / 2.0;
    let (mut predicted, mut nearest, mut covered) = (Vec::new(), Vec::new(), 0);
    for (row, &y) in measured.iter().enumerate() {
        let x: Vec<f64> = inputs.iter().map(|column| column[row]).collect();
        predicted.push(law.predict(&x, &fit.theta));
        nearest.push(neighbour(fit, &x));
        if !replicates.is_empty() && !residuals.is_empty() {
            let mut rng = generator(seed ^ STREAM, row as u64);
            let mut draws: Vec<f64> = (0..DRAWS)
                .map(|_| {
                    let theta = replicates[rng.random_range(0..replicates.len())];
                    scale.inverse(scale.at(law.predict(&x, theta)) + residuals[rng.random_range(0..residuals.len())])
                })
                .filter(|v| v.is_finite())
                .collect();
            draws.sort_by(f64::total_cmp);
            covered += usize::from(quantile(&draws, tail) <= y && y <= quantile(&draws, 1.0 - tail));
        }
    }
    let count = measured.len() as f64;
    let relative =
        |predictions: &[f64]| -> Vec<f64> { predictions.iter().zip(measured).map(|(p, y)| p / y - 1.0).collect() };
    let mean_size = |errors: &[f64]| errors.iter().map(|e| e.abs()).sum::<f64>() / count;
    let errors = relative(&predicted);
    let squares: f64 = predicted.iter().zip(measured).map(|(p, y)| (p / y).ln().powi(2)).sum();
    Some(Validation {
        condition: condition.to_owned(),
        rows: unseen.rows.clone(),
        mean_absolute_relative_error: mean_size(&errors),
        mean_relative_error: errors.iter().sum::<f64>() / count,
        worst_relative_error: errors
            .iter()
            .copied()
            .fold(0.0, |worst: f64, e| if e.abs() > worst.abs() { e } else { worst }),
        root_mean_square_log_error: Some((squares / count).sqrt()).filter(|v| v.is_finite()),
        nearest_row_error: mean_size(&relative(&nearest)),
        coverage: (!replicates.is_empty()).then(|| f64::from(u32::try_from(covered).unwrap_or(u32::MAX)) / count),
        level: known.level,
        measured: measured.to_vec(),
        predicted,
    })
}

/// The measured value of the fitted row nearest in the logarithms of the inputs: what somebody
/// would guess who had the table and no law.
fn neighbour(fit: &Fit, x: &[f64]) -> f64 {
    let rows = &fit.setup.rows;
    let distance = |row: usize| -> f64 {
        rows.logs.iter().zip(x).map(|(logs, v)| (logs[row] - v.ln()).powi(2)).filter(|d| d.is_finite()).sum()
    };
    (0..rows.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b))).map_or(f64::NAN, |row| rows.measured[row])
}
