//! Why to believe that an end of a search is a minimum in its box.

use super::search::Found;
use super::squares::Squares;
use crate::base::real::Order;
use crate::engine::solve::{Evaluation, Problem};
use nalgebra::DMatrix;

/// Curvature below this share of its diagonal is none.
const FLAT: f64 = 1e-9;
/// A step of the differences, as a share of what would double the sum of squares.
const STEP: f64 = 1e-4;

/// A slope that changes this much more on one side than on the other has a kink.
const BENT: f64 = 100.0;

/// What is known of one end.
pub struct Certificate {
    /// Solves, and those that ended at the best sum of squares.
    pub solves: usize,
    /// See there.
    pub reached: usize,
    /// Whether the best of them converged.
    pub converged: bool,
    /// Variables on their bounds.
    pub bound: Vec<usize>,
    /// Variables at a kink of the form, where a clamp of the benchmark sets in.
    pub kink: Vec<usize>,
    /// Directions of the others in which the sum of squares does not rise.
    pub flat: usize,
    /// Those in which it falls.
    pub falling: usize,
}

/// Of the best end of a search.
pub fn certify(problem: &Squares<'_>, found: &Found) -> Certificate {
    let q = &found.best.q;
    let n = q.len();
    let near = |value: f64, bound: f64| (value - bound).abs() <= 1e-12 * bound.abs().max(1e-12);
    let (bound, free): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| {
        let (low, high) = problem.bounds()[i];
        near(q[i], low) || near(q[i], high)
    });
    let (kink, eigenvalues) = curvature(problem, q, &free);
    let falls = |value: &&f64| **value < -1e-6;
    Certificate {
        solves: found.solves,
        reached: found.reached,
        converged: found.best.termination.converged(),
        bound,
        kink,
        flat: eigenvalues.iter().filter(|value| value.abs() < FLAT || (**value < 0.0 && !falls(value))).count(),
        falling: eigenvalues.iter().filter(falls).count(),
    }
}

/// Variables at kinks, and eigenvalues of the Hessian in the other free ones, scaled to the diagonal
/// of its majorant: by differences of the gradient. A variable without any effect counts as a zero.
fn curvature(problem: &Squares<'_>, q: &[f64], free: &[usize]) -> (Vec<usize>, Vec<f64>) {
    let n = q.len();
    let mut here = Evaluation::new(n);
    if !problem.evaluate(q, Order::Majorant, &mut here) {
        return (Vec::new(), vec![f64::NAN]);
    }
    let size = |i: usize| here.majorant[i * n + i].sqrt();
    let gradient = |i: usize, step: f64| {
        let mut at = q.to_vec();
        at[i] += step;
        let mut there = Evaluation::new(n);
        problem.evaluate(&at, Order::First, &mut there).then_some((at[i], there.gradient))
    };
    let (mut moving, mut idle, mut kink) = (Vec::new(), 0, Vec::new());
    for &i in free {
        if size(i) == 0.0 {
            idle += 1;
            continue;
        }
        let step = STEP * (2.0 * here.value).sqrt() / size(i);
        let (Some((above, up)), Some((below, down))) = (gradient(i, step), gradient(i, -step)) else {
            return (kink, vec![f64::NAN]);
        };
        let (rise, fall) = (up[i] - here.gradient[i], here.gradient[i] - down[i]);
        // A slope that is held on one side only by a wall: it rises there, and not by curving.
        match rise.max(fall) > BENT * rise.min(fall).abs() && up[i] > 0.0 && down[i] < 0.0 {
            true => kink.push(i),
            false => moving.push((i, above - below, up, down)),
        }
    }
    let mut matrix: DMatrix<f64> = DMatrix::zeros(moving.len(), moving.len());
    for (a, (i, width, up, down)) in moving.iter().enumerate() {
        for (b, (j, ..)) in moving.iter().enumerate() {
            let entry = (up[*j] - down[*j]) / width / size(*i) / size(*j);
            matrix[(a, b)] += 0.5 * entry;
            matrix[(b, a)] += 0.5 * entry;
        }
    }
    let mut values = if moving.is_empty() { Vec::new() } else { matrix.symmetric_eigenvalues().as_slice().to_vec() };
    values.resize(values.len() + idle, 0.0);
    (kink, values)
}

/// What is known of all fits of a law, in words. `names` of each fit's variables.
pub fn describe(certificates: &[(Certificate, Vec<&'static str>)]) -> String {
    let all = certificates.len();
    let count = |which: &dyn Fn(&Certificate) -> bool| certificates.iter().filter(|(c, _)| which(c)).count();
    let rarest = certificates.iter().min_by(|(a, _), (b, _)| (a.reached * b.solves).cmp(&(b.reached * a.solves)));
    let Some((rarest, _)) = rarest else { return String::new() };
    let mut said = match all {
        1 => format!("reached by {} of {} solves", rarest.reached, rarest.solves),
        _ => format!("{all} fits, each reached by {} of {} solves or more", rarest.reached, rarest.solves),
    };
    let mut say = |number: usize, words: &str| {
        if number > 0 {
            said += &if all == 1 { format!("; {words}") } else { format!("; {words} in {number}") };
        }
    };
    say(count(&|c| !c.converged), "not converged");
    say(count(&|c| c.falling > 0), "falling in some direction");
    say(count(&|c| c.falling == 0 && c.flat > 0), "flat in some direction");
    say(count(&|c| c.converged && c.falling == 0 && c.flat == 0), "a strict minimum");
    for (words, which) in [("at bounds", (|c| &c.bound) as fn(&Certificate) -> &Vec<usize>), ("at a kink", |c| &c.kink)]
    {
        let mut named: Vec<&str> = Vec::new();
        for name in certificates.iter().flat_map(|(c, names)| which(c).iter().map(|&i| names[i])) {
            if !named.contains(&name) {
                named.push(name);
            }
        }
        if !named.is_empty() {
            said += &format!("; {words}: {}", named.join(", "));
        }
    }
    said
}
