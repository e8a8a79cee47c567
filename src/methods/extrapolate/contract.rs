//! The answer as data, as scripts and other languages read it.

use super::{ASSUMES, Said};
use crate::data::measurements::Warning;
use serde_json::{Value, json};

/// The level that comes first wherever one is shown.
const MAIN: f64 = 0.9;

/// The answer as data: one forecast per place and level, those of the main level first.
pub fn contract(said: &[Said], finals: &[Value], of_rows: &[Warning]) -> Value {
    let curves: Vec<Value> = said
        .iter()
        .enumerate()
        .map(|(k, said)| {
            let outcome = said.outcome.as_ref();
            let mut forecasts = Vec::new();
            for main in [true, false] {
                for forecast in outcome.iter().flat_map(|outcome| &outcome.forecasts) {
                    for interval in forecast.intervals.iter().filter(|i| (i.level == MAIN) == main) {
                        forecasts.push(json!({
                            "x": forecast.x, "estimate": forecast.estimate, "lower": interval.lower,
                            "upper": interval.upper, "level": interval.level, "sd_log": forecast.sd_log,
                        }));
                    }
                }
            }
            json!({
                "group": said.group,
                "stage": outcome.map(|outcome| outcome.stage.word),
                "rho": outcome.map(|outcome| outcome.stage.rho),
                "forecasts": forecasts,
                "target": outcome.and_then(|outcome| outcome.target.as_ref()),
                "beside": said.baselines,
                "final": finals.get(k),
                "backtest": said.cuts,
                "warnings": said.warnings,
            })
        })
        .collect();
    json!({ "curves": curves, "assumes": ASSUMES, "warnings": of_rows })
}
