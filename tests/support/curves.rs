//! The 92 learning curves of Alabdulmohsin et al. 2022, read in place.
#![allow(dead_code, reason = "each test file uses its part")]

use scaling_laws::data::ingest::{Needed, Request, Source, read};
use std::path::PathBuf;

/// x and y of the points to see, and of those to forecast.
pub type Split = ((Vec<f64>, Vec<f64>), (Vec<f64>, Vec<f64>));

/// One curve.
pub struct BenchmarkCurve {
    pub domain: String,
    pub task: String,
    pub model: String,
    /// x, y, whether it is a point to fit, by x.
    points: Vec<(f64, f64, bool)>,
}

impl BenchmarkCurve {
    /// The benchmark's own split for 1; else what lies up to 1/divisor of the last point to fit,
    /// and the doubling after it.
    pub fn split(&self, divisor: f64) -> Split {
        let last = self.points.iter().filter(|p| p.2).map(|p| p.0).fold(0.0, f64::max);
        let at = last / divisor;
        let pick = |keep: &dyn Fn(&(f64, f64, bool)) -> bool| {
            self.points.iter().filter(|p| keep(p)).map(|p| (p.0, p.1)).unzip()
        };
        if divisor == 1.0 {
            return (pick(&|p| p.2), pick(&|p| !p.2));
        }
        (pick(&|p| p.2 && p.0 <= at), pick(&|p| p.2 && p.0 > at && p.0 <= 2.0 * at))
    }
}

/// All curves, or none with a line that says what was skipped.
pub fn benchmark(what: &str) -> Option<Vec<BenchmarkCurve>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/alabdulmohsin_benchmark"));
    if !folder.is_dir() {
        eprintln!("skipped: {what}: {} is not here", folder.display());
        return None;
    }
    let mut curves: Vec<BenchmarkCurve> = Vec::new();
    for file in ["colpret_revisiting_vision.csv", "colpret_revisiting_lang.csv"] {
        let number = |symbol: &str, positive| Needed { positive, ..Needed::new(symbol, "1") };
        let request = Request {
            needed: vec![number("x", true), number("y", true), number("training", false)],
            labels: ["Domain", "Task", "Model"].map(str::to_owned).to_vec(),
            map: [("x", "Seen Examples"), ("y", "Loss"), ("training", "Training")]
                .map(|(role, column)| (role.to_owned(), column.to_owned()))
                .to_vec(),
            ..Request::default()
        };
        let rows = read(&Source::File(folder.join(file)), &request).expect("the benchmark can be read");
        let column = |symbol: &str| rows.column(symbol).expect("was asked for");
        let label = |name: &str| rows.label(name).expect("was asked for");
        for i in 0..rows.len() {
            let key = (&label("Domain")[i], &label("Task")[i], &label("Model")[i]);
            let point = (column("x")[i], column("y")[i], column("training")[i] == 1.0);
            match curves.iter_mut().find(|c| (&c.domain, &c.task, &c.model) == key) {
                // The language models' rows are there four times.
                Some(curve) if curve.points.contains(&point) => {}
                Some(curve) => curve.points.push(point),
                None => curves.push(BenchmarkCurve {
                    domain: key.0.clone(),
                    task: key.1.clone(),
                    model: key.2.clone(),
                    points: vec![point],
                }),
            }
        }
    }
    curves.iter_mut().for_each(|curve| curve.points.sort_by(|a, b| a.0.total_cmp(&b.0)));
    Some(curves)
}
