//! One law fitted to several groups of rows at once, some of its parameters the same in all of them:
//! a group of few rows borrows from the others what it shares with them.
//!
//! Every group is a [`FitProblem`] of its own; together they are one problem whose Hessian is an
//! arrow, the shared variables at its head. The noise is that of all rows.

use super::adaptive::noise;
use super::problem::FitProblem;
use super::{FitError, Setup, Spec, Starts, bind, fit, promising, rows_of};
use crate::base::objective::{ADAPTIVE, Loss};
use crate::base::real::Order;
use crate::data::measurements::Measurements;
use crate::engine::solve::least_absolute::RowTable;
use crate::engine::solve::{Evaluation, Method, Newton, Options, Problem, minimise};
use crate::law::Law;
use rayon::prelude::*;
use std::cell::RefCell;
use std::sync::Arc;

/// Rounds of noise and estimate at most, and the relative change of the noise that ends them.
const ROUNDS: (usize, f64) = (30, 1e-9);
/// Starts of a fit that is only a start.
const STARTS: usize = 16;
/// Groups whose own fits are starts, those of the most rows.
const LEADERS: usize = 6;
/// Variables beyond which no problem is posed.
pub const MOST: usize = 400;

/// Groups of rows fitted together.
pub struct Tied {
    /// The law.
    pub law: &'static dyn Law,
    /// Positions of the parameters that all groups share.
    pub shared: Vec<usize>,
    /// Parameters of each group, card order.
    pub theta: Vec<Vec<f64>>,
    /// Σ w ρ(r) over all rows.
    pub value: f64,
    /// The noise of all rows, where it was found with the answer.
    pub noise: Option<f64>,
    /// Whether the search came to a minimum.
    pub converged: bool,
    /// How each group is posed, at the loss that was found.
    pub setups: Vec<Setup>,
    /// The joint variables at the answer.
    pub q: Vec<f64>,
    /// For each group, which joint variable each of its own is.
    pub places: Vec<Vec<usize>>,
}

impl Tied {
    /// Joint variables.
    pub fn free(&self) -> usize {
        self.q.len()
    }
    /// A group's own view of joint variables.
    pub fn own(&self, group: usize, q: &[f64]) -> Vec<f64> {
        self.places[group].iter().map(|&i| q[i]).collect()
    }
    /// Residual, weight and gradient in the joint variables of every row, group by group.
    pub fn derivatives(&self) -> Vec<(f64, f64, Vec<f64>)> {
        let mut all = Vec::new();
        for (g, setup) in self.setups.iter().enumerate() {
            for (r, w, own) in setup.problem().row_derivatives(&self.own(g, &self.q)) {
                let mut gradient = vec![0.0; self.free()];
                self.places[g].iter().zip(&own).for_each(|(&i, v)| gradient[i] += v);
                all.push((r, w, gradient));
            }
        }
        all
    }
}

/// All groups as one problem.
struct Arrow {
    problems: Vec<FitProblem>,
    places: Vec<Vec<usize>>,
    bounds: Vec<(f64, f64)>,
    scratch: RefCell<Evaluation>,
}

impl Problem for Arrow {
    fn dimension(&self) -> usize {
        self.bounds.len()
    }
    fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }
    fn evaluate(&self, q: &[f64], order: Order, out: &mut Evaluation) -> bool {
        let n = q.len();
        let here = &mut *self.scratch.borrow_mut();
        out.value = 0.0;
        for part in [&mut out.gradient, &mut out.hessian, &mut out.majorant] {
            part.fill(0.0);
        }
        for (problem, places) in self.problems.iter().zip(&self.places) {
            let m = places.len();
            let own: Vec<f64> = places.iter().map(|&i| q[i]).collect();
            if !problem.evaluate(&own, order, here) {
                return false;
            }
            out.value += here.value;
            for (a, &i) in places.iter().enumerate() {
                out.gradient[i] += here.gradient[a];
                for (b, &j) in places.iter().enumerate() {
                    out.hessian[i * n + j] += here.hessian[a * m + b];
                    out.majorant[i * n + j] += here.majorant[a * m + b];
                }
            }
        }
        true
    }
}

/// The parts that every solve shares.
struct Posed {
    spec: Spec,
    setups: Vec<Setup>,
    places: Vec<Vec<usize>>,
    bounds: Vec<(f64, f64)>,
}

impl Posed {
    fn new(spec: &Spec, parts: &[Measurements], shared: &[usize]) -> Result<Self, FitError> {
        let (bindings, own_bounds, priors) = bind(spec)?;
        let objective = crate::base::objective::Objective { loss: smooth(spec.objective.loss), ..spec.objective };
        let pose = |rows: &Measurements| {
            Ok(Setup {
                law: spec.law,
                objective,
                bindings: bindings.clone(),
                bounds: own_bounds.clone(),
                priors: priors.clone(),
                rows: Arc::new(rows_of(spec, rows)?),
                method: Method::Newton,
                free_scale: None,
            })
        };
        let setups = parts.iter().map(pose).collect::<Result<Vec<_>, FitError>>()?;
        let Some(first) = setups.first() else { return Err(FitError::NothingFree(spec.law.card().id.to_owned())) };
        // A variable is shared if the parameter that it moves is.
        let common = |v: usize| first.parameters_of(&[v]).iter().any(|j| shared.contains(j));
        let m = own_bounds.len();
        let head: Vec<usize> = (0..m).filter(|&v| common(v)).collect();
        let mut bounds: Vec<(f64, f64)> = head.iter().map(|&v| own_bounds[v]).collect();
        let mut places = Vec::new();
        for _ in &setups {
            let place = |v: usize| match head.iter().position(|&h| h == v) {
                Some(at) => at,
                None => {
                    bounds.push(own_bounds[v]);
                    bounds.len() - 1
                }
            };
            places.push((0..m).map(place).collect::<Vec<usize>>());
        }
        Ok(Self { spec: spec.clone(), setups, places, bounds })
    }

    fn arrow(&self, loss: Loss) -> Arrow {
        let problem = |setup: &Setup| {
            let mut setup = setup.clone();
            setup.objective.loss = loss;
            setup.problem()
        };
        Arrow {
            problems: self.setups.iter().map(problem).collect(),
            places: self.places.clone(),
            bounds: self.bounds.clone(),
            scratch: RefCell::new(Evaluation::new(self.places.first().map_or(0, Vec::len))),
        }
    }

    fn newton(&self, damping: f64) -> Newton {
        let exact = self.setups.iter().map(Setup::exact).sum();
        Newton::new(self.bounds.len(), Options { damping, exact, ..Options::default() })
    }

    /// Joint variables from a group's parameters each.
    fn joint(&self, theta: &[Vec<f64>]) -> Vec<f64> {
        let mut q = vec![0.0; self.bounds.len()];
        for ((setup, places), theta) in self.setups.iter().zip(&self.places).zip(theta) {
            let own = setup.problem().variables(theta);
            places.iter().zip(own).for_each(|(&i, v)| q[i] = v);
        }
        q
    }

    /// The noise of all rows.
    fn noise(&self, arrow: &Arrow, q: &[f64]) -> Option<f64> {
        let mut rows = RowTable::default();
        for (problem, places) in arrow.problems.iter().zip(&self.places) {
            let own: Vec<f64> = places.iter().map(|&i| q[i]).collect();
            for (r, w, _) in problem.row_derivatives(&own) {
                rows.residual.push(r);
                rows.weight.push(w);
            }
        }
        noise(&rows, self.bounds.len())
    }
}

/// The loss of the first search: least squares, where the delta is to be found.
fn smooth(loss: Loss) -> Loss {
    if loss == Loss::AdaptiveHuber { Loss::Squared } else { loss }
}

/// Fits a law to groups of rows (by position) that share some of its parameters (by position).
///
/// # Errors
/// [`FitError`] when it cannot be posed: a group with fewer rows than parameters of its own, fewer
/// rows than variables in all, or more than [`MOST`] of them.
pub fn tie(spec: &Spec, data: &Measurements, groups: &[Vec<usize>], shared: &[usize]) -> Result<Tied, FitError> {
    let parts: Vec<Measurements> = groups.iter().map(|rows| data.select(rows)).collect();
    let posed = Posed::new(spec, &parts, shared)?;
    let law = spec.law.card();
    let few = |rows: usize, free: usize| FitError::TooFewRows {
        source_name: data.provenance.source.clone(),
        law: law.id.to_owned(),
        rows,
        free,
    };
    let (rows, free) = (groups.iter().map(Vec::len).sum::<usize>(), posed.bounds.len());
    if rows < free {
        return Err(few(rows, free));
    }
    let own = posed.places[0].len() - posed.places[0].iter().filter(|&&i| is_shared(&posed, i)).count();
    if let Some(part) = parts.iter().find(|part| part.len() < own) {
        return Err(few(part.len(), own));
    }
    if free > MOST {
        return Err(FitError::BadConstraint(format!(
            "{} groups have {free} parameters together, more than {MOST}; share more of them, or keep fewer groups",
            groups.len()
        )));
    }
    let starts = starts(&posed, data, groups, &parts, shared);
    let loss = smooth(spec.objective.loss);
    let solve = |theta: &Vec<Vec<f64>>| {
        let (arrow, mut newton) = (posed.arrow(loss), posed.newton(1e-3));
        let end = minimise(&arrow, &posed.joint(theta), &mut newton);
        (newton.here.value, newton.q, end.converged())
    };
    let solved: Vec<(f64, Vec<f64>, bool)> = starts.par_iter().map(solve).collect();
    let best = solved.into_iter().filter(|end| end.0.is_finite()).min_by(|a, b| a.0.total_cmp(&b.0));
    let Some((value, q, converged)) = best else {
        let (source_name, law) = (data.provenance.source.clone(), law.id.to_owned());
        return Err(FitError::NoStart { source_name, law, starts: starts.len() });
    };
    Ok(settled(posed, shared, value, q, converged))
}

fn is_shared(posed: &Posed, variable: usize) -> bool {
    posed.places.len() > 1 && posed.places.iter().all(|places| places.contains(&variable))
}

/// Where the search begins: from the fit to all rows, and from the fits of the largest groups alone,
/// each with the other groups' parameters fitted under what they share.
fn starts(
    posed: &Posed,
    data: &Measurements,
    groups: &[Vec<usize>],
    parts: &[Measurements],
    shared: &[usize],
) -> Vec<Vec<Vec<f64>>> {
    let mut spec = posed.spec.clone();
    spec.objective.loss = smooth(spec.objective.loss);
    let quick = |spec: &Spec, rows: &Measurements| {
        let starts = Starts::Only(promising(spec, rows, STARTS).ok()?);
        fit(&Spec { starts, ..spec.clone() }, rows).ok().map(|fit| fit.theta)
    };
    let everything = data.select(&groups.concat());
    let mut largest: Vec<usize> = (0..groups.len()).collect();
    largest.sort_by_key(|&g| (std::cmp::Reverse(groups[g].len()), g));
    let sources: Vec<&Measurements> =
        std::iter::once(&everything).chain(largest.iter().take(LEADERS).map(|&g| &parts[g])).collect();
    let leaders: Vec<Vec<f64>> = sources.par_iter().filter_map(|rows| quick(&spec, rows)).collect();
    let card = spec.law.card();
    let under = |leader: &Vec<f64>| -> Vec<Vec<f64>> {
        let mut held = spec.clone();
        held.constraints.fix.extend(shared.iter().map(|&j| (card.params[j].symbol.to_owned(), leader[j])));
        let all_held = shared.len() == card.params.len();
        let one = |rows: &Measurements| if all_held { None } else { quick(&held, rows) };
        parts.iter().map(|rows| one(rows).unwrap_or_else(|| leader.clone())).collect()
    };
    leaders.par_iter().map(under).collect()
}

/// From the least squares of all on: the noise and the estimate under delta = 1.345 s, in turn.
fn settled(posed: Posed, shared: &[usize], mut value: f64, mut q: Vec<f64>, mut converged: bool) -> Tied {
    let mut loss = smooth(posed.spec.objective.loss);
    let mut found = None;
    if posed.spec.objective.loss == Loss::AdaptiveHuber {
        let mut newton = posed.newton(0.0);
        let mut scale = posed.noise(&posed.arrow(loss), &q);
        for _ in 0..ROUNDS.0 {
            let Some(s) = scale else { break };
            let next = Loss::Huber { delta: ADAPTIVE * s };
            let arrow = posed.arrow(next);
            let end = minimise(&arrow, &q, &mut newton);
            if !newton.here.value.is_finite() {
                break;
            }
            (loss, converged, value) = (next, end.converged(), newton.here.value);
            q.clone_from(&newton.q);
            found = posed.noise(&arrow, &q);
            let moved = found.map_or(0.0, |found| (found / s - 1.0).abs());
            scale = found;
            if moved < ROUNDS.1 {
                break;
            }
        }
    }
    let mut setups = posed.setups;
    setups.iter_mut().for_each(|setup| setup.objective.loss = loss);
    let own = |(setup, places): (&Setup, &Vec<usize>)| {
        let own: Vec<f64> = places.iter().map(|&i| q[i]).collect();
        setup.problem().theta(&own)
    };
    let theta = setups.iter().zip(&posed.places).map(own).collect();
    let law = posed.spec.law;
    Tied { law, shared: shared.to_vec(), theta, value, noise: found, converged, setups, q, places: posed.places }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::objective::{Objective, Residual};

    const LOG: Objective = Objective { residual: Residual::Log, loss: Loss::Squared };
    const OWN: [[f64; 3]; 3] = [[1.7, 400.0, 2000.0], [1.9, 300.0, 2500.0], [1.5, 600.0, 1500.0]];

    /// Rows of three families with the same exponents, the last of three rows.
    fn families() -> (Measurements, Vec<Vec<usize>>) {
        let mut columns = [Vec::new(), Vec::new(), Vec::new()];
        let mut groups = vec![Vec::new(); 3];
        for (g, rows) in [20_usize, 12, 3].into_iter().enumerate() {
            for k in 0..rows {
                let n = 1e7 * 2f64.powi(k as i32 % 5);
                let d = 1e9 * 3f64.powi((k / 5 + k) as i32 % 4);
                let [e, a, b] = OWN[g];
                groups[g].push(columns[0].len());
                let loss = e + a / n.powf(0.34) + b / d.powf(0.37);
                columns.iter_mut().zip([n, d, loss]).for_each(|(column, v)| column.push(v));
            }
        }
        let [n, d, l] = columns;
        (Measurements::from_columns("families", vec![("N", n), ("D", d), ("L", l)]), groups)
    }

    #[test]
    fn three_rows_are_enough_for_what_a_group_has_of_its_own() {
        let (data, groups) = families();
        let law = crate::laws::find("chinchilla").expect("it is registered");
        let card = law.card();
        let exponents = ["alpha", "beta"].map(|symbol| card.param(symbol).expect("it has it"));
        let tied = tie(&Spec::new(law, LOG), &data, &groups, &exponents).expect("it is posed");
        assert!(tied.converged && tied.free() == 2 + 3 * 3);
        for (theta, own) in tied.theta.iter().zip(OWN) {
            for (symbol, want) in ["E", "A", "B", "alpha", "beta"].into_iter().zip(own.into_iter().chain([0.34, 0.37]))
            {
                let got = theta[card.param(symbol).expect("it has it")];
                assert!((got / want - 1.0).abs() < 1e-5, "{symbol}: {got} {want}");
            }
        }
    }

    #[test]
    fn what_cannot_be_posed_is_refused() {
        let (data, mut groups) = families();
        let law = crate::laws::find("chinchilla").expect("it is registered");
        groups[2].truncate(2);
        let exponents = ["alpha", "beta"].map(|symbol| law.card().param(symbol).expect("it has it"));
        let refused = tie(&Spec::new(law, LOG), &data, &groups, &exponents);
        assert!(matches!(refused, Err(FitError::TooFewRows { rows: 2, free: 3, .. })));
    }
}
