//! What an interval costs: the variance of a quantity and its degrees of freedom, by one of three
//! rules, all from the rows' derivatives at the minimum.
//!
//! With J the rows' derivatives (scaled by the root of their weights; a prior is one more row), ψ the
//! slopes of the loss, m its mean curvature, B = (JᵀJ)⁻¹ and g the gradient of the quantity:
//!
//! * classical: V = K² Σψ²/(n − p) /m² · gᵀBg, K = 1 + (p/n)(1 − m)/m, ν = n − p (Huber 1981);
//! * HC2: the rows' own squares, each over 1 − leverage, the curvature per row (MacKinnon and White
//!   1985), ν by Bell and McCaffrey (2002);
//! * CR2: the same with the rows of a run taken together (Bell and McCaffrey 2002).
//!
//! Under a loss whose scale the user fixed, ψ² and m are what they are on average under normal noise
//! of the size seen: counting the few rows near zero would count those that the fit interpolates.

use crate::base::objective::Loss;
use nalgebra::{DMatrix, DVector};
use statrs::function::erf::{erf, erf_inv};

/// Singular values of the scaled derivatives below this are zero.
const SINGULAR: f64 = 1e-6;
/// Leverage above this counts as this.
const LEVERAGE: f64 = 0.98;
/// Share of a gradient along a direction that the rows do not see, above which nothing is known.
const UNSEEN: f64 = 1e-6;

/// The variance of a quantity on its own scale, and what it costs the objective.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// V.
    pub variance: f64,
    /// ν.
    pub freedom: f64,
    /// κ: the inverse curvature of the objective's profile.
    pub kappa: f64,
}

/// Slopes of the loss at the rows, their mean curvature and mean square.
#[derive(Clone, Debug)]
pub struct Slopes {
    /// ψ, scaled by the root of the weight.
    pub psi: Vec<f64>,
    /// Whether a row lies where the loss bends.
    pub inside: Vec<bool>,
    /// m.
    pub curvature: f64,
    /// E ψ², where the loss is taken as it is on average.
    pub square: Option<f64>,
}

/// E ψ² and E ψ′ of a loss under normal noise of standard deviation `s`, centred where the loss is
/// (Stein: E ψ′ = E ψ(r)(r − μ)/s², which a kink does not disturb).
pub fn expected(loss: Loss, s: f64) -> (f64, f64) {
    match loss {
        Loss::Squared => return (s * s, 1.0),
        Loss::Huber { delta } => {
            let z = delta / s;
            let m = erf(z / std::f64::consts::SQRT_2);
            let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
            return (s * s * (m - 2.0 * z * density + z * z * (1.0 - m)), m);
        }
        Loss::Absolute => return (1.0, (2.0 / std::f64::consts::PI).sqrt() / s),
        Loss::Quantile { tau } => {
            let z = std::f64::consts::SQRT_2 * erf_inv(2.0 * tau - 1.0);
            return (tau * (1.0 - tau), (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt() / s);
        }
        _ => {}
    }
    const STEPS: i32 = 2_000;
    let average = |centre: f64, of: &dyn Fn(f64, f64) -> f64| {
        let step = 8.0 / f64::from(STEPS);
        let term = |k: i32| {
            let z = f64::from(k) * step;
            of(loss.rho(centre + s * z).slope, s * z) * (-0.5 * z * z).exp()
        };
        (-STEPS..=STEPS).map(term).sum::<f64>() * step / (2.0 * std::f64::consts::PI).sqrt()
    };
    // Where the mean slope vanishes is where the loss puts its centre.
    let (mut low, mut high) = (-6.0 * s, 6.0 * s);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if average(middle, &|slope, _| slope) > 0.0 { high = middle } else { low = middle }
    }
    let centre = 0.5 * (low + high);
    (average(centre, &|slope, _| slope * slope), average(centre, &|slope, r| slope * r) / (s * s))
}

/// The rows of one run, in the basis of all rows.
struct Run {
    /// (I − U_c U_cᵀ)^−½ as it acts on the basis.
    adjusted: DMatrix<f64>,
    /// U_cᵀU_c.
    gram: DMatrix<f64>,
    /// Adjusted U_cᵀψ_c.
    score: DVector<f64>,
}

enum Rule {
    Classical,
    /// The inverse Cholesky factor of UᵀDU.
    Rows(DMatrix<f64>),
    Runs(Vec<Run>),
}

/// Prices of any quantity of one fit.
pub struct Pricer {
    /// Orthonormal basis of the rows' derivatives, rows × rank.
    basis: DMatrix<f64>,
    /// Gradient → basis.
    map: DMatrix<f64>,
    /// Gradient → directions that the rows do not see.
    unseen: DMatrix<f64>,
    lengths: Vec<f64>,
    slopes: Slopes,
    freedom: f64,
    /// V/gᵀBg under the classical rule.
    unit: f64,
    rule: Rule,
}

impl Pricer {
    /// Of derivatives (rows × variables, scaled by the root of the weight) and the loss's slopes, by
    /// the classical rule. `None` without degrees of freedom.
    pub fn new(derivatives: &DMatrix<f64>, slopes: Slopes) -> Option<Self> {
        let (n, m) = derivatives.shape();
        let lengths: Vec<f64> = (0..m).map(|j| derivatives.column(j).norm()).collect();
        let inverse = |j: usize| if lengths[j] > 0.0 { 1.0 / lengths[j] } else { 0.0 };
        let scaled = DMatrix::from_fn(n, m, |k, j| derivatives[(k, j)] * inverse(j));
        if !scaled.iter().all(|v| v.is_finite()) || n <= m {
            return None;
        }
        let svd = scaled.clone().qr().r().svd(false, true);
        let v_t = svd.v_t?;
        let (kept, lost): (Vec<usize>, Vec<usize>) = (0..m).partition(|&k| svd.singular_values[k] > SINGULAR);
        let rank = kept.len();
        let map = DMatrix::from_fn(rank, m, |a, j| v_t[(kept[a], j)] / svd.singular_values[kept[a]] * inverse(j));
        let unseen = DMatrix::from_fn(lost.len(), m, |a, j| v_t[(lost[a], j)] * inverse(j));
        let basis = derivatives * map.transpose();
        let freedom = (n - rank) as f64;
        let mean = match slopes.square {
            Some(square) => square,
            None => {
                let k = 1.0 + rank as f64 / n as f64 * (1.0 - slopes.curvature) / slopes.curvature;
                k * k * slopes.psi.iter().map(|p| p * p).sum::<f64>() / freedom
            }
        };
        let unit = mean / (slopes.curvature * slopes.curvature);
        let rule = Rule::Classical;
        unit.is_finite().then_some(Self { basis, map, unseen, lengths, slopes, freedom, unit, rule })
    }

    /// n − p.
    pub fn freedom(&self) -> f64 {
        self.freedom
    }

    /// How many directions the rows see.
    pub fn rank(&self) -> usize {
        self.map.nrows()
    }

    /// Leverage of each row.
    pub fn leverages(&self) -> Vec<f64> {
        self.basis.row_iter().map(|row| row.norm_squared()).collect()
    }

    /// Residuals of noise `z` after regression on the derivatives, in place.
    pub fn project_out(&self, z: &mut DVector<f64>) {
        let along = self.basis.tr_mul(z);
        z.gemv(-1.0, &self.basis, &along, 1.0);
    }

    /// How far each variable goes for one unit of the residuals' length.
    pub fn steps(&self) -> impl Iterator<Item = f64> {
        self.lengths.iter().map(|length| if *length > 0.0 { 1.0 / length } else { f64::NAN })
    }

    /// From now on by HC2. False, and unchanged, if the rows that bend the loss do not carry it.
    pub fn by_rows(&mut self) -> bool {
        let rank = self.rank();
        let mut gram = DMatrix::zeros(rank, rank);
        for (row, inside) in self.basis.row_iter().zip(&self.slopes.inside) {
            if self.slopes.square.is_some() || *inside {
                gram.ger(1.0, &row.transpose(), &row.transpose(), 1.0);
            }
        }
        let Some(inverse) = gram.cholesky().and_then(|factor| factor.l().try_inverse()) else { return false };
        self.rule = Rule::Rows(inverse);
        true
    }

    /// From now on by CR2 over runs, given as a number per row.
    pub fn by_runs(&mut self, run: &[usize]) {
        let rank = self.rank();
        let count = run.iter().max().map_or(0, |last| last + 1);
        let mut gram = vec![DMatrix::zeros(rank, rank); count];
        let mut score = vec![DVector::zeros(rank); count];
        for ((row, psi), &c) in self.basis.row_iter().zip(&self.slopes.psi).zip(run) {
            gram[c].ger(1.0, &row.transpose(), &row.transpose(), 1.0);
            score[c].axpy(*psi, &row.transpose(), 1.0);
        }
        let runs = gram.into_iter().zip(score).map(|(gram, score)| {
            let eigen = gram.clone().symmetric_eigen();
            let factor = eigen.eigenvalues.map(|value| if 1.0 - value < 1e-8 { 0.0 } else { (1.0 - value).powf(-0.5) });
            let adjusted = &eigen.eigenvectors * DMatrix::from_diagonal(&factor) * eigen.eigenvectors.transpose();
            let score = &adjusted * score;
            Run { adjusted, gram, score }
        });
        self.rule = Rule::Runs(runs.collect());
    }

    /// A gradient in the basis: the product of two is the covariance of their quantities, but for a
    /// factor.
    pub fn coordinates(&self, g: &DVector<f64>) -> DVector<f64> {
        &self.map * g
    }

    /// Directions that the rows see, each one unit of the residuals' length.
    pub fn axes(&self) -> impl Iterator<Item = DVector<f64>> {
        self.map.row_iter().map(|row| row.transpose())
    }

    /// The direction of least cost along which a quantity with gradient g rises by one.
    pub fn direction(&self, g: &DVector<f64>) -> DVector<f64> {
        let y = &self.map * g;
        self.map.tr_mul(&y) / y.norm_squared()
    }

    /// The price of a quantity with gradient g. `None` if it depends on what the rows do not see.
    pub fn price(&self, g: &DVector<f64>) -> Option<Price> {
        let y = &self.map * g;
        let scaled = g.iter().zip(&self.lengths).map(|(g, l)| if *l > 0.0 { (g / l).powi(2) } else { 0.0 });
        let size = scaled.sum::<f64>().sqrt();
        let hidden = (&self.unseen * g).norm() > UNSEEN * size
            || g.iter().zip(&self.lengths).any(|(g, length)| *length == 0.0 && *g != 0.0);
        if hidden || !y.norm().is_finite() || y.norm() == 0.0 {
            return None;
        }
        let m = self.slopes.curvature;
        let price = match &self.rule {
            Rule::Classical => {
                Price { variance: self.unit * y.norm_squared(), freedom: self.freedom, kappa: y.norm_squared() / m }
            }
            Rule::Rows(inverse) => self.price_by_rows(inverse, &y),
            Rule::Runs(runs) => self.price_by_runs(runs, &y),
        };
        (price.variance.is_finite() && price.variance > 0.0 && price.freedom > 0.0).then_some(price)
    }

    fn price_by_rows(&self, inverse: &DMatrix<f64>, y: &DVector<f64>) -> Price {
        let rank = self.rank();
        let averaged = self.slopes.square.is_some();
        // Where the loss is taken as it is on average, every row bends it alike.
        let m = if averaged { self.slopes.curvature } else { 1.0 };
        let z = inverse * y;
        let bent = inverse.tr_mul(&z);
        let (mut variance, mut trace, mut square) = (0.0, 0.0, 0.0);
        let mut outer = DMatrix::zeros(rank, rank);
        for (k, row) in self.basis.row_iter().enumerate() {
            let row = row.transpose();
            let a = row.dot(&bent);
            let x = if averaged || self.slopes.inside[k] { inverse * &row } else { DVector::zeros(rank) };
            let leverage = x.norm_squared().min(LEVERAGE);
            variance += (a * self.slopes.psi[k]).powi(2) / (1.0 - leverage);
            let b2 = a * a / (1.0 - leverage);
            trace += a * a;
            square += b2 * b2 * (1.0 - 2.0 * x.norm_squared());
            outer.ger(b2, &x, &x, 1.0);
        }
        square += outer.norm_squared();
        let freedom = (trace * trace / square).clamp(1.0, self.freedom.max(1.0));
        Price { variance: variance / (m * m), freedom, kappa: z.norm_squared() / m }
    }

    fn price_by_runs(&self, runs: &[Run], y: &DVector<f64>) -> Price {
        let m = self.slopes.curvature;
        let (mut variance, mut trace) = (0.0, 0.0);
        let mut along: Vec<(DVector<f64>, f64)> = Vec::with_capacity(runs.len());
        for run in runs {
            variance += y.dot(&run.score).powi(2);
            let turned = &run.adjusted * y;
            let seen = &run.gram * &turned;
            let own = turned.dot(&seen);
            trace += own - seen.norm_squared();
            along.push((seen, own));
        }
        let mut square = 0.0;
        for (c, (seen, own)) in along.iter().enumerate() {
            square += (own - seen.norm_squared()).powi(2);
            square += along[..c].iter().map(|(other, _)| 2.0 * seen.dot(other).powi(2)).sum::<f64>();
        }
        Price { variance: variance / (m * m), freedom: (trace * trace / square).max(1.0), kappa: y.norm_squared() / m }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_slopes_of_the_median_are_those_of_the_half_quantile_and_of_a_narrow_huber() {
        let s = 0.005;
        let unit = |loss| {
            let (square, curvature) = expected(loss, s);
            square / (curvature * curvature) / (s * s)
        };
        let median = std::f64::consts::FRAC_PI_2;
        for loss in [Loss::Absolute, Loss::Quantile { tau: 0.5 }, Loss::Huber { delta: 1e-7 }] {
            assert!((unit(loss) - median).abs() < 1e-4, "{loss:?} {}", unit(loss));
        }
        assert!((unit(Loss::Huber { delta: 1.345 * s }) - 1.0 / 0.95).abs() < 1e-3, "95 % efficient");
        let same = unit(Loss::AsymmetricHuber { delta: 1.345 * s, factor: 1.0 });
        assert!((same - unit(Loss::Huber { delta: 1.345 * s })).abs() < 1e-4, "{same}");
    }
}
