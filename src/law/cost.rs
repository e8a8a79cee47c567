//! What a choice of inputs costs.

/// A cost of a choice of all inputs of a law, in card order.
#[derive(Clone, Copy)]
pub struct Cost {
    /// Name, as recorded: "6ND".
    pub name: &'static str,
    /// Unit of the budget: "FLOP".
    pub unit: &'static str,
    /// The cost; increasing in every free input.
    pub of: fn(x: &[f64]) -> f64,
}
