//! Numbers in prose: `{besiroglu2024/main.alpha}`, `{fit:ours.N@5.76e23}`, `{method:front.hypervolume}`.

use crate::base::units;
use crate::law::Law;
use crate::published::reference::{self, FitReference};
use crate::record::method::MethodRecord;
use crate::record::{Estimate, Record};
use crate::show::report::number::significant;

/// Significant digits of a number that is not as printed.
const DIGITS: i32 = 4;

/// What the numbers of an account are looked up in.
pub struct Known<'a> {
    /// Fits of the study, by name; the reason where one failed.
    pub fits: Vec<(&'a str, Result<&'a Record, &'a str>)>,
    /// Methods of the study, likewise.
    pub methods: Vec<(&'a str, Result<&'a MethodRecord, &'a str>)>,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part<'t> {
    /// Words.
    Words(&'t str),
    /// What stands between braces.
    Number(&'t str),
}

/// The pieces of a text; a brace itself is written twice.
pub(super) fn parts(text: &str) -> Result<Vec<Part<'_>>, String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let brace = &rest[at..=at];
        out.push(Part::Words(&rest[..at]));
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push(Part::Words(brace));
            rest = after;
        } else if brace == "{" {
            let end =
                rest.find('}').ok_or_else(|| format!("a brace is not closed in `{text}`; write {{{{ for a brace"))?;
            out.push(Part::Number(&rest[..end]));
            rest = &rest[end + 1..];
        } else {
            return Err(format!("a brace closes nothing in `{text}`; write }}}} for a brace"));
        }
    }
    out.push(Part::Words(rest));
    Ok(out)
}

/// What is asked for: `SOURCE.QUANTITY@CONDITIONS:DIGITS`.
struct Asked<'t> {
    source: &'t str,
    quantity: &'t str,
    at: Vec<(&'t str, f64)>,
    digits: Option<i32>,
}

impl<'t> Asked<'t> {
    fn read(text: &'t str) -> Result<Self, String> {
        let form = || {
            format!("`{{{text}}}` is not SOURCE.QUANTITY, as in besiroglu2024/main.alpha or fit:NAME.L@N=70e9,D=1.4e12")
        };
        // A kind of source has a colon too: digits stand after the last one, past the quantity.
        let (body, digits) = match text.rsplit_once(':') {
            Some((body, digits)) if body.contains('.') && digits.chars().all(|c| c.is_ascii_digit()) => {
                let digits = digits.parse::<i32>().ok().filter(|digits| (1..=17).contains(digits));
                (body, Some(digits.ok_or_else(|| format!("`{{{text}}}` asks for no number of digits from 1 to 17"))?))
            }
            _ => (text, None),
        };
        let (named, at) = body.split_once('@').map_or((body, ""), |(named, at)| (named, at));
        let (source, quantity) = named.split_once('.').ok_or_else(form)?;
        let condition = |text: &'t str| {
            let (symbol, number) = text.split_once('=').unwrap_or(("", text));
            let value = units::parse(number).map_err(|error| error.to_string())?.value;
            Ok((symbol.trim(), value))
        };
        let at = at.split(',').filter(|part| !part.is_empty()).map(condition).collect::<Result<Vec<_>, String>>()?;
        if source.is_empty() || quantity.is_empty() {
            return Err(form());
        }
        Ok(Self { source: source.trim(), quantity: quantity.trim(), at, digits })
    }
}

impl Known<'_> {
    /// The text with every number looked up.
    ///
    /// # Errors
    /// One sentence that names the number.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let fill = |part| match part {
            Part::Words(words) => Ok(words.to_owned()),
            Part::Number(asked) => self.number(asked),
        };
        parts(text)?.into_iter().map(fill).collect()
    }

    fn number(&self, text: &str) -> Result<String, String> {
        let asked = Asked::read(text)?;
        let why = |detail: String| format!("`{{{text}}}`: {detail}");
        if let Some(name) = asked.source.strip_prefix("fit:") {
            return written(self.of_fit(name, &asked).map_err(why)?, asked.digits).map_err(why);
        }
        if let Some(name) = asked.source.strip_prefix("method:") {
            return written(self.of_method(name, asked.quantity).map_err(why)?, asked.digits).map_err(why);
        }
        let published = reference::find(asked.source).map_err(|error| why(error.to_string()))?;
        match printed(&published, &asked) {
            Some(text) => Ok(text),
            None => {
                let theta = published.theta().ok_or_else(|| why("not every parameter is printed".to_owned()))?;
                written(at_law(published.law, &theta, &asked).map_err(why)?, asked.digits).map_err(why)
            }
        }
    }

    /// The law and parameters of a source, for curves.
    ///
    /// # Errors
    /// One sentence.
    pub(super) fn curve(&self, source: &str) -> Result<(&'static dyn Law, Vec<f64>), String> {
        if let Some(name) = source.strip_prefix("fit:") {
            let record = self.fit(name)?;
            let law =
                crate::laws::find(&record.law.id).ok_or_else(|| format!("there is no law `{}`", record.law.id))?;
            return Ok((law, record.parameters.iter().map(|parameter| parameter.estimate).collect()));
        }
        let published = reference::find(source).map_err(|error| error.to_string())?;
        let theta = published.theta().ok_or_else(|| format!("{source} does not print every parameter"))?;
        Ok((published.law, theta))
    }

    fn fit(&self, name: &str) -> Result<&Record, String> {
        let found = self.fits.iter().find(|(known, _)| *known == name);
        let (_, result) = found.ok_or_else(|| format!("the study has no fit `{name}`"))?;
        result.map_err(|why| format!("the fit `{name}` failed: {why}"))
    }

    fn of_fit(&self, name: &str, asked: &Asked<'_>) -> Result<f64, String> {
        let record = self.fit(name)?;
        let (end, symbol) = match asked.quantity.split_once('.') {
            Some((end @ ("lower" | "upper" | "se"), symbol)) => (end, symbol),
            _ => ("", asked.quantity),
        };
        match symbol {
            "rows" if asked.at.is_empty() => return Ok(record.provenance.rows_used as f64),
            "objective" if asked.at.is_empty() => return Ok(record.objective_value),
            _ => {}
        }
        let pick = |estimate: &Estimate| match end {
            "lower" => estimate.lower.ok_or_else(|| format!("{symbol} has no interval")),
            "upper" => estimate.upper.ok_or_else(|| format!("{symbol} has no interval")),
            "se" => estimate.standard_error.ok_or_else(|| format!("{symbol} has no standard error")),
            _ => Ok(estimate.estimate),
        };
        if asked.at.is_empty()
            && let Some(estimate) = record.parameters.iter().chain(&record.derived).find(|e| e.symbol == symbol)
        {
            return pick(estimate);
        }
        // A number alone is a budget.
        if let [("", budget)] = asked.at[..] {
            let same = |value: f64| (value / budget - 1.0).abs() < 1e-9;
            let optimum = record.optima.iter().find(|optimum| same(optimum.budget));
            let optimum = optimum.ok_or_else(|| format!("the fit was not asked for the optimum of {budget:e}"))?;
            let own = |e: &&Estimate| e.symbol == symbol || symbol.strip_suffix("_opt") == Some(e.symbol.as_str());
            let found = optimum.quantities.iter().find(own);
            return pick(found.ok_or_else(|| format!("the optimum has no {symbol}"))?);
        }
        if !end.is_empty() {
            return Err(format!("{end} is known of parameters, derived quantities and optima alone"));
        }
        let (law, theta) = self.curve(&format!("fit:{name}"))?;
        at_law(law, &theta, asked)
    }

    fn of_method(&self, name: &str, quantity: &str) -> Result<f64, String> {
        let found = self.methods.iter().find(|(known, _)| *known == name);
        let (_, result) = found.ok_or_else(|| format!("the study has no method `{name}`"))?;
        let record = result.map_err(|why| format!("the method `{name}` failed: {why}"))?;
        if quantity.starts_with('/') {
            let value = record.outcome.pointer(quantity).and_then(serde_json::Value::as_f64);
            return value.ok_or_else(|| format!("the outcome has no number at {quantity}"));
        }
        let estimate = record.quantities.iter().find(|estimate| estimate.symbol == quantity);
        let known = || record.quantities.iter().map(|e| e.symbol.as_str()).collect::<Vec<_>>().join(", ");
        estimate
            .map(|estimate| estimate.estimate)
            .ok_or_else(|| format!("the method gives no {quantity}; it gives {}", known()))
    }
}

/// A parameter or derived quantity exactly as the paper prints it, unless other digits are asked for.
fn printed(fit: &FitReference, asked: &Asked<'_>) -> Option<String> {
    if !asked.at.is_empty() || asked.digits.is_some() {
        return None;
    }
    let param = fit.law.card().param(asked.quantity).and_then(|j| fit.params[j].as_ref());
    let derived = fit.derived.iter().find(|(symbol, _)| symbol == asked.quantity).map(|(_, expected)| expected);
    param.or(derived).map(|expected| expected.printed.text.clone())
}

/// A parameter, a derived quantity under conditions, or the prediction at inputs.
fn at_law(law: &dyn Law, theta: &[f64], asked: &Asked<'_>) -> Result<f64, String> {
    let card = law.card();
    let given = |symbol: &str| {
        let found = asked.at.iter().find(|(known, _)| *known == symbol);
        found.map(|(_, value)| *value).ok_or_else(|| format!("{} needs {symbol}: add @{symbol}=…", asked.quantity))
    };
    let known = |symbol: &str| {
        card.input(symbol).is_some() || card.derived(asked.quantity).is_some_and(|d| d.needs.contains(&symbol))
    };
    if let Some((symbol, _)) = asked.at.iter().find(|(symbol, _)| !known(symbol)) {
        return Err(format!("`{symbol}` is no input of {}", card.id));
    }
    if let Some(j) = card.param(asked.quantity) {
        return Ok(theta[j]);
    }
    if let Some(derived) = card.derived(asked.quantity) {
        let at = derived.needs.iter().map(|need| given(need)).collect::<Result<Vec<_>, _>>()?;
        return Ok((derived.value)(theta, &at));
    }
    if asked.quantity == card.output.symbol {
        let x = card.inputs.iter().map(|input| given(input.symbol)).collect::<Result<Vec<_>, _>>()?;
        return Ok(law.predict(&x, theta));
    }
    Err(format!("{} has no {}", card.id, asked.quantity))
}

fn written(value: f64, digits: Option<i32>) -> Result<String, String> {
    match value.is_finite() {
        true if digits.is_none() && value.abs() >= 1e4 => Ok(units::si(value)),
        // A count is whole.
        true if digits.is_none() && value.fract() == 0.0 => Ok(format!("{value}")),
        true => Ok(significant(value, digits.unwrap_or(DIGITS))),
        false => Err(format!("comes to {value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Known<'static> = Known { fits: Vec::new(), methods: Vec::new() };

    #[test]
    fn numbers_are_looked_up_as_they_are_printed() {
        let text = "alpha is {hoffmann2022/rounded.alpha}, L {hoffmann2022/rounded.L@N=70e9,D=1.4e12:5}, {{braces}}.";
        assert_eq!(NOTHING.fill(text).unwrap(), "alpha is 0.34, L 1.9366, {braces}.");
    }

    #[test]
    fn what_is_not_known_is_said() {
        for (text, words) in [
            ("{hoffmann2022/rounded}", "is not SOURCE.QUANTITY"),
            ("{hoffmann2022/rounded.gamma}", "has no gamma"),
            ("{hoffmann2022/rounded.L}", "needs N"),
            ("{hoffmann2022/rounded.L@N=1e9,D=1e10,V=3}", "`V` is no input"),
            ("{nobody2020/none.A}", "nobody2020/none"),
            ("{fit:ours.alpha}", "no fit `ours`"),
            ("{method:ours.alpha}", "no method `ours`"),
            ("{open", "is not closed"),
            ("closed}", "closes nothing"),
        ] {
            let error = NOTHING.fill(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
