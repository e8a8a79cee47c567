//! The constants of the multi-power law from finished runs: Huber's loss on ln L, as its authors
//! take it, by Levenberg–Marquardt from each of their published answers.
//!
//! A few runs hardly tell α, C, β and γ apart: at the minimum of that loss on the authors' own three
//! runs C is a thousandth of theirs, and six others are forecast worse (mean absolute error .0050,
//! theirs .00435). So these four are drawn weakly to values known of other runs, which differ little
//! between sizes; the other three are free.

use super::multi_power::{Constants, PUBLISHED};
use super::{Change, Schedule, ScheduleError};
use crate::base::objective::Loss;
use crate::base::real::Order;
use crate::engine::solve::levenberg_marquardt::LevenbergMarquardt;
use crate::engine::solve::{Evaluation, Iteration, Options, Problem, minimise};
use serde::{Deserialize, Serialize};

/// Where Huber's loss turns from a square to a line, in ln L: that of the authors.
const DELTA: f64 = 1e-3;
/// Changes of the learning rate are gathered into so many for the search, and for its last steps.
const COARSE: usize = 1024;
const FINE: usize = 8192;
/// Evaluations of each.
const BUDGET: usize = 400;
const POLISH: usize = 20;
/// Fewest points that seven constants are fitted to.
const LEAST: usize = 20;
/// How far α, ln C, β and γ may be off what is known, by variable; infinite where nothing is.
const APART: [f64; SEVEN] = [f64::INFINITY, f64::INFINITY, 0.1, f64::INFINITY, 1.0, 0.1, 0.1];
/// What that is weighed against: an error of ln L as the law leaves it on runs that it was not fitted to.
const MISFIT: f64 = 4e-3;
/// Variables: L_0, ln A, α, ln B, ln C, β, γ.
const SEVEN: usize = 7;

/// A finished run on its schedule.
pub struct Run {
    /// Learning rates.
    pub schedule: Schedule,
    /// Steps of its points.
    pub steps: Vec<f64>,
    /// Losses there.
    pub loss: Vec<f64>,
}

/// Constants found, and what they rest on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refit {
    /// The constants.
    pub constants: Constants,
    /// Runs.
    pub runs: usize,
    /// Their points past the peak of the learning rate.
    pub points: usize,
    /// Root mean square of ln L against the law.
    pub rmse_log: f64,
    /// Σ ρ(ln L − ln law), Huber's loss of delta 1e-3; the pull does not count.
    pub value: f64,
    /// Whether the search converged; if not, the runs do not determine all seven.
    pub converged: bool,
}

/// A run as the search sees it: changes of the rate, and S(t), how many of them lie before, ln L.
struct Seen {
    changes: Vec<Change>,
    points: Vec<(f64, usize, f64)>,
}

impl Seen {
    fn new(run: &Run, most: usize) -> Result<Self, ScheduleError> {
        let (schedule, end) = (&run.schedule, run.schedule.end());
        let changes = schedule.gathered(most);
        let mut points = Vec::with_capacity(run.steps.len());
        for (&step, &loss) in run.steps.iter().zip(&run.loss) {
            if !(step >= 0.0 && step <= end as f64) {
                return Err(ScheduleError::Outside { step, end: end as f64 });
            }
            let at = step.round() as usize;
            if at >= schedule.peak {
                points.push((schedule.sum(at), changes.partition_point(|change| change.step <= at), loss.ln()));
            }
        }
        Ok(Self { changes, points })
    }
}

/// Σ ρ(ln L − ln law) over all runs, and the pull.
struct Misfit {
    seen: Vec<Seen>,
    /// Centre; none without a pull.
    known: Option<[f64; SEVEN]>,
    bounds: [(f64, f64); SEVEN],
}

fn constants(q: &[f64]) -> Constants {
    Constants { l_0: q[0], a: q[1].exp(), alpha: q[2], b: q[3].exp(), c: q[4].exp(), beta: q[5], gamma: q[6] }
}

fn variables(c: &Constants) -> [f64; SEVEN] {
    [c.l_0, c.a.ln(), c.alpha, c.b.ln(), c.c.ln(), c.beta, c.gamma]
}

impl Misfit {
    fn new(runs: &[Run], known: Option<[f64; SEVEN]>, most: usize) -> Result<Self, ScheduleError> {
        let seen = runs.iter().map(|run| Seen::new(run, most)).collect::<Result<Vec<_>, _>>()?;
        let least = seen.iter().flat_map(|run| &run.points).map(|point| point.2).fold(f64::INFINITY, f64::min);
        let positive = (1e-3, 5.0);
        let log = (-25.0, 25.0);
        Ok(Self { seen, known, bounds: [(0.0, least.exp()), log, positive, log, log, positive, positive] })
    }

    fn points(&self) -> usize {
        self.seen.iter().map(|run| run.points.len()).sum()
    }

    /// Calls with the residual of each point and its derivatives.
    fn each(&self, q: &[f64], mut told: impl FnMut(f64, &[f64; SEVEN])) {
        let law = constants(q);
        for run in &self.seen {
            let rate: Vec<f64> =
                run.changes.iter().map(|change| law.c * (-law.gamma * change.log_rate).exp()).collect();
            for &(spent, until, log) in &run.points {
                // Σ Δ(1 − g), and the sums of its derivatives in β, ln C and γ.
                let (mut brought, mut by_beta, mut by_c, mut by_gamma) = (0.0, 0.0, 0.0, 0.0);
                for (change, rate) in run.changes[..until].iter().zip(&rate) {
                    let w = rate * (spent - change.before);
                    let log = w.ln_1p();
                    let g = (-law.beta * log).exp();
                    let slope = change.by * law.beta * g * w / (1.0 + w);
                    brought += change.by * (1.0 - g);
                    by_beta += change.by * g * log;
                    by_c += slope;
                    by_gamma -= slope * change.log_rate;
                }
                let log_spent = spent.ln();
                let power = law.a * (-law.alpha * log_spent).exp();
                let loss = law.l_0 + power + law.b * brought;
                let slopes =
                    [1.0, power, -power * log_spent, law.b * brought, law.b * by_c, law.b * by_beta, law.b * by_gamma];
                told(log - loss.ln(), &slopes.map(|slope| -slope / loss));
            }
        }
    }
}

impl Problem for Misfit {
    fn dimension(&self) -> usize {
        SEVEN
    }
    fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }
    /// The Hessian is not known; it is left as it is.
    fn evaluate(&self, q: &[f64], _: Order, out: &mut Evaluation) -> bool {
        let loss = Loss::Huber { delta: DELTA };
        out.value = 0.0;
        out.gradient.fill(0.0);
        out.majorant.fill(0.0);
        self.each(q, |residual, slopes| {
            let rho = loss.rho(residual);
            out.value += rho.value;
            for (i, a) in slopes.iter().enumerate() {
                out.gradient[i] += rho.slope * a;
                for (j, b) in slopes.iter().enumerate() {
                    out.majorant[i * SEVEN + j] += rho.majorant * a * b;
                }
            }
        });
        for (i, known) in self.known.iter().flatten().enumerate() {
            let weight = (MISFIT / APART[i]).powi(2);
            let off = q[i] - known;
            out.value += 0.5 * weight * off * off;
            out.gradient[i] += weight * off;
            out.majorant[i * SEVEN + i] += weight;
        }
        out.value.is_finite() && out.gradient.iter().chain(&out.majorant).all(|v| v.is_finite())
    }
}

/// Fits the constants to finished runs, drawn to the mean of `known` ones of other runs if there are
/// any. Runs whose rate falls in different ways are needed: a rate that never falls says nothing of
/// what decay brings.
///
/// # Errors
/// [`ScheduleError`] if a point lies outside its schedule, or too few lie past the peaks.
pub fn refit(runs: &[Run], known: &[Constants]) -> Result<Refit, ScheduleError> {
    let each: Vec<[f64; SEVEN]> = known.iter().map(variables).collect();
    let mean = |i: usize| each.iter().map(|q| q[i]).sum::<f64>() / each.len() as f64;
    let known = (!each.is_empty()).then(|| std::array::from_fn(mean));
    let coarse = Misfit::new(runs, known, COARSE)?;
    let points = coarse.points();
    if points < LEAST {
        return Err(ScheduleError::TooFewToRefit { points, least: LEAST });
    }
    let search = |problem: &Misfit, q: &[f64], budget: usize| {
        let mut method = LevenbergMarquardt::new(SEVEN, Options { budget, ..Options::default() });
        let termination = minimise(problem, q, &mut method);
        method.solution(termination)
    };
    let ends = PUBLISHED.iter().map(|(_, start)| search(&coarse, &variables(start), BUDGET));
    let best = ends.filter(|end| end.value.is_finite()).min_by(|a, b| a.value.total_cmp(&b.value));
    let best = best.ok_or(ScheduleError::NoMinimum)?;
    let fine = Misfit::new(runs, known, FINE)?;
    let end = search(&fine, &best.q, POLISH);
    let q = if end.value.is_finite() { end.q } else { best.q };
    let (mut square, mut value) = (0.0, 0.0);
    fine.each(&q, |residual, _| {
        square += residual * residual;
        value += Loss::Huber { delta: DELTA }.rho(residual).value;
    });
    Ok(Refit {
        constants: constants(&q),
        runs: runs.len(),
        points,
        rmse_log: (square / points as f64).sqrt(),
        value,
        converged: best.termination.converged(),
    })
}
