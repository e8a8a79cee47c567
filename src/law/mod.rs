//! What a law is: a [`Card`] that says everything about it that is data, and a [`Formula`] that
//! says it once, over a generic scalar. Laws that differ in their card alone share a [`Form`].
//! Everything else ([`Law`]) follows from those two.

mod block;
mod cost;
mod of;
mod parts;
mod shorthand;

pub use crate::base::real::Order;
use crate::base::real::{Enclosure, Real, X};
pub use block::{BLOCK, Block, Column, Jet, PAD};
pub use cost::{Bound, Cost};
pub use of::Of;
pub(crate) use parts::{Arithmetic, PART, parts};
use serde::{Deserialize, Serialize};
pub use shorthand::notes;

/// The most inputs a law may have.
pub const MAX_INPUTS: usize = 8;
/// The most parameters a law may have.
pub const MAX_PARAMS: usize = 16;

/// The families that laws are grouped in, by what they answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// One input against one measurement.
    Power,
    /// Model size and data, and what descends from them.
    Compute,
    /// Numeric precision.
    Precision,
    /// Vocabulary size.
    Vocabulary,
    /// Capacity density.
    Density,
    /// Learning rate and batch size.
    Hyperparameter,
    /// Learning curves.
    Curve,
    /// Downstream tasks.
    Task,
    /// Data mixtures.
    Mixture,
    /// Inference.
    Inference,
    /// Closed-form theory.
    Theory,
    /// Tables of systems that trade cost for quality.
    Tradeoff,
}

/// What a column or an input counts. Two measurements that count differently do not meet without
/// a named conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// Nothing that has rival conventions, or the law does not say.
    #[default]
    Any,
    /// Parameters, embeddings left out.
    NonEmbedding,
    /// Parameters, embeddings included.
    WithEmbedding,
    /// Parameters active per token (mixtures of experts).
    Active,
    /// Tokens seen, repeats counted each time.
    TokensSeen,
    /// Tokens that differ.
    UniqueTokens,
    /// Sequences.
    Sequences,
    /// Characters.
    Characters,
}

/// An input or the output of a law.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// ASCII symbol, also the column's role: `N`.
    pub symbol: &'static str,
    /// What it is: "model size".
    pub name: &'static str,
    /// Unit as [`crate::base::units`] reads it: "parameters", "tokens", "FLOP", "PF-days", "nat/token".
    pub unit: &'static str,
    /// What it counts.
    pub counts: Counts,
    /// Closed interval on which the formula means something.
    pub domain: (f64, f64),
    /// Whole numbers only (bits, experts): optima enumerate it.
    pub integer: bool,
}

impl Input {
    /// A positive quantity with no rival conventions.
    pub const fn new(symbol: &'static str, name: &'static str, unit: &'static str) -> Self {
        Self { symbol, name, unit, counts: Counts::Any, domain: (f64::MIN_POSITIVE, f64::MAX), integer: false }
    }
    /// The same, counting by a stated convention.
    pub const fn counting(mut self, counts: Counts) -> Self {
        self.counts = counts;
        self
    }
    /// The same, on a stated interval.
    pub const fn within(mut self, low: f64, high: f64) -> Self {
        self.domain = (low, high);
        self
    }
    /// The same, whole numbers only.
    pub const fn whole(mut self) -> Self {
        self.integer = true;
        self
    }
}

/// Whether the formula is linear in a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// ∂y/∂c does not depend on any linear parameter.
    Linear,
    /// Anything else.
    Nonlinear,
}

/// The scale on which a solver moves a parameter. Laws and records are in natural scale; only
/// the solver sees this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transform {
    /// θ itself.
    Identity,
    /// ln θ, for θ > 0.
    Log,
}

/// One parameter of a law.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// ASCII symbol, also the key in every file: `alpha`.
    pub symbol: &'static str,
    /// LaTeX.
    pub tex: &'static str,
    /// What it is: "model-size exponent".
    pub meaning: &'static str,
    /// Unit, "1" for a pure number.
    pub unit: &'static str,
    /// Linear or not.
    pub role: Role,
    /// Natural-scale bounds; open at 0 under [`Transform::Log`].
    pub bounds: (f64, f64),
    /// The solver's scale.
    pub transform: Transform,
    /// Natural-scale starting values; the product over the nonlinear ones seeds the search.
    pub starts: &'static [f64],
    /// Symbol of an input (or of the output) whose geometric mean over the rows `starts` are
    /// multiples of, for parameters that carry the unit of that input, or its reciprocal.
    pub scales_with: Option<Scale>,
}

/// What a parameter's starts are multiples of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Symbol of an input or the output.
    pub symbol: &'static str,
    /// Of one over its geometric mean: a rate.
    pub against: bool,
}

impl Param {
    /// A positive coefficient, linear in the formula, moved on the log scale.
    pub const fn coefficient(
        symbol: &'static str,
        tex: &'static str,
        meaning: &'static str,
        unit: &'static str,
        starts: &'static [f64],
    ) -> Self {
        Self {
            symbol,
            tex,
            meaning,
            unit,
            role: Role::Linear,
            bounds: (0.0, f64::INFINITY),
            transform: Transform::Log,
            starts,
            scales_with: None,
        }
    }
    /// A pure number in which the formula is nonlinear, moved as it is.
    pub const fn exponent(
        symbol: &'static str,
        tex: &'static str,
        meaning: &'static str,
        bounds: (f64, f64),
        starts: &'static [f64],
    ) -> Self {
        Self {
            symbol,
            tex,
            meaning,
            unit: "1",
            role: Role::Nonlinear,
            bounds,
            transform: Transform::Identity,
            starts,
            scales_with: None,
        }
    }
    /// The same, with a stated role.
    pub const fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
    /// The same, with stated bounds.
    pub const fn bounds(mut self, low: f64, high: f64) -> Self {
        self.bounds = (low, high);
        self
    }
    /// The same, with starts that are multiples of the geometric mean of an input or the output.
    pub const fn scales_with(mut self, symbol: &'static str) -> Self {
        self.scales_with = Some(Scale { symbol, against: false });
        self
    }
    /// The same, with starts that are multiples of one over the geometric mean of an input: a rate.
    pub const fn scales_against(mut self, symbol: &'static str) -> Self {
        self.scales_with = Some(Scale { symbol, against: true });
        self
    }
    /// The same, in a stated unit.
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
    /// The same, moved on a stated scale.
    pub const fn transform(mut self, transform: Transform) -> Self {
        self.transform = transform;
        self
    }
}

/// A quantity that follows from the parameters, alone or under stated conditions: an exponent, a
/// critical data size, an optimal precision.
#[derive(Clone, Copy)]
pub struct Derived {
    /// ASCII symbol: `N_opt`.
    pub symbol: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// The formula, LaTeX or plain.
    pub formula: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Symbols that must be given (`--at C=1e24`); none for a pure function of the parameters.
    pub needs: &'static [&'static str],
    /// Its value from the parameters (card order) and the conditions (order of `needs`). NaN where
    /// it does not exist; may solve numerically.
    pub value: fn(theta: &[f64], at: &[f64]) -> f64,
}

/// A function of parameters and conditions that calls them by name: `named!(|[a, alpha], [c]| a * c.powf(alpha))`
/// is a `fn(theta, at)`, NaN if it is called with other numbers of them.
macro_rules! named {
    (|_, $at:pat_param| $body:expr) => {
        |_: &[f64], at: &[f64]| {
            let &$at = at else { return f64::NAN };
            $body
        }
    };
    (|$theta:pat_param, _| $body:expr) => {
        |theta: &[f64], _: &[f64]| {
            let &$theta = theta else { return f64::NAN };
            $body
        }
    };
    (|$theta:ident, $at:pat_param| $body:expr) => {
        |$theta: &[f64], at: &[f64]| {
            let &$at = at else { return f64::NAN };
            $body
        }
    };
    (|$theta:pat_param, $at:pat_param| $body:expr) => {
        |theta: &[f64], at: &[f64]| {
            let (&$theta, &$at) = (theta, at) else { return f64::NAN };
            $body
        }
    };
}
pub(crate) use named;

impl Derived {
    /// Symbol, meaning, formula, unit, needs and value, in this order.
    pub const fn new(
        symbol: &'static str,
        meaning: &'static str,
        formula: &'static str,
        unit: &'static str,
        needs: &'static [&'static str],
        value: fn(theta: &[f64], at: &[f64]) -> f64,
    ) -> Self {
        Self { symbol, meaning, formula, unit, needs, value }
    }
}

/// A law that this one becomes for special parameters.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The other law's id.
    pub law: &'static str,
    /// The values that make it so: symbol of a parameter of this law, value.
    pub set: &'static [(&'static str, f64)],
    /// The other law's parameters, each by the symbol of one of this law's, in its card order.
    pub theta: &'static [&'static str],
    /// The other law's inputs, each by the symbol of one of this law's, in its card order.
    pub inputs: &'static [&'static str],
}

/// A published optimum: parameters, inputs (free ones NaN), budget → the free inputs.
pub type ClosedForm = fn(theta: &[f64], x: &[f64], budget: f64) -> Option<Vec<f64>>;

/// How a budget is spent on a law's inputs.
#[derive(Clone, Copy)]
pub struct Allocation {
    /// The inputs that the optimum chooses, in the order of the closed form; the others must be
    /// given, or are free too if they are whole numbers.
    pub free: &'static [&'static str],
    /// What a choice of all inputs costs.
    pub cost: &'static Cost,
    /// The published closed form: parameters, inputs (free ones NaN), budget → the free inputs.
    pub closed_form: Option<ClosedForm>,
}

/// Everything about a law that is data rather than arithmetic.
pub struct Card {
    /// Kebab-case id: file name, command-line name, key in every file.
    pub id: &'static str,
    /// Family.
    pub family: Family,
    /// One line.
    pub title: &'static str,
    /// LaTeX.
    pub formula: &'static str,
    /// Keys of `datasets/references.bib`; the first is the origin.
    pub cite: &'static [&'static str],
    /// Inputs, in the formula's order.
    pub inputs: &'static [Input],
    /// What is predicted.
    pub output: Input,
    /// Parameters, in the order of every vector, table and file.
    pub params: &'static [Param],
    /// What follows from the parameters.
    pub derived: &'static [Derived],
    /// Blocks of parameters that may swap without changing a prediction; fits are reported with
    /// the blocks sorted by their last member.
    pub exchangeable: &'static [&'static [usize]],
    /// How a budget is spent, if it can be.
    pub allocation: Option<Allocation>,
    /// Special cases that are laws themselves.
    pub reduces_to: &'static [Limit],
    /// The documentation page, with the headings Statement, Origin, Assumptions, Where it fails,
    /// References.
    pub notes: &'static str,
}

impl Card {
    /// What a card need not say: nothing derived, nothing exchangeable, no allocation, no limits.
    /// Everything else has no default; `tests/registry.rs` refuses a card that leaves it empty.
    pub const DEFAULT: Self = Self {
        id: "",
        family: Family::Power,
        title: "",
        formula: "",
        cite: &[],
        inputs: &[],
        output: Input::new("", "", ""),
        params: &[],
        derived: &[],
        exchangeable: &[],
        allocation: None,
        reduces_to: &[],
        notes: "",
    };
    /// Position of an input by symbol.
    pub fn input(&self, symbol: &str) -> Option<usize> {
        self.inputs.iter().position(|input| input.symbol == symbol)
    }
    /// Position of a parameter by symbol.
    pub fn param(&self, symbol: &str) -> Option<usize> {
        self.params.iter().position(|param| param.symbol == symbol)
    }
    /// A derived quantity by symbol.
    pub fn derived(&self, symbol: &str) -> Option<&'static Derived> {
        self.derived.iter().find(|derived| derived.symbol == symbol)
    }
}

/// What the author of a law with P parameters writes.
pub trait Formula<const P: usize>: Sync + Send + 'static {
    /// Everything but the arithmetic.
    const CARD: Card;
    /// The prediction in natural (published) units, from the inputs and parameters in card order.
    fn predict<R: Real>(x: &[X<R>], theta: &[R; P]) -> R;
}

/// Arithmetic alone, which several laws may share: each is then a card on it ([`Of::on`]).
pub trait Form<const P: usize>: Sync + Send + 'static {
    /// How many inputs it reads.
    const INPUTS: usize;
    /// The prediction, from the inputs and parameters in the order of the card.
    fn predict<R: Real>(x: &[X<R>], theta: &[R; P]) -> R;
}

/// A formula is a form that one card alone stands on.
impl<F: Formula<P>, const P: usize> Form<P> for F {
    const INPUTS: usize = F::CARD.inputs.len();
    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], theta: &[R; P]) -> R {
        F::predict(x, theta)
    }
}

/// What the rest of the program sees: one virtual call for a block of rows, never for a row.
pub trait Law: Sync + Send {
    /// Everything but the arithmetic.
    fn card(&self) -> &'static Card;
    /// The prediction at one point, inputs and parameters in card order.
    fn predict(&self, x: &[f64], theta: &[f64]) -> f64;
    /// The range of the prediction, and of its derivatives in two chosen variables, over a box of
    /// parameters, from the inputs and their logarithms.
    fn enclose(&self, x: &[f64], ln: &[f64], theta: &[Enclosure]) -> Enclosure;
    /// Predictions and derivatives at one block of rows. `jet` was made for this law.
    fn jet(&self, order: Order, block: &Block, theta: &[f64], jet: &mut Jet);
}
