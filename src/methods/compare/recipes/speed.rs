//! Lines of ln(L − Linf) against ln C, and what two of them say of each other. Intervals are Fieller's:
//! all values that a t test does not refuse, so that what the points do not determine has none.

use super::outcome::{Crossing, Ends, Projection, Speed};
use crate::methods::allocation::{Line, t_quantile};

/// Points of a recipe: ln C and loss, by increasing C.
pub(super) type Points = Vec<(f64, f64)>;

/// Both recipes above one asymptote.
pub(super) struct Above {
    asymptote: f64,
    level: f64,
    baseline: Cloud,
    variant: Cloud,
    alpha: Option<f64>,
}

/// Points as logarithms, their centre, and their line if they make one.
struct Cloud {
    count: f64,
    centre: (f64, f64),
    xy: Vec<(f64, f64)>,
    line: Option<Line>,
}

impl Cloud {
    /// `None` if a loss is not above the asymptote.
    fn new(points: &Points, asymptote: f64) -> Option<Self> {
        let xy: Vec<(f64, f64)> = points.iter().map(|(x, loss)| (*x, (loss - asymptote).ln())).collect();
        let count = xy.len() as f64;
        let (x, y): (Vec<f64>, Vec<f64>) = xy.iter().copied().unzip();
        let centre = (x.iter().sum::<f64>() / count, y.iter().sum::<f64>() / count);
        let line = Line::through(&x, &y, None);
        (count > 0.0 && y.iter().all(|y| y.is_finite())).then_some(Self { count, centre, xy, line })
    }
    /// Σ(x − x̄)².
    fn xx(&self) -> f64 {
        self.line.map_or(0.0, |line| line.xx)
    }
    /// Sum of squares about the line of a slope through the centre.
    fn rest(&self, slope: f64) -> f64 {
        self.xy.iter().map(|(x, y)| (y - self.centre.1 - slope * (x - self.centre.0)).powi(2)).sum()
    }
}

/// The ends of {u : a u² + 2 b u + c ≤ 0}; none where that is no interval.
fn region(a: f64, b: f64, c: f64) -> Option<(f64, f64)> {
    let root = (b * b - a * c).sqrt();
    (a > 0.0 && root.is_finite()).then(|| ((-b - root) / a, (-b + root) / a))
}

/// e to the power of an estimate and its ends.
fn exponential(at: f64, ends: Option<(f64, f64)>) -> Ends {
    let end = |v: f64| Some(v.exp()).filter(|v| v.is_finite());
    Ends { estimate: at.exp(), lower: ends.and_then(|e| end(e.0)), upper: ends.and_then(|e| end(e.1)) }
}

impl Above {
    /// `None` if a loss is not above the asymptote.
    pub fn new(baseline: &Points, variant: &Points, asymptote: f64, alpha: Option<f64>, level: f64) -> Option<Self> {
        let (baseline, variant) = (Cloud::new(baseline, asymptote)?, Cloud::new(variant, asymptote)?);
        Some(Self { asymptote, level, baseline, variant, alpha })
    }

    fn t(&self, freedom: f64) -> Option<f64> {
        (freedom >= 1.0).then(|| t_quantile(freedom, self.level)).flatten()
    }

    /// The exponent that both share, given or of least squares. `None` if no recipe has two budgets,
    /// or losses do not fall.
    fn shared(&self) -> Option<f64> {
        let all = [&self.baseline, &self.variant];
        let xx: f64 = all.iter().map(|cloud| cloud.xx()).sum();
        let xy: f64 = all.iter().filter_map(|cloud| cloud.line).map(|line| line.slope * line.xx).sum();
        self.alpha.or_else(|| Some(-xy / xx)).filter(|alpha| *alpha > 0.0 && alpha.is_finite())
    }

    /// The speed-up between two parallel lines: σ = (m_A − m_B)/α + x̄_A − x̄_B, m the means of the ordinates.
    pub fn speed(&self, throughput: Option<[f64; 2]>) -> Option<Speed> {
        let (a, b) = (&self.baseline, &self.variant);
        let alpha = self.shared()?;
        let given = self.alpha.is_some();
        let freedom = a.count + b.count - if given { 2.0 } else { 3.0 };
        let square = (a.rest(-alpha) + b.rest(-alpha)) / freedom;
        let t = self.t(freedom);
        let of_gap = square * (1.0 / a.count + 1.0 / b.count);
        let of_alpha = if given { 0.0 } else { square / (a.xx() + b.xx()) };
        let (gap, shift) = (a.centre.1 - b.centre.1, a.centre.0 - b.centre.0);
        let ends = t.and_then(|t| {
            let t2 = t * t;
            region(alpha * alpha - t2 * of_alpha, -gap * alpha, gap * gap - t2 * of_gap)
        });
        let speed_up = exponential(gap / alpha + shift, ends.map(|(low, high)| (low + shift, high + shift)));
        let reach = t.filter(|_| !given).map(|t| t * of_alpha.sqrt());
        let scaled = |factor: f64| {
            let by = |end: Option<f64>| end.map(|end| end * factor);
            Ends { estimate: speed_up.estimate * factor, lower: by(speed_up.lower), upper: by(speed_up.upper) }
        };
        Some(Speed {
            asymptote: self.asymptote,
            alpha: Ends { estimate: alpha, lower: reach.map(|r| alpha - r), upper: reach.map(|r| alpha + r) },
            alpha_given: given,
            amplitude: (a.centre.1 + alpha * a.centre.0).exp(),
            speed_up,
            wall_clock: throughput.map(|[baseline, variant]| scaled(variant / baseline)),
        })
    }

    /// Compute that the baseline needs for a loss of the variant, over that of the run, from the
    /// baseline's own point there.
    pub fn ratio(&self, baseline: f64, variant: f64) -> Option<f64> {
        let ratio = ((baseline - self.asymptote) / (variant - self.asymptote)).powf(1.0 / self.shared()?);
        Some(ratio).filter(|ratio| ratio.is_finite())
    }

    /// Both lines with exponents of their own, the noise that they share, and its t.
    fn own(&self) -> Option<(Line, Line, f64, Option<f64>)> {
        let (a, b) = (self.baseline.line?, self.variant.line?);
        let freedom = a.freedom() + b.freedom();
        let square = if freedom > 0.0 { (a.rest + b.rest) / freedom } else { 0.0 };
        Some((a, b, square, self.t(freedom)))
    }

    /// Where the lines meet. `None` if the exponent is given, or a recipe has no line.
    pub fn crossing(&self) -> Option<Crossing> {
        if self.alpha.is_some() {
            return None;
        }
        let (a, b, square, t) = self.own()?;
        // Δ(u) = p + q u, u from the mean of both centres: numbers of one size.
        let middle = 0.5 * (a.centre.0 + b.centre.0);
        let (p, q) = (a.at(middle) - b.at(middle), a.slope - b.slope);
        let at = middle - p / q;
        if !at.is_finite() || !at.exp().is_finite() {
            return None;
        }
        let ends = t.and_then(|t| {
            let s2 = t * t * square;
            let (xa, xb) = (a.centre.0 - middle, b.centre.0 - middle);
            let spread = s2 * (1.0 / a.count as f64 + 1.0 / b.count as f64 + xa * xa / a.xx + xb * xb / b.xx);
            let (low, high) =
                region(q * q - s2 * (1.0 / a.xx + 1.0 / b.xx), p * q + s2 * (xa / a.xx + xb / b.xx), p * p - spread)?;
            Some((low + middle, high + middle))
        });
        let inside = |cloud: &Cloud| {
            let (first, last) = (cloud.xy.first().map(|p| p.0), cloud.xy.last().map(|p| p.0));
            first.is_some_and(|x| x <= at) && last.is_some_and(|x| at <= x)
        };
        Some(Crossing {
            compute: exponential(at, ends),
            inside: inside(&self.baseline) && inside(&self.variant),
            variant_above: b.slope < a.slope,
            baseline: -a.slope,
            variant: -b.slope,
        })
    }

    /// The loss of a new run at ln C by one recipe's own line: exp(m ± t s √(1 + v)) + Linf.
    fn loss(&self, line: &Line, x: f64) -> Ends {
        let m = line.at(x);
        let back = |v: f64| Some(v.exp() + self.asymptote).filter(|v| v.is_finite());
        let reach = self.t(line.freedom()).map(|t| {
            let v = 1.0 / line.count as f64 + (x - line.centre.0).powi(2) / line.xx;
            t * (line.rest / line.freedom() * (1.0 + v)).sqrt()
        });
        Ends {
            estimate: m.exp() + self.asymptote,
            lower: reach.and_then(|r| back(m - r)),
            upper: reach.and_then(|r| back(m + r)),
        }
    }

    /// Both recipes at one compute. `None` where a recipe has no line.
    pub fn projection(&self, compute: f64) -> Option<Projection> {
        let (a, b, square, t) = self.own()?;
        let x = compute.ln();
        let (y, of_y) = (b.at(x), 1.0 / b.count as f64 + (x - b.centre.0).powi(2) / b.xx);
        // g(u) = y − a(u), u from the baseline's centre: g = h − slope u.
        let h = y - a.centre.1;
        let at = h / a.slope + a.centre.0;
        let ends = t.and_then(|t| {
            let s2 = t * t * square;
            let spread = s2 * (of_y + 1.0 / a.count as f64);
            let (low, high) = region(a.slope * a.slope - s2 / a.xx, -h * a.slope, h * h - spread)?;
            Some((low + a.centre.0 - x, high + a.centre.0 - x))
        });
        let speed_up = exponential(at - x, ends);
        (a.slope < 0.0 && speed_up.estimate.is_finite()).then_some(())?;
        Some(Projection { compute, baseline: self.loss(&a, x), variant: self.loss(&b, x), speed_up })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a / b - 1.0).abs() < 2e-7
    }

    /// The worked example of marin's agent.md, its digits from the printed constants.
    #[test]
    fn one_pair_under_a_given_exponent_is_the_worked_example() {
        let point = |loss: f64| vec![(3.82e17_f64.ln(), loss)];
        let (baseline, variant) = (point(3.5422), point(3.52));
        let speed = |asymptote| {
            let above = Above::new(&baseline, &variant, asymptote, Some(0.0941), 0.9).expect("losses lie above");
            above.speed(Some([433_986.0, 410_000.0])).expect("the exponent is given")
        };
        let found = speed(1.6);
        assert!(near(found.amplitude, 87.652864), "{found:?}");
        assert!(near(found.speed_up.estimate, 1.1299458) && found.speed_up.lower.is_none(), "{found:?}");
        assert!(near(found.speed_up.estimate * 3.82e17, 4.3163929e17));
        assert!(near(found.wall_clock.expect("throughputs are given").estimate, 1.0674947));
        for (asymptote, want) in [(1.4, 1.1170642), (1.8, 1.1460081), (1.9, 1.1556239)] {
            assert!(near(speed(asymptote).speed_up.estimate, want), "{asymptote}");
        }
        let above = Above::new(&baseline, &variant, 1.6, Some(0.0941), 0.9).expect("losses lie above");
        assert!(near(above.ratio(3.5422, 3.52).expect("finite"), 1.1299458));
        assert!(Above::new(&baseline, &variant, 3.53, Some(0.0941), 0.9).is_none(), "a loss below the asymptote");
    }

    /// What a t test refuses is what lies outside: at an end of an interval the statistic is t.
    #[test]
    fn ends_are_where_a_t_test_turns() {
        let points = |a: f64, alpha: f64, wave: [f64; 5]| -> Points {
            (0..5).map(|k| (40.0 + f64::from(k), 1.6 + (a - alpha * f64::from(k) + wave[k as usize]).exp())).collect()
        };
        let above = Above::new(
            &points(0.6, 0.09, [0.004, -0.002, -0.003, 0.0, 0.002]),
            &points(0.57, 0.1, [-0.001, 0.003, -0.004, 0.003, 0.0]),
            1.6,
            None,
            0.95,
        )
        .expect("losses lie above");
        let (a, b, square, t) = above.own().expect("two lines");
        let t = t.expect("six degrees of freedom");
        let crossing = above.crossing().expect("they meet");
        assert_eq!(crossing.variant_above, crossing.variant > crossing.baseline);
        for end in [crossing.compute.lower, crossing.compute.upper] {
            let u = end.expect("it is determined").ln();
            let v = |line: &Line| 1.0 / 5.0 + (u - line.centre.0).powi(2) / line.xx;
            let statistic = (a.at(u) - b.at(u)).abs() / (square * (v(&a) + v(&b))).sqrt();
            assert!((statistic / t - 1.0).abs() < 1e-9, "{statistic} {t}");
        }
        let x: f64 = 45.0;
        let there = above.projection(x.exp()).expect("lines").speed_up;
        for end in [there.lower, there.upper] {
            let u = x + end.expect("it is determined").ln();
            let v = |line: &Line, at: f64| 1.0 / 5.0 + (at - line.centre.0).powi(2) / line.xx;
            let statistic = (b.at(x) - a.at(u)).abs() / (square * (v(&a, u) + v(&b, x))).sqrt();
            assert!((statistic / t - 1.0).abs() < 1e-9, "{statistic} {t}");
        }
        let speed = above.speed(None).expect("they fall");
        let alpha = speed.alpha.estimate;
        let rest = (above.baseline.rest(-alpha) + above.variant.rest(-alpha)) / 7.0;
        let t = t_quantile(7.0, 0.95).expect("a quantile");
        for end in [speed.speed_up.lower, speed.speed_up.upper] {
            let sigma = end.expect("it is determined").ln();
            let gap = above.baseline.centre.1 - above.variant.centre.1 - alpha * sigma;
            let statistic = gap.abs() / (rest * (0.4 + sigma * sigma / (a.xx + b.xx))).sqrt();
            assert!((statistic / t - 1.0).abs() < 1e-9, "{statistic} {t}");
        }
    }

    #[test]
    fn parallel_lines_cross_nowhere_that_is_determined() {
        let points = |a: f64, wave: [f64; 4]| -> Points {
            (0..4).map(|k| (40.0 + f64::from(k), 1.6 + (a - 0.09 * f64::from(k) + wave[k as usize]).exp())).collect()
        };
        let (first, second) = (points(0.6, [0.01, -0.01, -0.01, 0.01]), points(0.5, [-0.01, 0.012, 0.01, -0.01]));
        let above = Above::new(&first, &second, 1.6, None, 0.95).expect("losses lie above");
        assert!(above.crossing().is_none_or(|crossing| crossing.compute.lower.is_none()));
    }
}
