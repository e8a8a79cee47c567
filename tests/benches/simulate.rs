//! Rows that obey a law, but for a little noise.

use scaling_laws::data::measurements::Measurements;
use scaling_laws::law::Law;

/// A deterministic stream of numbers in (0, 1).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }
    /// Nearly Gaussian, with deviation one.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// The range of an input that people measure, cut to its domain.
fn range(unit: &str, (low, high): (f64, f64)) -> (f64, f64) {
    let usual: (f64, f64) = match unit {
        "parameters" | "tokens" | "characters" => (1e7, 1e12),
        "FLOP" => (1e17, 1e25),
        "PF-days" => (1e-6, 1e6),
        "bits" => (2.0, 16.0),
        "nat/token" => (1.5, 6.0),
        _ => (1e-1, 1e3),
    };
    let cut = (usual.0.max(low), usual.1.min(high));
    if cut.0 < cut.1 { cut } else { (low.max(-1e3), high.min(1e3)) }
}

/// Rows and the parameters behind them. Noise of a thousandth of each value. `None` if none of the
/// law's starts predicts finite numbers on three rows in four.
pub fn rows(law: &dyn Law, count: usize) -> Option<(Measurements, Vec<f64>)> {
    let card = law.card();
    (0..3).find_map(|choice| {
        let mut stream = Stream(17);
        let mut columns = vec![Vec::with_capacity(count); card.inputs.len() + 1];
        let ranges: Vec<(f64, f64)> = card.inputs.iter().map(|input| range(input.unit, input.domain)).collect();
        let middle = |symbol: &str| {
            let (low, high) = card.input(symbol).map_or((1.0, 1.0), |i| ranges[i]);
            if low > 0.0 { (low * high).sqrt() } else { 0.5 * (low + high) }
        };
        let theta: Vec<f64> = card
            .params
            .iter()
            .map(|param| {
                let start = param.starts[(param.starts.len() / 2 + choice) % param.starts.len()];
                start
                    * param.scales_with.map_or(1.0, |scale| {
                        let middle = middle(scale.symbol);
                        if scale.against { 1.0 / middle } else { middle }
                    })
            })
            .collect();
        let mut x = vec![0.0; card.inputs.len()];
        for _ in 0..count {
            for (slot, (input, &(low, high))) in x.iter_mut().zip(card.inputs.iter().zip(&ranges)) {
                let u = stream.next();
                let value = if low > 0.0 { low * (high / low).powf(u) } else { low + u * (high - low) };
                *slot = if input.integer { value.round().clamp(low.ceil(), high.floor()) } else { value };
            }
            let y = law.predict(&x, &theta) * (1.0 + 1e-3 * stream.bell());
            if y.is_finite() {
                for (column, value) in columns.iter_mut().zip(x.iter().chain([&y])) {
                    column.push(*value);
                }
            }
        }
        let kept = columns[0].len();
        let symbols = card.inputs.iter().map(|input| input.symbol).chain([card.output.symbol]);
        let data = Measurements::from_columns("simulated", symbols.zip(columns).collect());
        (4 * kept >= 3 * count).then_some((data, theta))
    })
}
