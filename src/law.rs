//! What a law is: a [`Card`] that says everything about it that is data, and a [`Formula`] that
//! says it once, over a generic scalar. Everything else ([`Law`]) follows from those two.

use crate::cost::Cost;
pub use crate::real::Order;
#[cfg(target_arch = "x86_64")]
use crate::real::x86;
use crate::real::{Dual, Enclosure, Hyper, Interval, Lanes, Real, Vector, X, elementary};
use serde::{Deserialize, Serialize};

/// The most inputs a law may have.
pub const MAX_INPUTS: usize = 8;
/// The most parameters a law may have.
pub const MAX_PARAMS: usize = 16;
/// Rows handed to a law at a time: a block's derivatives stay in the first-level cache.
pub const BLOCK: usize = 64;

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
}

/// What a column or an input counts. Two measurements that count differently do not meet without
/// a named conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Unit as [`crate::units`] reads it: "parameters", "tokens", "FLOP", "PF-days", "nat/token".
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
    /// Symbol of an input (or of the output): `starts` are multiples of its geometric mean over
    /// the rows, for parameters that carry the unit of that input.
    pub scales_with: Option<&'static str>,
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
        self.scales_with = Some(symbol);
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
    pub cost: Cost,
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

/// A number for each row of a block, on lines of the cache of its own: no vector straddles two.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Column(pub [f64; BLOCK]);

impl Column {
    /// The same number for all.
    pub const fn all(value: f64) -> Self {
        Self([value; BLOCK])
    }
}

impl std::ops::Deref for Column {
    type Target = [f64; BLOCK];
    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::DerefMut for Column {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// Up to [`BLOCK`] rows of inputs, padded to [`PAD`] with copies of the last row.
#[derive(Clone, Debug)]
pub struct Block {
    inputs: Vec<[Column; 2]>,
    rows: usize,
}

/// Rows are padded to this multiple, the widest vector.
pub const PAD: usize = 8;

impl Block {
    /// Rows held, padding not counted (at most [`BLOCK`]).
    pub fn rows(&self) -> usize {
        self.rows
    }
    /// Rows held, padding counted.
    pub fn padded(&self) -> usize {
        self.rows.next_multiple_of(PAD)
    }
    /// An empty block for `inputs` inputs.
    pub fn empty(inputs: usize) -> Self {
        Self { inputs: vec![[Column::all(1.0); 2]; inputs], rows: 0 }
    }
    /// Puts rows in, replacing what was there: `value(i, k)` and `ln(i, k)` of input i at row k.
    pub fn fill(&mut self, rows: usize, value: impl Fn(usize, usize) -> f64, ln: impl Fn(usize, usize) -> f64) {
        self.rows = rows.min(BLOCK);
        for (i, [values, logs]) in self.inputs.iter_mut().enumerate() {
            for k in 0..self.rows {
                values[k] = value(i, k);
                logs[k] = ln(i, k);
            }
            for k in self.rows..self.rows.next_multiple_of(PAD) {
                values[k] = values[self.rows - 1];
                logs[k] = logs[self.rows - 1];
            }
        }
    }
    /// Gathers the rows of `columns` into blocks, logarithms taken once.
    ///
    /// `columns[i]` holds input i in card order; all have one length, at most [`MAX_INPUTS`] of them.
    pub fn split(columns: &[&[f64]]) -> Vec<Self> {
        let rows = columns.first().map_or(0, |column| column.len());
        (0..rows)
            .step_by(BLOCK)
            .map(|start| {
                let mut block = Self::empty(columns.len());
                block.fill(rows - start, |i, k| columns[i][start + k], |i, k| elementary::ln(columns[i][start + k]));
                block
            })
            .collect()
    }
    #[inline(always)]
    fn lanes<V: Vector, R: Real<Plain = Lanes<V>>>(&self, inputs: usize, row: usize) -> [X<R>; MAX_INPUTS] {
        let one = X::new(Lanes(V::splat(1.0)), Lanes(V::splat(0.0)));
        let mut out = [one; MAX_INPUTS];
        for (slot, [values, logs]) in out.iter_mut().zip(&self.inputs).take(inputs) {
            *slot = X::new(Lanes(V::load(&values[row..])), Lanes(V::load(&logs[row..])));
        }
        out
    }
}

/// A law's answer on one block: for each row the value, P partial derivatives and, lower triangle
/// row by row, P(P+1)/2 second derivatives in the parameters.
#[derive(Clone, Debug)]
pub struct Jet {
    /// Values.
    pub y: Column,
    /// Partial derivatives by parameter.
    pub d: Vec<Column>,
    /// Second derivatives: (i, j) with j ≤ i at i(i+1)/2 + j.
    pub h: Vec<Column>,
}

impl Jet {
    /// Room for a law with `params` parameters.
    pub fn new(params: usize) -> Self {
        let zero = Column::all(0.0);
        Self { y: zero, d: vec![zero; params], h: vec![zero; params * (params + 1) / 2] }
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

/// A [`Formula`] seen as a [`Law`]. The only adapter.
pub struct Of<F, const P: usize>(std::marker::PhantomData<F>);

impl<F, const P: usize> Of<F, P> {
    /// The adapter; P follows from F.
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<F, const P: usize> Default for Of<F, P> {
    fn default() -> Self {
        Self::new()
    }
}

/// Laws with more parameters than this take second derivatives two parameters at a time: code for
/// all pairs at once grows with their square.
const WHOLE: usize = 6;
/// Laws with at most this many parameters have their second derivatives compiled for the widest
/// vectors too: what a bootstrap takes thousands of times. More would cost minutes of compilation.
#[cfg(target_arch = "x86_64")]
const WIDEST: usize = 5;

impl<F: Formula<P>, const P: usize> Of<F, P> {
    /// Values and gradients.
    #[inline(always)]
    fn first<V: Vector>(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        let inputs = const { F::CARD.inputs.len() };
        let theta: [Dual<Lanes<V>, P>; P] = std::array::from_fn(|i| Dual::variable(theta[i], i));
        for row in (0..block.padded()).step_by(V::WIDTH) {
            let y = F::predict(&block.lanes::<V, Dual<Lanes<V>, P>>(inputs, row), &theta);
            y.v.0.store(&mut jet.y[row..]);
            for i in 0..P {
                y.d[i].0.store(&mut jet.d[i][row..]);
            }
        }
    }

    /// Second derivatives too, of all parameters at once.
    #[inline(always)]
    fn second<V: Vector>(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        let inputs = const { F::CARD.inputs.len() };
        let theta: [Hyper<Lanes<V>, P>; P] = std::array::from_fn(|i| Hyper::variable(theta[i], i));
        for row in (0..block.padded()).step_by(V::WIDTH) {
            let y = F::predict(&block.lanes::<V, Hyper<Lanes<V>, P>>(inputs, row), &theta);
            y.v.0.store(&mut jet.y[row..]);
            for i in 0..P {
                y.d[i].0.store(&mut jet.d[i][row..]);
                for j in 0..=i {
                    y.h[i][j].0.store(&mut jet.h[i * (i + 1) / 2 + j][row..]);
                }
            }
        }
    }

    /// The same, two parameters at a time: P(P + 1)/2 sweeps of little code.
    #[inline(always)]
    fn pairs<V: Vector>(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        let inputs = const { F::CARD.inputs.len() };
        for i in 0..P {
            for j in 0..=i {
                let theta: [Hyper<Lanes<V>, 2>; P] = std::array::from_fn(|k| match k {
                    _ if k == i => Hyper::variable(theta[k], 0),
                    _ if k == j => Hyper::variable(theta[k], 1),
                    _ => Hyper::constant(theta[k]),
                });
                for row in (0..block.padded()).step_by(V::WIDTH) {
                    let y = F::predict(&block.lanes::<V, Hyper<Lanes<V>, 2>>(inputs, row), &theta);
                    let pair = if i == j { y.h[0][0] } else { y.h[1][0] };
                    pair.0.store(&mut jet.h[i * (i + 1) / 2 + j][row..]);
                    if i == j {
                        y.v.0.store(&mut jet.y[row..]);
                        y.d[0].0.store(&mut jet.d[i][row..]);
                    }
                }
            }
        }
    }

    /// # Safety
    /// The processor must have AVX2.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    unsafe fn first_avx2(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        Self::first::<x86::Avx2>(block, theta, jet);
    }

    /// # Safety
    /// The processor must have AVX-512 F.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    unsafe fn second_avx512(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        Self::second::<x86::Avx512>(block, theta, jet);
    }

    /// # Safety
    /// The processor must have AVX2.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    unsafe fn second_avx2(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        if const { P <= WHOLE } {
            Self::second::<x86::Avx2>(block, theta, jet);
        } else {
            Self::pairs::<x86::Avx2>(block, theta, jet);
        }
    }
}

impl<F: Formula<P>, const P: usize> Law for Of<F, P> {
    fn card(&self) -> &'static Card {
        const { &F::CARD }
    }

    fn predict(&self, x: &[f64], theta: &[f64]) -> f64 {
        let inputs: [X<f64>; MAX_INPUTS] = std::array::from_fn(|i| {
            let value = x.get(i).copied().unwrap_or(1.0);
            X::new(value, elementary::ln(value))
        });
        F::predict(&inputs, &array(theta))
    }

    fn enclose(&self, x: &[f64], ln: &[f64], theta: &[Enclosure]) -> Enclosure {
        let mut inputs = [X::new(Interval::point(1.0), Interval::point(0.0)); MAX_INPUTS];
        for (input, (&x, &ln)) in inputs.iter_mut().zip(x.iter().zip(ln)) {
            *input = X::new(Interval::point(x), Interval::around(ln));
        }
        F::predict(&inputs, &std::array::from_fn(|j| theta[j]))
    }

    fn jet(&self, order: Order, block: &Block, theta: &[f64], jet: &mut Jet) {
        let theta = &array(theta);
        #[cfg(target_arch = "x86_64")]
        if const { P <= WIDEST } && order == Order::Second && std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor was just found to have AVX-512 F.
            return unsafe { Self::second_avx512(block, theta, jet) };
        }
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor was just found to have AVX2.
            return match order {
                Order::First => unsafe { Self::first_avx2(block, theta, jet) },
                Order::Second => unsafe { Self::second_avx2(block, theta, jet) },
            };
        }
        // Without vectors, all derivatives come from the small code: the same bits, more sweeps.
        Self::pairs::<f64>(block, theta, jet);
    }
}

fn array<const P: usize>(theta: &[f64]) -> [f64; P] {
    std::array::from_fn(|i| theta[i])
}
