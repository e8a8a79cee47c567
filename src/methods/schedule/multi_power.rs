//! The multi-power law (Luo et al. 2025): L(t) = L_0 + A S(t)^-α + B Σ_k (η_k − η_{k−1}) ·
//! [1 − (1 + C η_k^-γ (S(t) − S(k−1)))^-β], S(t) = η_0 + … + η_t: a power of the learning rate spent,
//! and what each later change of the rate has brought so far.

use super::{Schedule, ScheduleError};
use serde::{Deserialize, Serialize};

/// Constants of the law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Constants {
    /// Floor.
    pub l_0: f64,
    /// Size of the power law.
    pub a: f64,
    /// Its exponent.
    pub alpha: f64,
    /// Size of the gain by decay.
    pub b: f64,
    /// Its rate.
    pub c: f64,
    /// Its exponent.
    pub beta: f64,
    /// How its rate depends on the learning rate.
    pub gamma: f64,
}

/// Published constants by model size: the authors' repository, `src/config.py` at 8da9f19.
pub const PUBLISHED: [(&str, Constants); 3] = [
    ("25M", constants([3.04045406, 0.52468604, 0.50786857, 363.78751622, 2.06560812, 0.58279013, 0.64142257])),
    ("100M", constants([2.6514477, 0.60115152, 0.45295811, 437.9464276, 2.13245612, 0.59785199, 0.65523644])),
    ("400M", constants([2.37474466, 0.65421216, 0.42878731, 523.42464371, 2.02462735, 0.59350493, 0.63472457])),
];

const fn constants([l_0, a, alpha, b, c, beta, gamma]: [f64; 7]) -> Constants {
    Constants { l_0, a, alpha, b, c, beta, gamma }
}

/// Published constants by name.
pub fn published(name: &str) -> Option<Constants> {
    PUBLISHED.iter().find(|(known, _)| *known == name).map(|(_, constants)| *constants)
}

impl Constants {
    /// What changes of the learning rate have brought by a step: below zero under decay.
    fn changes(&self, schedule: &Schedule, step: usize) -> f64 {
        let spent = schedule.sum(step);
        let until = schedule.changes.partition_point(|change| change.step <= step);
        let brought = schedule.changes[..until].iter().map(|change| {
            let rate = self.c * (-self.gamma * change.log_rate).exp();
            change.by * (1.0 - (1.0 + rate * (spent - change.before)).powf(-self.beta))
        });
        self.b * brought.sum::<f64>()
    }

    /// Loss at a step of a schedule.
    pub fn loss(&self, schedule: &Schedule, step: usize) -> f64 {
        self.l_0 + self.a * schedule.sum(step).powf(-self.alpha) + self.changes(schedule, step)
    }
}

/// The loss at the end of a schedule, from a run that follows it so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The last step of the schedule.
    pub step: f64,
    /// Loss expected there.
    pub estimate: f64,
    /// Standard deviation of ln L of a new measurement there; the constants that are held are
    /// taken to be right.
    pub sd_log: f64,
    /// Level of the interval.
    pub level: f64,
    /// Its lower end.
    pub lower: f64,
    /// Its upper end.
    pub upper: f64,
    /// L_0 and A of this run, the other constants as published.
    pub constants: Constants,
    /// Points of the run that were used: those from the peak of the learning rate on.
    pub points: usize,
    /// Root mean square of their ln L against the law.
    pub rmse_log: f64,
}

/// Fits L_0 and A to a run so far (least squares, relative to the loss), holds the other constants,
/// and reads the end of the schedule off. What decay will bring is that of the held constants: no
/// run shows it before its rate decays.
///
/// # Errors
/// [`ScheduleError`] if a point lies outside the schedule or fewer than five lie past its peak.
pub fn estimate_final(
    schedule: &Schedule,
    steps: &[f64],
    loss: &[f64],
    held: &Constants,
) -> Result<Estimate, ScheduleError> {
    let end = schedule.end();
    if let Some(&step) = steps.iter().find(|step| !(**step >= 0.0 && **step <= end as f64)) {
        return Err(ScheduleError::Outside { step, end: end as f64 });
    }
    // One row of the weighted design each: 1/L, S^-α/L, (L − changes)/L.
    let rows: Vec<[f64; 3]> = steps
        .iter()
        .zip(loss)
        .map(|(step, loss)| (step.round() as usize, *loss))
        .filter(|(step, _)| *step >= schedule.peak)
        .map(|(step, loss)| {
            let power = schedule.sum(step).powf(-held.alpha);
            [1.0 / loss, power / loss, (loss - held.changes(schedule, step)) / loss]
        })
        .collect();
    if rows.len() < 5 {
        return Err(ScheduleError::TooFew { points: rows.len() });
    }
    let sum = |f: &dyn Fn(&[f64; 3]) -> f64| rows.iter().map(f).sum::<f64>();
    let (uu, uv, vv) = (sum(&|r| r[0] * r[0]), sum(&|r| r[0] * r[1]), sum(&|r| r[1] * r[1]));
    let (uy, vy) = (sum(&|r| r[0] * r[2]), sum(&|r| r[1] * r[2]));
    let determinant = uu * vv - uv * uv;
    let (l_0, a) = ((vv * uy - uv * vy) / determinant, (uu * vy - uv * uy) / determinant);
    let constants = Constants { l_0, a, ..*held };
    let square = sum(&|r| (r[2] - l_0 * r[0] - a * r[1]).powi(2));
    let variance = square / (rows.len() - 2) as f64;
    let estimate = constants.loss(schedule, end);
    let power = schedule.sum(end).powf(-held.alpha);
    // Variance of l_0 + a S^-α at the end, relative to the loss there.
    let spread = (vv - 2.0 * power * uv + power * power * uu) / determinant / (estimate * estimate);
    let sd_log = (variance * (1.0 + spread)).sqrt();
    let half = 1.645 * sd_log;
    Ok(Estimate {
        step: end as f64,
        estimate,
        sd_log,
        level: 0.9,
        lower: estimate * (-half).exp(),
        upper: estimate * half.exp(),
        constants,
        points: rows.len(),
        rmse_log: (square / rows.len() as f64).sqrt(),
    })
}
