//! Designs: inputs spread over what people measure, and plausible parameters, for any law.
#![allow(dead_code, reason = "each test file uses its part")]

use scaling_laws::data::measurements::Measurements;
use scaling_laws::law::{Card, Input, Law, Transform};

/// A deterministic stream of numbers in (0, 1).
pub struct Stream(pub u64);

impl Stream {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Standard normal, by Box and Muller.
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.next().ln()).sqrt() * (std::f64::consts::TAU * self.next()).cos()
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let u = self.next();
        if low > 0.0 { (low.ln() + u * (high / low).ln()).exp() } else { low + u * (high - low) }
    }
}

/// The range of an input that people measure, cut to its domain.
pub fn range(input: &Input) -> (f64, f64) {
    let (low, high) = input.domain;
    let usual: (f64, f64) = match input.unit {
        "parameters" | "characters" => (3e7, 1e11),
        "tokens" => (1e8, 1e13),
        "FLOP" => (1e17, 1e25),
        "PF-days" => (1e-6, 1e4),
        "bits" => (2.0, 12.0),
        "nat/token" => (1.6, 5.0),
        _ if input.symbol == "x" => (1e3, 1e10),
        _ => (1e-1, 1e3),
    };
    let cut = (usual.0.max(low), usual.1.min(high));
    if cut.0 <= cut.1 { cut } else { (low.max(-1e3), high.min(1e3)) }
}

pub fn points(card: &Card, count: usize, stream: &mut Stream) -> Vec<Vec<f64>> {
    let one = |stream: &mut Stream| {
        let value = |input: &Input, stream: &mut Stream| {
            let (low, high) = range(input);
            let value = stream.between(low, high);
            if input.integer { value.round().clamp(low.ceil(), high.floor()) } else { value }
        };
        card.inputs.iter().map(|input| value(input, stream)).collect()
    };
    (0..count).map(|_| one(stream)).collect()
}

/// Parameters near the middle of a law's starts, but never on one.
pub fn plausible(card: &Card, stream: &mut Stream) -> Vec<f64> {
    card.params
        .iter()
        .map(|param| {
            let start = param.starts[param.starts.len() / 2];
            let away = 0.04 + 0.08 * stream.next();
            let value = match param.transform {
                Transform::Log => start * (1.0 + away),
                Transform::Identity => start + away * start.abs().max(0.1),
            };
            if value < param.bounds.1 { value } else { 0.5 * (start + param.bounds.1) }
        })
        .collect()
}

/// What a law would measure at some points, each value times `noise()`.
pub fn simulate(law: &dyn Law, theta: &[f64], points: &[Vec<f64>], mut noise: impl FnMut() -> f64) -> Measurements {
    let card = law.card();
    let mut columns: Vec<(&str, Vec<f64>)> = card
        .inputs
        .iter()
        .enumerate()
        .map(|(i, input)| (input.symbol, points.iter().map(|x| x[i]).collect()))
        .collect();
    columns.push((card.output.symbol, points.iter().map(|x| law.predict(x, theta) * noise()).collect()));
    Measurements::from_columns("simulated", columns)
}
