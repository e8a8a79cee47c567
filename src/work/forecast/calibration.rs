//! How forecasts did, all together: coverage, probability integral transform, bias.

use super::Frozen;
use crate::data::measurements::Warning;
use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF, StudentsT};
use std::collections::BTreeSet;

/// Levels whose coverage is counted.
pub const LEVELS: [f64; 4] = [0.5, 0.8, 0.9, 0.95];
/// Outcomes fewer than these say little of calibration.
const FEW: usize = 10;
/// Coverage of the intervals given here.
const LEVEL: f64 = 0.95;

/// What outcomes say of forecasts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Forecasts with an outcome.
    pub scored: usize,
    /// Forecasts still without.
    pub open: usize,
    /// Share of outcomes in the central intervals.
    pub coverage: Vec<Coverage>,
    /// The probability integral transform, uniform between 0 and 1 if forecasts are calibrated.
    pub pit: Option<Spread>,
    /// Where outcomes lie beside the medians.
    pub bias: Option<Bias>,
    /// What to know about it.
    pub warnings: Vec<Warning>,
}

/// How often intervals held.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// Level aimed at.
    pub level: f64,
    /// Outcomes inside.
    pub inside: usize,
    /// Of so many.
    pub of: usize,
    /// Their share.
    pub share: f64,
    /// What coverage may be, by Clopper and Pearson's 95 % interval: lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// The transform's distribution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Its mean: one half if forecasts are unbiased.
    pub mean: f64,
    /// Its standard deviation: 0.289 if their width is right, more if they are too narrow.
    pub standard_deviation: Option<f64>,
    /// Counts in fifths from 0 to 1.
    pub counts: [usize; 5],
    /// Largest distance from the uniform distribution (Kolmogorov and Smirnov).
    pub distance: f64,
    /// Probability of such a distance if forecasts are calibrated (Stephens's approximation).
    pub p: f64,
}

/// The mean of ln(measured/predicted).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bias {
    /// Outcomes that it is the mean of.
    pub of: usize,
    /// The mean: negative where forecasts are too high.
    pub mean: f64,
    /// 95 % interval by Student's t, of two outcomes and more: lower end.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Mean of the absolute values.
    pub mean_absolute: f64,
}

/// What the outcomes of forecasts say of them.
pub fn calibrate(forecasts: &[&Frozen]) -> Calibration {
    let scored: Vec<_> = forecasts.iter().filter_map(|frozen| Some((*frozen, frozen.score()?))).collect();
    let pits: Vec<f64> = scored.iter().filter_map(|(_, score)| score.pit).collect();
    let errors: Vec<f64> = scored.iter().filter_map(|(_, score)| score.log_error).collect();
    let mut warnings = Vec::new();
    if (1..FEW).contains(&scored.len()) {
        let message = format!("{} outcomes say little of calibration yet.", scored.len());
        warnings.push(Warning::new("few-outcomes", message));
    }
    // Rows by their hash; published constants by their name.
    let bases = scored.iter().map(|(frozen, _)| {
        let data = frozen.forecast.data.as_ref().and_then(|data| data.sha256.as_deref());
        data.unwrap_or(&frozen.forecast.fit.named)
    });
    let bases = bases.collect::<BTreeSet<_>>().len();
    if scored.len() > 1 && bases < scored.len() {
        let message = format!(
            "{} outcomes rest on {bases} data set{}: forecasts from the same rows err together, and the intervals here take them for independent.",
            scored.len(),
            if bases == 1 { "" } else { "s" }
        );
        warnings.push(Warning::new("forecasts-go-together", message));
    }
    Calibration {
        scored: scored.len(),
        open: forecasts.len() - scored.len(),
        coverage: LEVELS.iter().filter_map(|&level| coverage(level, &pits)).collect(),
        pit: spread(&pits),
        bias: bias(&errors),
        warnings,
    }
}

fn coverage(level: f64, pits: &[f64]) -> Option<Coverage> {
    let of = pits.len();
    // Ends count as inside, whatever their probability's last bit.
    let inside = pits.iter().filter(|pit| (**pit - 0.5).abs() <= 0.5 * level + 1e-9).count();
    let tail = 0.5 * (1.0 - LEVEL);
    let beta = |a: usize, b: usize, p: f64| Some(Beta::new(a as f64, b as f64).ok()?.inverse_cdf(p));
    let lower = if inside == 0 { 0.0 } else { beta(inside, of - inside + 1, tail)? };
    let upper = if inside == of { 1.0 } else { beta(inside + 1, of - inside, 1.0 - tail)? };
    (of > 0).then(|| Coverage { level, inside, of, share: inside as f64 / of as f64, lower, upper })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> Option<f64> {
    let centre = mean(values);
    let square: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    (values.len() > 1).then(|| (square / (values.len() - 1) as f64).sqrt())
}

fn spread(pits: &[f64]) -> Option<Spread> {
    let n = pits.len() as f64;
    let mut sorted = pits.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut counts = [0; 5];
    sorted.iter().for_each(|pit| counts[((5.0 * pit) as usize).min(4)] += 1);
    let apart = |(k, pit): (usize, &f64)| ((k + 1) as f64 / n - pit).max(pit - k as f64 / n);
    let distance = sorted.iter().enumerate().map(apart).fold(0.0, f64::max);
    let standard_deviation = deviation(pits);
    (!pits.is_empty()).then(|| Spread {
        mean: mean(pits),
        standard_deviation,
        counts,
        distance,
        p: p_value(distance, n),
    })
}

/// Kolmogorov's distribution at Stephens's statistic.
fn p_value(distance: f64, n: f64) -> f64 {
    let lambda = (n.sqrt() + 0.12 + 0.11 / n.sqrt()) * distance;
    // Below this the series converges slowly, and its sum is 1 to twelve digits.
    if lambda < 0.2 {
        return 1.0;
    }
    let term = |k: i32| f64::from(1 - 2 * ((k + 1) % 2)) * (-2.0 * f64::from(k * k) * lambda * lambda).exp();
    (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

fn bias(errors: &[f64]) -> Option<Bias> {
    let n = errors.len() as f64;
    let centre = mean(errors);
    let reach = deviation(errors).and_then(|sd| {
        let t = StudentsT::new(0.0, 1.0, n - 1.0).ok()?.inverse_cdf(0.5 * (1.0 + LEVEL));
        Some(t * sd / n.sqrt())
    });
    let mean_absolute = errors.iter().map(|e| e.abs()).sum::<f64>() / n;
    let (lower, upper) = (reach.map(|reach| centre - reach), reach.map(|reach| centre + reach));
    (!errors.is_empty()).then_some(Bias { of: errors.len(), mean: centre, lower, upper, mean_absolute })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_intervals_are_those_of_r_and_scipy() {
        // binom.test(7, 10): 0.3475471 to 0.9332605; kstwobign.sf at Stephens's statistic of D = .3, n = 10.
        let pits = [0.5; 7].into_iter().chain([0.999; 3]).collect::<Vec<_>>();
        let seven = coverage(0.9, &pits).unwrap();
        assert_eq!((seven.inside, seven.of), (7, 10));
        assert!((seven.lower - 0.347_547_1).abs() < 1e-6 && (seven.upper - 0.933_260_5).abs() < 1e-6, "{seven:?}");
        let all = coverage(0.9, &[0.5; 4]).unwrap();
        assert!((all.lower - 0.397_635_4).abs() < 1e-6 && all.upper == 1.0, "{all:?}");
        assert!((p_value(0.3, 10.0) - 0.275_268_867).abs() < 1e-8);
    }

    #[test]
    fn even_ranks_are_uniform_and_all_low_ones_are_not() {
        let even: Vec<f64> = (0..20).map(|k| (f64::from(k) + 0.5) / 20.0).collect();
        let fair = spread(&even).unwrap();
        assert!((fair.mean - 0.5).abs() < 1e-12 && (fair.distance - 0.025).abs() < 1e-12 && fair.p > 0.999);
        assert_eq!(fair.counts, [4; 5]);
        let low = spread(&[0.02; 8]).unwrap();
        assert!(low.p < 1e-6 && low.counts == [8, 0, 0, 0, 0]);
    }
}
