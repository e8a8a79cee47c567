//! Symbols, units, points and objectives in words.

use crate::base::objective::{Loss, Objective, Residual};
use crate::record::Record;
use crate::show::figure::describe;
use crate::show::report::number::significant;
use crate::show::report::{Span, plain};

/// A unit; a pure number has none to show.
pub(super) fn measure(unit: &str) -> Vec<Span> {
    plain(if unit == "1" { "" } else { unit })
}

/// A symbol, its indices lowered.
pub(super) fn symbol(symbol: &str) -> Vec<Span> {
    match formula(symbol) {
        Some(tex) => vec![Span::Math(tex)],
        None => vec![Span::Strong(describe::greek(symbol))],
    }
}

/// Words in which `N_opt` and `C^a` are formulas.
pub(super) fn prose(text: &str) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for (i, word) in text.split(' ').enumerate() {
        let space = if i == 0 { "" } else { " " };
        let (body, end) = word.split_at(word.trim_end_matches([',', '.', ';', ':']).len());
        match (formula(body), out.last_mut()) {
            (Some(tex), _) => out.extend([Span::Plain(space.to_owned()), Span::Math(tex), Span::Plain(end.to_owned())]),
            (None, Some(Span::Plain(text))) => text.push_str(&format!("{space}{word}")),
            (None, _) => out.push(Span::Plain(format!("{space}{word}"))),
        }
    }
    out
}

/// A letter, Latin or Greek by name, with an index or a power: LaTeX, if that is what a word is.
fn formula(word: &str) -> Option<String> {
    let (base, rest) = word.split_at(word.find(['_', '^'])?);
    let (sign, index) = rest.split_at(1);
    let letters = |text: &str| !text.is_empty() && text.chars().all(char::is_alphanumeric);
    let tex = |name: &str| match name.len() {
        1 => Some(name.to_owned()),
        _ => (describe::greek(name) != name).then(|| format!("\\{name}")),
    };
    (letters(base) && letters(index)).then_some(())?;
    Some(format!("{}{sign}{{{}}}", tex(base)?, tex(index).unwrap_or_else(|| index.to_owned())))
}

pub(super) fn point(at: &[(String, f64)], record: &Record) -> String {
    let unit = |symbol: &str| {
        record.law.inputs.iter().find(|input| input.symbol == symbol).map_or("", |input| input.unit.as_str())
    };
    at.iter().map(|(s, v)| format!("{s} = {}", describe::amount(*v, unit(s)))).collect::<Vec<_>>().join(", ")
}

pub(super) fn beyond(extrapolation: &[(String, f64)]) -> String {
    let outside: Vec<String> = extrapolation
        .iter()
        .filter(|(_, ratio)| *ratio > 1.0)
        .map(|(symbol, ratio)| format!("{symbol} {}×", significant(*ratio, 2)))
        .collect();
    if outside.is_empty() { "within".to_owned() } else { outside.join(", ") }
}

/// The objective in words.
pub(super) fn objective(objective: &Objective) -> String {
    let residual = match objective.residual {
        Residual::Raw => "raw residuals".to_owned(),
        Residual::Log => "log residuals".to_owned(),
        Residual::Log1p => "residuals of ln(1 + y)".to_owned(),
        Residual::LogMinus { offset } => format!("residuals of ln(y − {})", significant(offset, 4)),
    };
    let loss = match objective.loss {
        Loss::Squared => "half squares".to_owned(),
        Loss::Huber { delta } => format!("Huber loss, delta {}", significant(delta, 1)),
        Loss::AdaptiveHuber => "Huber loss, delta found from the data (1.345 s)".to_owned(),
        Loss::Absolute => "absolute values".to_owned(),
        Loss::Quantile { tau } => format!("quantile loss, tau {}", significant(tau, 2)),
        Loss::AsymmetricHuber { delta, factor } => {
            format!("asymmetric Huber loss, delta {}, factor {}", significant(delta, 1), significant(factor, 2))
        }
        Loss::StudentT { nu, scale } => {
            format!("Student's t, {} degrees of freedom, scale {}", significant(nu, 2), significant(scale, 2))
        }
        Loss::HuberLikelihood { delta } => {
            format!("negative log-likelihood of Huber's density, delta {}, scale free", significant(delta, 1))
        }
    };
    format!("{loss}, of {residual}")
}
