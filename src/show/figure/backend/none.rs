//! A figure as JSON, for snapshots that show what moved. Numbers keep six significant digits, so
//! that the last bits of an exponential never fail a comparison.

use crate::show::figure::tree::Figure;
use serde_json::{Number, Value};

/// The figure as JSON, keys sorted.
pub fn json(figure: &Figure) -> Value {
    // Infinite ends of a region become null, which is what they mean: no end.
    let mut value = serde_json::to_value(figure).unwrap_or(Value::Null);
    round(&mut value);
    value
}

fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let rounded = number.as_f64().and_then(|v| format!("{v:.5e}").parse().ok());
            if let Some(rounded) = rounded.and_then(Number::from_f64) {
                *number = rounded;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}
