//! The eight tasks: columns, candidates and hold-outs.

use super::candidate::{Candidate, Form, HUBER, LOG, RAW, WIDE};
use super::holdout::Rule;

/// A task.
pub(super) struct Spec {
    /// Name of its folder.
    pub id: &'static str,
    /// Other names of the folder.
    pub also: &'static [&'static str],
    /// Columns of inputs.
    pub inputs: &'static [&'static str],
    /// Columns of targets.
    pub targets: &'static [&'static str],
    /// Most constants that a group may have.
    pub cap: Option<usize>,
    /// Inputs that rows of one cell have in common.
    pub cell: &'static [usize],
    /// What may be chosen.
    pub candidates: &'static [Candidate],
    /// How that is decided.
    pub holdouts: Rule,
    /// Published mean scores, in the order of the suite's systems.
    pub published: &'static [f64],
}

/// Every task, in the order of the published tables.
pub(super) static TASKS: &[Spec] = &[
    Spec {
        id: "parallel",
        also: &[],
        inputs: &["num_params", "parallel_size"],
        targets: &["loss"],
        cap: Some(4),
        cell: &[],
        candidates: &[
            Candidate::law("parscale", &[0, 1], RAW),
            Candidate::law("parscale", &[0, 1], LOG),
            Candidate::law("parscale", &[0, 1], HUBER),
            Candidate::law("parallel-streams", &[0, 1], RAW),
            Candidate::law("parallel-streams", &[0, 1], LOG),
        ],
        holdouts: Rule::Largest { input: 1, name: "P", origins: 1 },
        published: &[1.000, 1.000, 1.000, 0.985, 1.000],
    },
    Spec {
        id: "vocab",
        also: &["vocabulary"],
        inputs: &["non_vocab_parameters", "num_characters", "vocab_size"],
        targets: &["unigram_normalized_loss"],
        cap: Some(7),
        cell: &[],
        candidates: &[
            Candidate::law("vocabulary-product", &[0, 1, 2], RAW),
            Candidate::law("vocabulary-amplified", &[0, 1, 2], RAW),
            Candidate::law("vocabulary-sum", &[0, 1, 2], RAW),
            Candidate::law("vocabulary-quadratic", &[0, 1, 2], RAW),
        ],
        holdouts: Rule::Largest { input: 2, name: "V", origins: 3 },
        published: &[0.966, 0.987, 0.962, 0.971, 0.972],
    },
    Spec {
        id: "sft",
        also: &[],
        inputs: &["sft_data_size"],
        targets: &["sft_loss"],
        cap: Some(4),
        cell: &[],
        candidates: &[
            Candidate::law("rectified-sft", &[0], LOG),
            Candidate::law("rectified-sft", &[0], RAW),
            Candidate::law("power-offset", &[0], LOG),
        ],
        holdouts: Rule::Largest { input: 0, name: "D", origins: 3 },
        published: &[0.957, 0.993, 0.899, 0.982, 0.994],
    },
    Spec {
        id: "domain_mixture",
        also: &["domain"],
        inputs: &[
            "proportion_domain_1",
            "proportion_domain_2",
            "proportion_domain_3",
            "proportion_domain_4",
            "proportion_domain_5",
        ],
        targets: &["loss_domain_1", "loss_domain_2", "loss_domain_3", "loss_domain_4", "loss_domain_5"],
        cap: Some(35),
        cell: &[],
        candidates: &[
            Candidate::law("mixture-additive", &[0, 1, 2, 3, 4], RAW),
            Candidate::law("mixture-exponential", &[0, 1, 2, 3, 4], RAW),
        ],
        holdouts: Rule::Folds(4),
        published: &[0.671, 0.988, 0.944, 0.991, 0.989],
    },
    Spec {
        id: "moe",
        also: &[],
        inputs: &["dense_parameter_count", "num_experts"],
        targets: &["loss_validation"],
        cap: Some(6),
        cell: &[],
        candidates: &[
            Candidate::law("expert-floor", &[0, 1], LOG),
            Candidate::law("expert-floor", &[0, 1], RAW),
            Candidate::law("expert-shift", &[0, 1], LOG),
            Candidate::law("expert-shift", &[0, 1], RAW),
            Candidate::law("clark-bilinear", &[0, 1], LOG),
            Candidate::law("clark", &[0, 1], LOG),
        ],
        holdouts: Rule::Largest { input: 0, name: "N", origins: 2 },
        published: &[0.703, 0.773, 0.813, 0.656, 0.773],
    },
    Spec {
        id: "data_constrained",
        also: &["data_con"],
        inputs: &["params", "tokens", "unique_tokens"],
        targets: &["loss"],
        cap: Some(7),
        cell: &[],
        candidates: &[
            Candidate::law("muennighoff", &[0, 1, 2], HUBER),
            Candidate::law("muennighoff", &[0, 1, 2], WIDE),
            Candidate::law("muennighoff", &[0, 1, 2], LOG),
            Candidate::law("data-decay", &[0, 1, 2], HUBER),
            Candidate::law("data-decay", &[0, 1, 2], WIDE),
            Candidate::law("data-decay", &[0, 1, 2], LOG),
            Candidate::law("chinchilla", &[0, 1], HUBER),
        ],
        holdouts: Rule::Edge { inputs: [2, 0], name: "U or N", largest: &[2, 3, 4, 5] },
        published: &[0.911, 0.944, 0.894, 0.768, 0.917],
    },
    Spec {
        id: "lr_bsz",
        also: &["lr_and_bsz"],
        inputs: &["lr", "bsz", "data_size", "non_embedding_param_size"],
        targets: &["lm_loss"],
        cap: None,
        cell: &[2, 3],
        candidates: &[
            Candidate::law("lr-batch-skewed-valley", &[0, 1, 2, 3], LOG).near(1.05),
            Candidate::law("lr-batch-skewed-valley", &[0, 1, 2, 3], LOG).near(1.1),
            Candidate::law("lr-batch-valley", &[0, 1, 2, 3], LOG).near(1.05),
            Candidate::law("lr-batch-valley", &[0, 1, 2, 3], LOG).near(1.1),
        ],
        holdouts: Rule::Corner { inputs: [2, 3], cells: 4 },
        published: &[-0.076, 0.604, 0.280, 0.372, 0.611],
    },
    Spec {
        id: "easy_question",
        also: &["u_shape"],
        inputs: &["log_flops"],
        targets: &["brier_score"],
        cap: Some(6),
        cell: &[],
        candidates: &[
            Candidate::average(Form::Best(3)),
            Candidate::average(Form::Last(1)),
            Candidate::average(Form::Last(4)),
            Candidate::average(Form::Last(16)),
            Candidate::average(Form::Mean),
        ],
        holdouts: Rule::Beyond { input: 0, quantiles: &[0.25, 0.4, 0.5, 0.6, 0.75] },
        published: &[-1.000, -0.305, -0.232, -0.076, -1.000],
    },
];
