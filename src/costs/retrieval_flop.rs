//! C = 6 N D + 2 N_r D_s: training, and embedding a datastore (Shao et al. 2024, section 4.3).

use super::{inference_flop, six_n_d};
use crate::law::{Cost, Input, notes};

/// Compute of training a model and of embedding the datastore that it retrieves from.
pub const COST: Cost = Cost {
    id: "retrieval-flop",
    name: "6ND + 2N_r D_s",
    title: "Compute of training a model and of embedding a datastore for it",
    formula: r"C = 6 N D + 2 N_r D_s",
    cite: &["shao2024"],
    inputs: &[
        Input::new("N", "model size", "parameters"),
        Input::new("D", "data", "tokens"),
        Input::new("N_r", "size of the retriever", "parameters"),
        Input::new("D_s", "tokens of the datastore", "tokens"),
    ],
    of: |x| six_n_d(x[0], x[1]) + inference_flop(x[2], x[3]),
    notes: notes! {
        statement: "A datastore is embedded once, by the forward pass of a small retriever: a token of it costs \
                    N_r/(3N) of what a token of training costs.",
        origin: "Shao et al. 2024 (arXiv 2407.12854), section 4.3 and appendix B.4, whose retriever has 177 million \
                 parameters.",
        assumptions: "The index is flat and costs nothing to build; every token is embedded once.",
        fails: "Searching the datastore and reading what was found are paid at every request and are not counted, \
                nor is storing it. No law of loss against the size of a datastore was published.",
        references: "shao2024",
    },
    ..Cost::DEFAULT
};
