//! What a choice of inputs costs: a card and a formula without fitted parameters.

use super::{Card, Input, MAX_INPUTS};

/// A named cost: everything about it that is data, and its formula. A law's allocation refers to
/// one; an optimum may be sought under any other whose inputs are known.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Kebab-case id: file name, command-line name, key in every file: "six-n-d".
    pub id: &'static str,
    /// Short name, as recorded: "6ND".
    pub name: &'static str,
    /// One line.
    pub title: &'static str,
    /// LaTeX.
    pub formula: &'static str,
    /// Keys of `datasets/references.bib`; the first is the origin.
    pub cite: &'static [&'static str],
    /// Inputs, in the formula's order. A cost that an allocation names reads the law's first
    /// inputs, in the law's order.
    pub inputs: &'static [Input],
    /// Unit of the cost, and of a budget for it: "FLOP".
    pub unit: &'static str,
    /// Inputs of which more may cost less: devices that share a load, guesses that are checked at once.
    /// A budget cannot choose them.
    pub falls: &'static [&'static str],
    /// The cost, from the inputs in the order of the card; increasing in every other input.
    pub of: fn(x: &[f64]) -> f64,
    /// The documentation page, with the five headings of a law's.
    pub notes: &'static str,
}

impl Cost {
    /// What a card starts from. Nothing has a default but that costs are counted in FLOP;
    /// `tests/registry.rs` refuses a card that leaves a field empty.
    pub const DEFAULT: Self = Self {
        id: "",
        name: "",
        title: "",
        formula: "",
        cite: &[],
        inputs: &[],
        unit: "FLOP",
        falls: &[],
        of: |_| f64::NAN,
        notes: "",
    };

    /// The cost of a law's inputs: each of its own inputs is the law's input of that symbol, or
    /// was given.
    ///
    /// # Errors
    /// The symbol of the first input that is neither.
    pub fn bind(&'static self, card: &Card, given: &[(String, f64)]) -> Result<Bound, &'static str> {
        let mut bound = Bound { cost: self, from: [From::Value(f64::NAN); MAX_INPUTS] };
        for (from, input) in bound.from.iter_mut().zip(self.inputs) {
            let value = given.iter().find(|(symbol, _)| symbol == input.symbol);
            *from = match (card.input(input.symbol), value) {
                (Some(i), _) => From::Input(i),
                (None, Some((_, value))) => From::Value(*value),
                (None, None) => return Err(input.symbol),
            };
        }
        Ok(bound)
    }
}

/// A cost whose inputs are known to be a law's, or fixed.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    cost: &'static Cost,
    from: [From; MAX_INPUTS],
}

/// Where an input of a cost comes from.
#[derive(Clone, Copy, Debug)]
enum From {
    /// The law's input at this position.
    Input(usize),
    /// This value.
    Value(f64),
}

impl Bound {
    /// The cost at the law's inputs, in card order.
    pub fn of(&self, x: &[f64]) -> f64 {
        let mut inputs = [0.0; MAX_INPUTS];
        for (input, from) in inputs.iter_mut().zip(&self.from) {
            *input = match *from {
                From::Input(i) => x[i],
                From::Value(value) => value,
            };
        }
        (self.cost.of)(&inputs[..self.cost.inputs.len()])
    }
}
