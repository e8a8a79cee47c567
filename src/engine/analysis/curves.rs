//! Curves and surfaces of a fitted law, evaluated once so that figures only draw.

use super::points;
use crate::engine::fit::Fit;
use crate::engine::optimum::{Choice, quick_optimum};
use crate::engine::uncertainty::Uncertainty;
use crate::record::{Axis, Band, Curves, IsoFlop, Surface};

/// Points along a frontier with a closed form, and without one.
const FRONTIER: (usize, usize) = (49, 17);
/// Points along an IsoFLOP curve.
const ISOFLOP: usize = 49;
/// Points along each side of a surface.
const SURFACE: usize = 40;
/// How far beyond the data a frontier reaches without being asked to.
const BEYOND: f64 = 100.0;

fn spaced(low: f64, high: f64, points: usize) -> Vec<f64> {
    let steps = (points - 1) as f64;
    (0..points).map(|k| low * (high / low).powf(k as f64 / steps)).collect()
}

fn span(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)))
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// To eight digits: more than any figure shows, in half the space.
fn short(value: f64) -> f64 {
    format!("{value:.7e}").parse().unwrap_or(value)
}

fn shorten(curves: &mut Curves) {
    let bands =
        curves.line.iter_mut().chain(&mut curves.frontier).chain(curves.allocation.iter_mut().map(|(_, band)| band));
    let of_bands = bands.flat_map(|b| [&mut b.x, &mut b.y, &mut b.lower, &mut b.upper]);
    let of_isoflops = curves.isoflops.iter_mut().flat_map(|i| [&mut i.n, &mut i.loss]);
    let of_surface = curves.surface.iter_mut().flat_map(|s| [&mut s.n, &mut s.d].into_iter().chain(&mut s.loss));
    of_bands.chain(of_isoflops).chain(of_surface).flatten().for_each(|v| *v = short(*v));
}

/// All curves that make sense for the fit's law.
pub fn curves(fit: &Fit, known: &Uncertainty, budgets: &[f64], held: &[(String, f64)]) -> Curves {
    let mut curves = drawn(fit, known, budgets, held);
    shorten(&mut curves);
    curves
}

fn drawn(fit: &Fit, known: &Uncertainty, budgets: &[f64], held: &[(String, f64)]) -> Curves {
    let card = fit.setup.law.card();
    let rows = &fit.setup.rows;
    let mut out = Curves::default();
    if card.inputs.len() == 1 {
        out.line = line(fit, known);
    }
    let Some(allocation) = &card.allocation else { return out };
    let costs: Vec<f64> = (0..rows.len())
        .map(|row| (allocation.cost.of)(&rows.inputs.iter().map(|c| c[row]).collect::<Vec<_>>()))
        .collect();
    let (low, high) = span(&costs);
    if !(low > 0.0 && high.is_finite()) {
        return out;
    }
    out.covered = Some((low, high));
    // Inputs that the budget does not choose stay where they were asked for, else at their median.
    let stays = |i: usize| {
        let asked = held.iter().find(|(symbol, _)| *symbol == card.inputs[i].symbol);
        asked.map_or_else(|| median(&rows.inputs[i]), |(_, value)| *value)
    };
    let fixed: Vec<(String, f64)> = card
        .inputs
        .iter()
        .enumerate()
        .filter(|(_, input)| !allocation.free.contains(&input.symbol))
        .map(|(i, input)| (input.symbol.to_owned(), stays(i)))
        .collect();
    out.held.clone_from(&fixed);
    let top = budgets.iter().copied().fold(high * BEYOND, f64::max);
    let count = if allocation.closed_form.is_some() { FRONTIER.0 } else { FRONTIER.1 };
    let x = spaced(low, top, count);
    let along = |theta: &[f64], take: &dyn Fn(&Choice) -> f64| -> Vec<f64> {
        x.iter()
            .map(|&c| quick_optimum(fit.setup.law, theta, None, c, &fixed).as_ref().map_or(f64::NAN, take))
            .collect()
    };
    let band = |take: &(dyn Fn(&Choice) -> f64 + Sync)| {
        let (lower, upper) = known.band(&|theta| along(theta, take));
        Band { x: x.clone(), y: along(&fit.theta, take), lower, upper }
    };
    out.frontier = Some(band(&|c| c.output));
    for symbol in allocation.free {
        if let Some(i) = card.input(symbol) {
            let input = &card.inputs[i];
            let axis =
                Axis { symbol: input.symbol.to_owned(), name: input.name.to_owned(), unit: input.unit.to_owned() };
            out.allocation.push((axis, band(&|c| c.x[i])));
        }
    }
    if let [first, second] = allocation.free
        && let (Some(n), Some(d)) = (card.input(first), card.input(second))
    {
        let at = |a: f64, b: f64| {
            let x: Vec<f64> = (0..card.inputs.len())
                .map(|i| match i {
                    _ if i == n => a,
                    _ if i == d => b,
                    _ => stays(i),
                })
                .collect();
            fit.setup.law.predict(&x, &fit.theta)
        };
        let (n_low, n_high) = span(&rows.inputs[n]);
        let (d_low, d_high) = span(&rows.inputs[d]);
        if n_low > 0.0 && d_low > 0.0 && n_low < n_high && d_low < d_high {
            let (ns, ds) = (spaced(n_low / 2.0, n_high * 4.0, SURFACE), spaced(d_low / 2.0, d_high * 4.0, SURFACE));
            let loss = ds.iter().map(|&d| ns.iter().map(|&n| at(n, d)).collect()).collect();
            out.surface = Some(Surface { n: ns, d: ds, loss });
            for (budget, members) in groups(&costs) {
                let other = |size: f64| {
                    // The second input that spends the budget, the cost being linear in it.
                    let probe = |value: f64| {
                        let mut x: Vec<f64> = (0..card.inputs.len()).map(stays).collect();
                        x[n] = size;
                        x[d] = value;
                        (allocation.cost.of)(&x)
                    };
                    budget / probe(1.0)
                };
                let Some(best) = quick_optimum(fit.setup.law, &fit.theta, None, budget, &fixed) else { continue };
                let sizes: Vec<f64> = members.iter().map(|&k| rows.inputs[n][k]).chain([best.x[n]]).collect();
                let (a, b) = span(&sizes);
                let ns = spaced(a / 1.5, b * 1.5, ISOFLOP);
                let loss = ns.iter().map(|&size| at(size, other(size))).collect();
                // Places among the points that the record keeps.
                let step = points::step(rows.len());
                let points = members.iter().filter(|&&k| k % step == 0).map(|&k| k / step).collect();
                out.isoflops.push(IsoFlop { budget, n: ns, loss, minimum: (best.x[n], best.output), points });
            }
        }
    }
    out
}

/// Rows of nearly one budget: sorted costs are cut where neighbours differ by more than a quarter.
/// If that does not give between two and fourteen groups of size, seven even slices stand in.
fn groups(costs: &[f64]) -> Vec<(f64, Vec<usize>)> {
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by(|&a, &b| costs[a].total_cmp(&costs[b]));
    let mut cut: Vec<Vec<usize>> = Vec::new();
    for k in order {
        match cut.last_mut() {
            Some(group) if group.last().is_some_and(|&last| costs[k] <= costs[last] * 1.25) => group.push(k),
            _ => cut.push(vec![k]),
        }
    }
    let wide = |group: &Vec<usize>| {
        let (low, high) = span(&group.iter().map(|&k| costs[k]).collect::<Vec<_>>());
        high > 2.0 * low
    };
    let mean = |group: &[usize]| (group.iter().map(|&k| costs[k].ln()).sum::<f64>() / group.len() as f64).exp();
    if (2..=14).contains(&cut.len()) && !cut.iter().any(wide) {
        return cut.into_iter().filter(|g| g.len() >= 3).map(|g| (mean(&g), g)).collect();
    }
    let (low, high) = span(costs);
    if low >= high {
        return vec![(low, (0..costs.len()).collect())];
    }
    let width = (high / low).ln() / 7.0;
    (0..7)
        .map(|slice| {
            let budget = low * ((f64::from(slice) + 0.5) * width).exp();
            let near = |k: &usize| (costs[*k] / budget).ln().abs() <= 0.12;
            (budget, (0..costs.len()).filter(near).collect())
        })
        .collect()
}

fn line(fit: &Fit, known: &Uncertainty) -> Option<Band> {
    let (low, high) = span(&fit.setup.rows.inputs[0]);
    if low <= 0.0 || !high.is_finite() {
        return None;
    }
    // As far beyond the data as half of what they span.
    let reach = (high / low).sqrt().clamp(1.5, 30.0);
    let x = spaced(low / reach.min(2.0), high * reach, 81);
    let law = fit.setup.law;
    let along = |theta: &[f64]| -> Vec<f64> { x.iter().map(|&v| law.predict(&[v], theta)).collect() };
    let (lower, upper) = known.band(&along);
    Some(Band { x: x.clone(), y: along(&fit.theta), lower, upper })
}
