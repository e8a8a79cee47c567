//! Numbers as users type them beside a symbol, `N=70B` or `C=3640 PF-days`: the unit stays on until
//! it is known which one must stand there.

use crate::base::units::{self, Dimension, Quantity, Unit};
use crate::law::Card;

/// A number as typed, its unit still on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    text: String,
    quantity: Quantity,
}

/// A symbol and its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// `N`.
    pub symbol: String,
    /// `70B`.
    pub amount: Amount,
}

impl Amount {
    /// Reads `5.76e23`, `70B`, `6 ZFLOP`.
    ///
    /// # Errors
    /// One sentence if it is no number, or not a finite one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let quantity = units::parse(text).map_err(|error| error.to_string())?;
        match quantity.value.is_finite() {
            true => Ok(Self { text: text.trim().to_owned(), quantity }),
            false => Err(format!("`{}` is too large a number", text.trim())),
        }
    }

    /// A number without a unit.
    pub fn plain(number: f64) -> Self {
        let quantity = Quantity { value: number, unit: None, number, scaled: false };
        Self { text: number.to_string(), quantity }
    }

    /// Its number of a unit; none where the unit is not known, and then it may carry none.
    ///
    /// # Errors
    /// One sentence if it is of another dimension.
    pub fn in_unit(&self, unit: Option<&str>) -> Result<f64, String> {
        let needed = unit.and_then(|unit| Unit::parse(unit).ok()).unwrap_or(Unit::NUMBER);
        self.quantity.in_unit(needed, &self.text).map_err(|error| error.to_string())
    }

    /// The loss unit that was typed, if one was: `bits/byte`.
    fn loss_unit(&self) -> Option<String> {
        self.quantity.unit.and_then(|unit| unit.of_loss())
    }

    /// Its number of a parameter's unit and, where that is a loss and another loss unit was typed,
    /// that unit: rows measured in it are another matter than rows in nat per token.
    fn of_parameter(&self, unit: &str) -> Result<(f64, Option<String>), String> {
        let is_loss = Unit::parse(unit).is_ok_and(|unit| unit.dimension == Dimension::NAT_PER_TOKEN);
        match self.loss_unit().filter(|_| is_loss) {
            Some(typed) => Ok((self.quantity.number, Some(typed))),
            None => Ok((self.in_unit(Some(unit))?, None)),
        }
    }
}

impl Given {
    /// Reads `SYMBOL=VALUE`.
    ///
    /// # Errors
    /// One sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (symbol, value) =
            text.split_once('=').ok_or_else(|| format!("`{text}` is not SYMBOL=VALUE, as in N=70B"))?;
        Ok(Self { symbol: symbol.trim().to_owned(), amount: Amount::parse(value)? })
    }
}

/// The unit in which a law speaks of a symbol: an input, the output, a parameter, the budget, a
/// derived quantity, or what the field's letters always count.
pub fn unit_of(card: &Card, symbol: &str) -> Option<&'static str> {
    let input = card.inputs.iter().chain([&card.output]).find(|input| input.symbol == symbol).map(|input| input.unit);
    let param = card.param(symbol).map(|j| card.params[j].unit);
    let cost = card.allocation.as_ref().filter(|_| symbol == "C").map(|allocation| allocation.cost.unit);
    let derived = card.derived(symbol).map(|derived| derived.unit);
    input.or(param).or(cost).or(derived).or(match symbol {
        "N" => Some("parameters"),
        "D" => Some("tokens"),
        "C" => Some("FLOP"),
        "L" => Some("nat/token"),
        _ => None,
    })
}

/// Numbers by symbol, each in the unit that `unit` says.
///
/// # Errors
/// One sentence: a symbol given twice, or a number of another dimension.
pub fn values(given: &[Given], unit: &dyn Fn(&str) -> Option<String>) -> Result<Vec<(String, f64)>, String> {
    let mut out: Vec<(String, f64)> = Vec::with_capacity(given.len());
    for Given { symbol, amount } in given {
        once(symbol, out.iter().map(|(symbol, _)| symbol))?;
        let value = amount.in_unit(unit(symbol).as_deref()).map_err(|error| format!("{symbol}: {error}"))?;
        out.push((symbol.clone(), value));
    }
    Ok(out)
}

/// A symbol is given once.
fn once<'a>(symbol: &str, mut before: impl Iterator<Item = &'a String>) -> Result<(), String> {
    match before.any(|other| other == symbol) {
        true => Err(format!("{symbol} is given twice; give each symbol once")),
        false => Ok(()),
    }
}

/// Constraints as typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// Parameter = value.
    pub fix: Vec<Given>,
    /// Parameter = low..high; an end may be open.
    pub bounds: Vec<(String, Option<Amount>, Option<Amount>)>,
    /// Parameter = mean ± standard deviation.
    pub priors: Vec<(String, Amount, Amount)>,
}

/// What [`Wishes`] become: fixed values, bounds and priors in the units of the card's parameters, and
/// the loss units that were typed, by parameter.
pub type Constrained = (Vec<(String, f64)>, Vec<(String, f64, f64)>, Vec<(String, f64, f64)>, Vec<(String, String)>);

impl Wishes {
    /// Brings every number to the unit of its parameter; a symbol that the law lacks is left to the
    /// fit to name.
    ///
    /// # Errors
    /// One sentence: a symbol given twice, or a number of another dimension.
    pub fn resolve(&self, card: &Card) -> Result<Constrained, String> {
        let mut typed: Vec<(String, String)> = Vec::new();
        let mut number = |symbol: &str, amount: &Amount| -> Result<f64, String> {
            let unit = card.param(symbol).map_or("1", |j| card.params[j].unit);
            let (value, loss) = amount.of_parameter(unit).map_err(|error| format!("{symbol}: {error}"))?;
            if let Some(loss) = loss {
                if let Some((_, other)) = typed.iter().find(|(s, other)| s == symbol && *other != loss) {
                    return Err(format!("{symbol} is given in {other} and in {loss}; use one unit"));
                }
                typed.push((symbol.to_owned(), loss));
            }
            Ok(value)
        };
        let mut fix: Vec<(String, f64)> = Vec::new();
        for Given { symbol, amount } in &self.fix {
            once(symbol, fix.iter().map(|(symbol, _)| symbol))?;
            fix.push((symbol.clone(), number(symbol, amount)?));
        }
        let mut bounds: Vec<(String, f64, f64)> = Vec::new();
        for (symbol, low, high) in &self.bounds {
            once(symbol, bounds.iter().map(|(symbol, ..)| symbol))?;
            let low = low.as_ref().map_or(Ok(f64::NEG_INFINITY), |low| number(symbol, low))?;
            let high = high.as_ref().map_or(Ok(f64::INFINITY), |high| number(symbol, high))?;
            bounds.push((symbol.clone(), low, high));
        }
        let mut priors: Vec<(String, f64, f64)> = Vec::new();
        for (symbol, mean, sd) in &self.priors {
            once(symbol, priors.iter().map(|(symbol, ..)| symbol))?;
            priors.push((symbol.clone(), number(symbol, mean)?, number(symbol, sd)?));
        }
        typed.dedup();
        Ok((fix, bounds, priors, typed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chinchilla() -> &'static Card {
        crate::laws::find("chinchilla").unwrap().card()
    }

    fn at(text: &[&str]) -> Result<Vec<(String, f64)>, String> {
        let given: Vec<Given> = text.iter().map(|text| Given::parse(text).unwrap()).collect();
        values(&given, &|symbol| unit_of(chinchilla(), symbol).map(str::to_owned))
    }

    #[test]
    fn a_quantity_is_brought_to_the_unit_of_its_symbol_or_refused_by_dimension() {
        assert_eq!(at(&["N=70B params", "D=1.4 trillion tokens"]).unwrap(), [("N".into(), 70e9), ("D".into(), 1.4e12)]);
        assert_eq!(at(&["C=1 PF-days"]).unwrap(), [("C".into(), 8.64e19)]);
        assert_eq!(at(&["L=3 bits"]).unwrap(), [("L".into(), 3.0 * std::f64::consts::LN_2)]);
        assert_eq!(
            at(&["D=1024 sequences"]).unwrap_err(),
            "D: `1024 sequences` counts sequences where tokens must stand"
        );
        assert_eq!(at(&["N=6 ZFLOP"]).unwrap_err(), "N: `6 ZFLOP` counts FLOP where parameters must stand");
        assert_eq!(at(&["N=7B", "N=8B"]).unwrap_err(), "N is given twice; give each symbol once");
        assert!(Given::parse("N=1e999").unwrap_err().contains("too large"));
    }

    #[test]
    fn every_unit_of_a_condition_is_known() {
        for law in crate::laws::LAWS {
            for symbol in law.card().derived.iter().flat_map(|derived| derived.needs) {
                let unit = unit_of(law.card(), symbol);
                assert!(unit.is_none_or(|unit| Unit::parse(unit).is_ok()), "{} {symbol}: {unit:?}", law.card().id);
            }
        }
    }

    #[test]
    fn constraints_remember_the_loss_unit_they_were_typed_in() {
        let amount = |text: &str| Some(Amount::parse(text).unwrap());
        let wishes = Wishes {
            fix: vec![Given::parse("alpha=0.34").unwrap()],
            bounds: vec![("E".into(), amount("1 bits/byte"), amount("2 bits/byte"))],
            priors: Vec::new(),
        };
        let (fix, bounds, _, typed) = wishes.resolve(chinchilla()).unwrap();
        assert_eq!((fix[0].1, bounds[0].1, bounds[0].2), (0.34, 1.0, 2.0));
        assert_eq!(typed, [("E".to_owned(), "bits/byte".to_owned())]);
        let wrong = Wishes { fix: vec![Given::parse("E=1.8 tokens").unwrap()], ..Wishes::default() };
        assert_eq!(
            wrong.resolve(chinchilla()).unwrap_err(),
            "E: `1.8 tokens` counts tokens where nat/token must stand"
        );
    }
}
