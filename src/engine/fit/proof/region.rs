//! Boxes of the nonlinear variables, and what the objective can be over one.

use crate::base::real::{Enclosure, Hyper, Interval, Real};
use crate::engine::fit::Setup;
use crate::engine::fit::problem::Binding;
use crate::engine::fit::seeds::least_squares;
use crate::law::{Block, Jet, Order, Role, Transform};
use nalgebra::DMatrix;

/// Rounding of sums in plain arithmetic, as a fraction of the sum of sizes: generous, and far below
/// what is proved.
const ROUNDING: f64 = 1e-12;

/// A side of a box: from, to.
pub(super) type Side = (f64, f64);

/// What is known of the objective over a box.
pub(super) struct Bounded {
    /// Nothing in the box is lower; infinite if nothing there is as good as the best known.
    pub bound: f64,
    /// The objective at the centre.
    pub value: f64,
    /// The parameters there, card order.
    pub theta: Vec<f64>,
}

/// A fit whose nonlinear variables are confined to a box.
pub(super) struct Region<'a> {
    setup: &'a Setup,
    best: f64,
    linear: Vec<usize>,
    moved: Vec<usize>,
    blocks: Vec<Block>,
    /// The offset, and after it the columns, that are the same in every box.
    same: Vec<Option<Column>>,
}

/// The solver's variable that a parameter follows.
pub(super) fn variable(setup: &Setup, j: usize) -> Option<usize> {
    match setup.bindings[j] {
        Binding::Free(i, _) => Some(i),
        Binding::Fixed(_) => None,
    }
}

/// What one coefficient multiplies, or what none does, row by row.
#[derive(Clone)]
struct Column {
    /// At the centre of the box.
    centre: Vec<f64>,
    /// Its slopes there.
    slope: Vec<[f64; 2]>,
    /// Over the box.
    over: Vec<Hyper<Interval, 2>>,
    /// What its coefficient is a multiple of, over the box and at its centre.
    unit: Interval,
    unit_at_centre: f64,
}

impl Column {
    fn new(centre: Vec<f64>, slope: Vec<[f64; 2]>, over: impl Iterator<Item = Hyper<Interval, 2>>) -> Self {
        Self { centre, slope, over: over.collect(), unit: Interval::point(1.0), unit_at_centre: 1.0 }
    }

    /// Whether it depends on none of the moved variables.
    fn is_constant(&self) -> bool {
        let zero = Interval::point(0.0);
        self.over.iter().all(|d| d.d.iter().chain(d.h.iter().flatten()).all(|d| *d == zero))
    }

    fn vanishes(&self) -> bool {
        self.over.iter().all(|d| d.v == Interval::point(0.0))
    }

    /// The farthest that a row gets from its value at the centre.
    fn reach(&self, row: usize) -> f64 {
        let (range, centre) = (self.over[row].v, self.centre[row]);
        (range.high - centre).max(centre - range.low)
    }

    /// The largest Σ factor·column over the box: by its range, or by value and slope at the centre
    /// and its curvature over the box, whichever is less.
    fn largest(&self, factor: &[f64], [a, b]: [f64; 2]) -> f64 {
        if self.vanishes() {
            return 0.0;
        }
        let zero = Interval::point(0.0);
        let (mut range, mut curvature) = (zero, [zero; 3]);
        let (mut value, mut size, mut slope) = (0.0, 0.0, [0.0; 2]);
        for (row, &f) in factor.iter().enumerate() {
            let over = &self.over[row];
            range = range + over.v * f;
            value += self.centre[row] * f;
            size += (self.centre[row] * f).abs();
            for k in 0..2 {
                slope[k] += self.slope[row][k] * f;
                for l in 0..=k {
                    curvature[k + l] = curvature[k + l] + over.h[k][l] * f;
                }
            }
        }
        let [across, mixed, along] = curvature.map(Interval::magnitude);
        let along_b = if b > 0.0 { a * b * mixed + 0.5 * b * b * along } else { 0.0 };
        let first = a * slope[0].abs() + b * slope[1].abs();
        let taylor = value + first + 0.5 * a * a * across + along_b + ROUNDING * size;
        if taylor < range.high { taylor } else { range.high }
    }
}

fn middle(sides: &[Side]) -> Vec<f64> {
    sides.iter().map(|(low, high)| 0.5 * (low + high)).collect()
}

impl<'a> Region<'a> {
    pub(super) fn new(setup: &'a Setup, best: f64, linear: Vec<usize>, moved: Vec<usize>) -> Self {
        let columns: Vec<&[f64]> = setup.rows.inputs.iter().map(Vec::as_slice).collect();
        let mut region = Self { setup, best, linear, moved, blocks: Block::split(&columns), same: Vec::new() };
        let whole = region.whole();
        if whole.iter().all(|(low, high)| low.is_finite() && high.is_finite()) {
            let (offset, columns) = region.columns(&whole, &middle(&whole));
            region.same = std::iter::once(offset).chain(columns).map(|c| Some(c).filter(Column::is_constant)).collect();
        }
        region
    }

    /// The offset and the columns over a box.
    fn columns(&self, sides: &[Side], at: &[f64]) -> (Column, Vec<Column>) {
        let known = |k: usize| self.same.get(k).cloned().flatten();
        let offset = known(0).unwrap_or_else(|| self.offset(sides, at));
        // Fixed coefficients are in the offset, and out of the columns.
        let bare = (0..self.setup.bindings.len()).all(|j| !self.is_fixed_coefficient(j));
        let nothing = match bare {
            true => offset.clone(),
            false => self.without_coefficients(sides, at),
        };
        let nothing = Some(&nothing).filter(|nothing| !nothing.vanishes());
        let column = |(k, &j): (usize, &usize)| known(k + 1).unwrap_or_else(|| self.column(sides, at, j, nothing));
        let columns = self.linear.iter().enumerate().map(column).collect();
        (offset, columns)
    }

    /// Whether no coefficient may be negative.
    pub(super) fn is_positive(&self) -> bool {
        self.linear.iter().all(|&j| self.coefficient(j).0 >= 0.0)
    }

    /// The whole box.
    pub(super) fn whole(&self) -> Vec<Side> {
        self.moved.iter().map(|&i| self.setup.bounds[i]).collect()
    }

    /// Bounds of a linear coefficient, natural scale.
    fn coefficient(&self, j: usize) -> Side {
        match self.setup.bindings[j] {
            Binding::Free(i, Transform::Log) => {
                let (low, high) = self.setup.bounds[i];
                (if low <= -690.0 { 0.0 } else { low.exp() }, if high >= 690.0 { f64::INFINITY } else { high.exp() })
            }
            Binding::Free(i, Transform::Identity) => self.setup.bounds[i],
            Binding::Fixed(value) => (value, value),
        }
    }

    /// The box in words: what was cut up, then the coefficients, then what is held.
    pub(super) fn describe(&self) -> String {
        let card = self.setup.law.card();
        let of = |i: usize| (0..card.params.len()).find(|&j| variable(self.setup, j) == Some(i)).unwrap_or(0);
        let chosen = self.moved.iter().map(|&i| of(i)).chain(self.linear.iter().copied());
        let mut said: Vec<usize> = Vec::new();
        chosen.for_each(|j| said.extend((!said.contains(&j)).then_some(j)));
        let held = (0..card.params.len()).filter(|&j| variable(self.setup, j).is_none());
        let ranges = said.iter().copied().chain(held).map(|j| {
            let (symbol, (low, high)) = (card.params[j].symbol, self.coefficient(j));
            let vanishing = matches!(self.setup.bindings[j], Binding::Free(_, Transform::Log)) && low == 0.0;
            match (low == f64::NEG_INFINITY, high == f64::INFINITY) {
                _ if low == high => format!("{symbol} = {}", plain(low)),
                (true, true) => format!("any {symbol}"),
                (true, false) => format!("{symbol} ≤ {}", plain(high)),
                (false, true) if vanishing && !self.linear.contains(&j) => format!("{symbol} > 0"),
                (false, true) => format!("{symbol} ≥ {}", plain(low)),
                (false, false) if vanishing && !self.linear.contains(&j) => format!("0 < {symbol} ≤ {}", plain(high)),
                (false, false) => format!("{} ≤ {symbol} ≤ {}", plain(low), plain(high)),
            }
        });
        ranges.collect::<Vec<_>>().join(", ")
    }

    /// The two halves of a box across its wider side, in units of the whole.
    pub(super) fn halve(&self, sides: &[Side]) -> [Vec<Side>; 2] {
        let share = |k: usize| {
            let (low, high) = self.setup.bounds[self.moved[k]];
            (sides[k].1 - sides[k].0) / (high - low)
        };
        let widest = if sides.len() > 1 && share(1) > share(0) { 1 } else { 0 };
        let middle = 0.5 * (sides[widest].0 + sides[widest].1);
        let mut halves = [sides.to_vec(), sides.to_vec()];
        halves[0][widest].1 = middle;
        halves[1][widest].0 = middle;
        halves
    }

    /// What a linear parameter is while one coefficient is looked at: one if it is that, zero if it
    /// is another; with none looked at, what it is fixed to, or zero.
    fn coefficient_in(&self, j: usize, one: Option<usize>) -> f64 {
        match (one, self.setup.bindings[j]) {
            (None, Binding::Fixed(value)) => value,
            (None, _) => 0.0,
            (Some(one), _) => f64::from(u8::from(one == j)),
        }
    }

    fn is_linear(&self, j: usize) -> bool {
        self.linear.contains(&j) || self.is_fixed_coefficient(j)
    }

    fn is_fixed_coefficient(&self, j: usize) -> bool {
        let role = self.setup.law.card().params[j].role;
        matches!(self.setup.bindings[j], Binding::Fixed(_)) && role == Role::Linear
    }

    /// The prediction over a box at every row, the linear parameters as [`Self::coefficient_in`] says.
    fn enclosures(&self, sides: &[Side], one: Option<usize>) -> Vec<Enclosure> {
        let rows = &self.setup.rows;
        let parameter = |j: usize| match self.setup.bindings[j] {
            _ if self.is_linear(j) => Enclosure::constant(self.coefficient_in(j, one)),
            Binding::Fixed(value) => Enclosure::constant(value),
            Binding::Free(i, transform) => {
                let k = self.moved.iter().position(|&moved| moved == i).unwrap_or(0);
                let value = Enclosure::variable(k, sides[k].0, sides[k].1);
                if transform == Transform::Log { value.exp() } else { value }
            }
        };
        let theta: Vec<Enclosure> = (0..self.setup.bindings.len()).map(parameter).collect();
        let (mut x, mut ln) = (vec![0.0; rows.inputs.len()], vec![0.0; rows.inputs.len()]);
        let at = |row: usize| {
            x.iter_mut().zip(&rows.inputs).for_each(|(x, column)| *x = column[row]);
            ln.iter_mut().zip(&rows.logs).for_each(|(ln, column)| *ln = column[row]);
            self.setup.law.enclose(&x, &ln, &theta)
        };
        (0..rows.len()).map(at).collect()
    }

    /// The same at a point, in plain arithmetic, with its slopes in the moved variables.
    fn values(&self, at: &[f64], one: Option<usize>) -> (Vec<f64>, Vec<[f64; 2]>) {
        let bindings = &self.setup.bindings;
        // Which variable a parameter follows, its value and its slope.
        let follows: Vec<Option<(usize, f64, f64)>> = (0..bindings.len())
            .map(|j| match bindings[j] {
                Binding::Free(i, transform) if !self.is_linear(j) => {
                    let k = self.moved.iter().position(|&moved| moved == i).unwrap_or(0);
                    let value = if transform == Transform::Log { at[k].exp() } else { at[k] };
                    Some((k, value, if transform == Transform::Log { value } else { 1.0 }))
                }
                _ => None,
            })
            .collect();
        let theta: Vec<f64> = (0..bindings.len())
            .map(|j| match (bindings[j], follows[j]) {
                (_, Some((_, value, _))) => value,
                (Binding::Fixed(value), _) if !self.is_linear(j) => value,
                _ => self.coefficient_in(j, one),
            })
            .collect();
        let mut jet = Jet::new(bindings.len());
        let (mut values, mut slopes) = (Vec::new(), Vec::new());
        for block in &self.blocks {
            self.setup.law.jet(Order::First, block, &theta, &mut jet);
            for row in 0..block.rows() {
                let mut slope = [0.0; 2];
                for (j, follows) in follows.iter().enumerate() {
                    if let Some((k, _, rate)) = follows {
                        slope[*k] += jet.d[j][row] * rate;
                    }
                }
                values.push(jet.y[row]);
                slopes.push(slope);
            }
        }
        (values, slopes)
    }

    /// The part of the prediction that no free coefficient multiplies.
    fn offset(&self, sides: &[Side], at: &[f64]) -> Column {
        let (centre, slope) = self.values(at, None);
        Column::new(centre, slope, self.enclosures(sides, None).into_iter().map(Enclosure::plain))
    }

    /// The prediction with every linear parameter zero, the fixed ones too.
    fn without_coefficients(&self, sides: &[Side], at: &[f64]) -> Column {
        let (centre, slope) = self.values(at, Some(usize::MAX));
        Column::new(centre, slope, self.enclosures(sides, Some(usize::MAX)).into_iter().map(Enclosure::plain))
    }

    /// What one coefficient multiplies; `nothing` is what is there without any coefficient.
    fn column(&self, sides: &[Side], at: &[f64], j: usize, nothing: Option<&Column>) -> Column {
        let (mut centre, mut slope) = self.values(at, Some(j));
        let all = self.enclosures(sides, Some(j));
        if let Some(nothing) = nothing {
            centre.iter_mut().zip(&nothing.centre).for_each(|(value, less)| *value -= less);
            slope.iter_mut().zip(&nothing.slope).for_each(|(a, b)| *a = [a[0] - b[0], a[1] - b[1]]);
            return Column::new(centre, slope, all.into_iter().zip(&nothing.over).map(|(e, less)| e.plain() - *less));
        }
        // Relative to the row in the middle, where every row is a product of powers.
        let products = all.iter().all(|e| matches!(e, Enclosure::Logarithm(_)));
        let (low, high) = centre.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), &v| (a.min(v), b.max(v)));
        if !(products && low > 0.0 && high.is_finite()) {
            return Column::new(centre, slope, all.into_iter().map(Enclosure::plain));
        }
        let middle = 0.5 * (low.ln() + high.ln());
        let far = |row: usize| (centre[row].ln() - middle).abs();
        let reference = (0..centre.len()).min_by(|&a, &b| far(a).total_cmp(&far(b))).unwrap_or(0);
        let (unit, of_unit) = (centre[reference], slope[reference]);
        for (value, slope) in centre.iter_mut().zip(&mut slope) {
            let ratio = *value / unit;
            *slope = std::array::from_fn(|k| (slope[k] - ratio * of_unit[k]) / unit);
            *value = ratio;
        }
        let to = all[reference];
        Column {
            unit: to.plain().v,
            unit_at_centre: unit,
            ..Column::new(centre, slope, all.into_iter().map(|e| (e / to).plain()))
        }
    }

    /// Bounds the objective over a box.
    pub(super) fn bound(&self, sides: &[Side]) -> Bounded {
        let (rows, weight) = (&self.setup.rows, &self.setup.rows.weight);
        let at = middle(sides);
        let radius = std::array::from_fn(|k| sides.get(k).map_or(0.0, |(low, high)| 0.5 * (high - low)));
        let (offset, columns) = self.columns(sides, &at);
        let basis: Vec<Vec<f64>> = columns.iter().map(|column| column.centre.clone()).collect();
        let c = least_squares(&basis, &offset.centre, &rows.measured, weight, &vec![true; basis.len()]);
        let c = c.unwrap_or_else(|| vec![0.0; basis.len()]);
        let (mut base, mut size, mut there) = (0.0, 0.0, 0.0);
        let mut factor = Vec::with_capacity(rows.len());
        for row in 0..rows.len() {
            let fitted: f64 = c.iter().zip(&basis).map(|(c, column)| c * column[row]).sum();
            let u = rows.measured[row] - offset.centre[row] - fitted;
            base += weight[row] * (u * rows.measured[row] - 0.5 * u * u);
            size += weight[row] * ((u * rows.measured[row]).abs() + 0.5 * u * u);
            there += 0.5 * weight[row] * u * u;
            factor.push(weight[row] * u);
        }
        let at_centre = self.parameters(&at, &columns, &c);
        let inside = self.linear.iter().all(|&j| {
            let (low, high) = self.coefficient(j);
            (low..=high).contains(&at_centre[j])
        });
        let known = |bound: f64| Bounded {
            bound: if bound.is_nan() { f64::NEG_INFINITY } else { bound },
            value: if inside { there } else { f64::INFINITY },
            theta: at_centre,
        };
        let mut ranges = self.allowed(&columns, &offset);
        for _ in 0..2 {
            if !self.confine(&columns, &offset, (&c, &factor), there, &mut ranges) {
                return known(f64::INFINITY);
            }
        }
        let mut bound = base - ROUNDING * size - offset.largest(&factor, radius);
        for (column, (low, high)) in columns.iter().zip(&ranges) {
            let largest = column.largest(&factor, radius);
            let coefficient = if largest > 0.0 { *high } else { *low };
            bound -= if largest == 0.0 || coefficient == 0.0 { 0.0 } else { coefficient * largest };
        }
        known(bound)
    }

    /// All parameters at a point, given the coefficients of the columns.
    fn parameters(&self, at: &[f64], columns: &[Column], c: &[f64]) -> Vec<f64> {
        let parameter = |j: usize| match (self.linear.iter().position(|&l| l == j), self.setup.bindings[j]) {
            (Some(k), _) => c[k] / columns[k].unit_at_centre,
            (None, Binding::Fixed(value)) => value,
            (None, Binding::Free(i, transform)) => {
                let value = at[self.moved.iter().position(|&moved| moved == i).unwrap_or(0)];
                if transform == Transform::Log { value.exp() } else { value }
            }
        };
        (0..self.setup.bindings.len()).map(parameter).collect()
    }

    /// Where coefficients can be: no row may miss by more than the whole of the best objective, as
    /// long as no column is negative anywhere in the box.
    fn allowed(&self, columns: &[Column], offset: &Column) -> Vec<Side> {
        let rows = &self.setup.rows;
        let positive = columns.iter().all(|column| column.over.iter().all(|d| d.v.low >= 0.0));
        let range = |(&j, column): (&usize, &Column)| {
            let (low, high) = self.coefficient(j);
            let (low, mut high) = (low * column.unit.low, high * column.unit.high);
            if positive {
                for row in 0..rows.len() {
                    let slack = (2.0 * self.best / rows.weight[row]).sqrt();
                    let room = rows.measured[row] - offset.over[row].v.low + slack;
                    high = high.min(room.max(0.0) / column.over[row].v.low);
                }
            }
            (low, high)
        };
        self.linear.iter().zip(columns).map(range).collect()
    }

    /// Narrows the ranges: coefficients that reach the best objective somewhere in the box miss it
    /// at the centre by no more than the columns change, and so stay within an ellipsoid about the
    /// best coefficients there. False if there are none.
    fn confine(
        &self,
        columns: &[Column],
        offset: &Column,
        (c, factor): (&[f64], &[f64]),
        there: f64,
        ranges: &mut [Side],
    ) -> bool {
        let rows = &self.setup.rows;
        let norm = |term: &dyn Fn(usize) -> f64| {
            (0..rows.len()).map(|row| rows.weight[row] * term(row).powi(2)).sum::<f64>().sqrt()
        };
        let mut change = norm(&|row| offset.reach(row));
        for (column, (_, high)) in columns.iter().zip(ranges.iter()) {
            change += high * norm(&|row| column.reach(row));
        }
        let mut room = ((2.0 * self.best).sqrt() + change).powi(2) * (1.0 + ROUNDING) - 2.0 * there * (1.0 - ROUNDING);
        // The coefficients at the centre may not be quite the best: what moving them could still gain.
        for ((column, c), (low, high)) in columns.iter().zip(c).zip(ranges.iter()) {
            let gain: f64 = column.centre.iter().zip(factor).map(|(value, f)| value * f).sum();
            if gain != 0.0 {
                room += 2.0 * ((high - c) * gain).max((low - c) * gain).max(0.0);
            }
        }
        if room < 0.0 {
            return false;
        }
        if !room.is_finite() {
            return true;
        }
        let m = columns.len();
        let gram: DMatrix<f64> = DMatrix::from_fn(m, m, |a, b| {
            // A little less on the diagonal: what then factorises bounds the inverse from above.
            let less = if a == b { 1.0 - ROUNDING } else { 1.0 };
            less * (0..rows.len())
                .map(|row| rows.weight[row] * columns[a].centre[row] * columns[b].centre[row])
                .sum::<f64>()
        });
        let Some(inverse) = gram.cholesky().map(|factor| factor.inverse()) else { return true };
        for (j, (low, high)) in ranges.iter_mut().enumerate() {
            let reach = (room * inverse[(j, j)]).sqrt() * (1.0 + 1e-6);
            if reach.is_finite() {
                *low = low.max(c[j] - reach);
                *high = high.min(c[j] + reach);
            }
        }
        ranges.iter().all(|(low, high)| low <= high)
    }
}

/// A bound as a reader writes it, without the last digits that a logarithm costs.
fn plain(value: f64) -> String {
    let rounded: f64 = format!("{value:.9e}").parse().unwrap_or(value);
    match rounded.abs() {
        size if size != 0.0 && !(1e-3..1e6).contains(&size) => format!("{rounded:e}"),
        _ => rounded.to_string(),
    }
}
