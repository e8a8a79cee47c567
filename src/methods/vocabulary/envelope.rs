//! The rows of approach 1: training-curve points, interpolated ones, and the running minimum of
//! their losses along compute (Tao et al. 2024 and their code).

use crate::base::interpolate::{CloughTocher, QuadraticSpline, log_spaced};
use crate::data::measurements::Measurements;
use crate::laws::vocabulary::tokens::{tokens_per_character, training_flops, vocabulary_parameters};

/// Points along each diagonal of model size and text.
const DIAGONAL: usize = 50;
/// Vocabularies interpolated at the end of training.
const VOCABULARIES: usize = 20;
/// Where the surface's gradients count as settled: the published interpolator's own value, in loss
/// per parameter or character, which the first sweep meets.
const TOLERANCE: f64 = 1e-6;

/// Where a point comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Measured.
    Run,
    /// From the cubic surface over model size and text at one vocabulary.
    Diagonal,
    /// From the quadratic in the vocabulary at the end of training of one model.
    End,
}

/// One point: a model, its vocabulary, the text it has read, what that cost and its loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Non-vocabulary parameters.
    pub n_nv: f64,
    /// Vocabulary size.
    pub v: f64,
    /// Characters read.
    pub h: f64,
    /// Training FLOP.
    pub c: f64,
    /// Unigram-normalised loss.
    pub loss: f64,
    /// Where it comes from.
    pub origin: Origin,
}

/// The points that the published recipe adds to a full grid of runs.
///
/// For every vocabulary, the cubic surface over (N_nv, H) at 50 *pairs* (N_nv, H)ᵢ, both
/// log-spaced from end to end, kept where they fall inside the hull. For every model, in the order
/// of `last_tokens` (its tokens at the end of training), the quadratic spline in V through its last
/// points, at 20 log-spaced vocabularies. `runs` are in the order in which they were logged, which
/// the surface's gradients depend on.
pub fn interpolated(runs: &[Point], last_tokens: &[f64]) -> Vec<Point> {
    let values = |of: fn(&Point) -> f64| {
        let mut values: Vec<f64> = runs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    let (models, vocabularies, texts) = (values(|p| p.n_nv), values(|p| p.v), values(|p| p.h));
    let ends = |values: &[f64], count| match values {
        [low, .., high] => log_spaced(*low, *high, count),
        _ => Vec::new(),
    };
    let (sizes, lengths) = (ends(&models, DIAGONAL), ends(&texts, DIAGONAL));
    let mut points = Vec::new();
    for &v in &vocabularies {
        let (places, losses): (Vec<[f64; 2]>, Vec<f64>) =
            runs.iter().filter(|p| p.v == v).map(|p| ([p.n_nv, p.h], p.loss)).unzip();
        let Some(surface) = CloughTocher::new(&places, &losses, TOLERANCE) else { continue };
        for (&n_nv, &h) in sizes.iter().zip(&lengths) {
            if let Some(loss) = surface.at([n_nv, h]) {
                points.push(Point { n_nv, v, h, c: training_flops(n_nv, v, h), loss, origin: Origin::Diagonal });
            }
        }
    }
    for (&n_nv, &last) in models.iter().zip(last_tokens) {
        let (x, y): (Vec<f64>, Vec<f64>) = vocabularies
            .iter()
            .filter_map(|&v| runs.iter().filter(|p| p.n_nv == n_nv && p.v == v).max_by(|a, b| a.h.total_cmp(&b.h)))
            .map(|p| (p.v, p.loss))
            .unzip();
        let Some(curve) = QuadraticSpline::new(&x, &y) else { continue };
        for v in ends(&vocabularies, VOCABULARIES) {
            let h = last / tokens_per_character(f64::ln(v));
            let c = training_flops(n_nv, v, h);
            points.push(Point { n_nv, v, h, c, loss: curve.at(v), origin: Origin::End });
        }
    }
    points
}

/// The points that are better than every cheaper one, in order of cost.
pub fn envelope(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.c.total_cmp(&b.c));
    let mut best = f64::INFINITY;
    points.retain(|point| {
        let better = point.loss < best;
        best = best.min(point.loss);
        better
    });
    points
}

/// The rows of the law of approach 1: each point thrice, Q = 1 with its non-vocabulary parameters,
/// 2 with its vocabulary parameters, 3 with its characters.
pub fn rows(points: &[Point]) -> Measurements {
    let column = |of: fn(&Point) -> [f64; 3]| points.iter().flat_map(of).collect::<Vec<f64>>();
    Measurements::from_columns(
        "envelope",
        vec![
            ("C", column(|p| [p.c; 3])),
            ("Q", column(|_| [1.0, 2.0, 3.0])),
            ("y", column(|p| [p.n_nv, vocabulary_parameters(p.n_nv, p.v), p.h])),
        ],
    )
}
