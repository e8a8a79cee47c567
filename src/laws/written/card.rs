//! The card of a written law: what can be said of it without being told.

use super::read::Parsed;
use super::roles::{Kind, Unit, is_positive, kinds};
use super::tex;
use crate::costs::SIX_N_D;
use crate::law::{Allocation, Card, Counts, Family, Input, Param, Role, Transform};

/// Symbols that the field reads alike: symbol, name, unit, what they count.
const KNOWN: &[(&str, &str, &str, Counts)] = &[
    ("N", "model size", "parameters", Counts::Any),
    ("D", "training data", "tokens", Counts::TokensSeen),
    ("U", "unique training data", "tokens", Counts::UniqueTokens),
    ("C", "training compute", "FLOP", Counts::Any),
    ("L", "loss", "nat/token", Counts::Any),
];

/// Where exponents start: from those of joint laws, 0.05 to 0.1, to those of toy tasks.
const EXPONENTS: &[f64] = &[0.05, 0.15, 0.4, 1.0];
const OPEN_EXPONENTS: &[f64] = &[-1.0, -0.4, -0.15, -0.05, 0.05, 0.15, 0.4, 1.0];
/// Multiples of the geometric mean of an input.
const SCALES: &[f64] = &[1e-2, 1.0, 1e3, 1e6];
const PLACES: &[f64] = &[-1.0, 0.2, 1.0, 3.0];
const RATES: &[f64] = &[0.03, 0.3, 3.0];
const FREE: &[f64] = &[-1.0, 0.1, 1.0, 10.0];
const COEFFICIENTS: &[f64] = &[0.1, 1.0, 10.0, 1000.0];

fn keep(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The card of a law that was read.
pub(super) fn of(id: &str, parsed: &Parsed) -> &'static Card {
    let input = |(i, symbol): (usize, &String)| match is_positive(parsed, &parsed.body, i) {
        true => quantity(symbol).within(f64::MIN_POSITIVE, f64::MAX),
        false => quantity(symbol),
    };
    let inputs: Vec<Input> = parsed.inputs.iter().enumerate().map(input).collect();
    let output = quantity(&parsed.output);
    let params: Vec<Param> =
        kinds(parsed).into_iter().enumerate().map(|(j, kind)| param(parsed, &inputs, output, j, kind)).collect();
    let has = |symbol: &str| parsed.inputs.iter().any(|input| input == symbol);
    let priced = has("N") && has("D") && parsed.output == "L";
    let allocation = priced.then_some(Allocation { free: &["N", "D"], cost: SIX_N_D, closed_form: None });
    Box::leak(Box::new(Card {
        id: keep(id.to_owned()),
        family: if priced { Family::Compute } else { Family::Power },
        title: "A law written down by its user",
        formula: keep(tex::law(parsed)),
        cite: &[],
        inputs: Box::leak(inputs.into_boxed_slice()),
        output,
        params: Box::leak(params.into_boxed_slice()),
        allocation,
        notes: keep(notes(id)),
        ..Card::DEFAULT
    }))
}

fn quantity(symbol: &str) -> Input {
    match KNOWN.iter().find(|(known, ..)| *known == symbol) {
        Some(&(symbol, name, unit, counts)) => Input::new(symbol, name, unit).counting(counts),
        None => {
            let symbol = keep(symbol.to_owned());
            Input::new(symbol, symbol, "1").within(f64::MIN, f64::MAX)
        }
    }
}

fn param(parsed: &Parsed, inputs: &[Input], output: Input, j: usize, kind: Kind) -> Param {
    let named = &parsed.params[j];
    let (symbol, tex) = (keep(named.symbol.clone()), keep(tex::symbol(&named.symbol)));
    let any = (f64::NEG_INFINITY, f64::INFINITY);
    let free = |meaning: String, starts| Param::exponent(symbol, tex, keep(meaning), any, starts);
    let with = |param: Param, i: usize| param.scales_with(inputs[i].symbol).unit(inputs[i].unit);
    let positive =
        |meaning: String, starts| Param::coefficient(symbol, tex, keep(meaning), "1", starts).role(Role::Nonlinear);
    let mut param = match kind {
        Kind::Coefficient(unit) => {
            let unit = match unit {
                Unit::Power(i) if inputs[i].unit != "1" && output.unit != "1" => {
                    keep(coefficient_unit(parsed, inputs[i], output, j))
                }
                Unit::Output => output.unit,
                Unit::Power(_) | Unit::Unknown => "1",
            };
            Param::coefficient(symbol, tex, "positive coefficient", unit, COEFFICIENTS)
        }
        Kind::Slope => free("coefficient of either sign".to_owned(), FREE).role(Role::Linear),
        Kind::Exponent => Param::exponent(symbol, tex, "exponent", (0.0, 10.0), EXPONENTS),
        Kind::OpenExponent => Param::exponent(symbol, tex, "exponent of either sign", (-10.0, 10.0), OPEN_EXPONENTS),
        Kind::Scale(i) => with(positive(format!("scale of {}", inputs[i].symbol), SCALES), i),
        Kind::Rate(i) => positive(format!("rate in {}", inputs[i].symbol), RATES).scales_against(inputs[i].symbol),
        Kind::Place(i) => with(free(format!("place on {}", inputs[i].symbol), PLACES), i),
        Kind::Free => free("parameter".to_owned(), FREE),
    };
    if let Some((low, high)) = named.bounds {
        param = param.bounds(low, high);
        if low < 0.0 {
            param = param.transform(Transform::Identity);
        }
        // Multiples of an input's size may all lie outside what was asked for.
        if named.starts.is_none() && low.is_finite() && high.is_finite() {
            param.starts = Box::leak(inside(low, high, param.transform).into_boxed_slice());
            param.scales_with = None;
        }
    }
    if let Some(starts) = &named.starts {
        param.starts = Box::leak(starts.clone().into_boxed_slice());
        param.scales_with = None;
        if starts.iter().any(|start| *start <= 0.0) && param.transform == Transform::Log {
            param = param.transform(Transform::Identity).bounds(f64::NEG_INFINITY, f64::INFINITY);
        }
    }
    param
}

/// Three starts between two bounds.
fn inside(low: f64, high: f64, transform: Transform) -> Vec<f64> {
    let share = |t: f64| match transform {
        Transform::Log if low > 0.0 => (low.ln() + t * (high.ln() - low.ln())).exp(),
        _ => low + t * (high - low),
    };
    [0.1, 0.4, 0.8].map(share).to_vec()
}

/// `nat/token·parameters^alpha`.
fn coefficient_unit(parsed: &Parsed, input: Input, output: Input, j: usize) -> String {
    match super::roles::exponent_beside(parsed, j) {
        Some(exponent) => format!("{}·{}^{exponent}", output.unit, input.unit),
        None => "1".to_owned(),
    }
}

fn notes(id: &str) -> String {
    format!(
        "## Statement\nThe law is what its text says: `{id}`.\n\n## Origin\nWritten down by its user. Names in the \
         brackets are inputs, all others parameters; their bounds and starts follow from where they stand, unless \
         the text says them.\n\n## Assumptions\nA coefficient of a power or of a saturating part, and a constant \
         beside one, is positive; an exponent under a fraction bar lies between 0 and 10. Write `; A in [-10, 10]` \
         for anything else.\n\n## Where it fails\nNobody has checked it against published numbers. Read the \
         verdict, the residuals and a comparison with a known law before it is believed.\n\n## References\nnone"
    )
}
