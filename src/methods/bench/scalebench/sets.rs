//! The eight sets: columns, forms, and what was published.

use super::forms::{
    DATA_CONSTRAINED, DOMAIN_MIXTURE, DOMAIN_MIXTURE_JOINT, FARSEER, LR_BSZ, MOE, PARALLEL, SPARSITY, Shape, VOCAB,
};

/// A set.
pub struct Set {
    /// Name of its folder.
    pub id: &'static str,
    /// Other names of the folder.
    pub also: &'static [&'static str],
    /// Columns of inputs, in the order of the forms.
    pub inputs: &'static [&'static str],
    /// Columns of losses.
    pub targets: &'static [&'static str],
    /// Forms of one loss, by themselves; with several targets, of the target's own input first.
    pub forms: &'static [Shape],
    /// Forms whose first parameters, as many as there are inputs, all losses share.
    pub joint: &'static [Shape],
    /// Published R² with all train rows, and with runs for a tenth of their cost (of `domain_mixture`
    /// and `sparsity` a half) chosen by the authors' rule.
    pub published: [f64; 2],
    /// Sum of all losses of the benchmark's train rows, by which to know them.
    pub total: f64,
    /// Least sum of squares known on those rows, by law in the benchmark's order: of many starts of
    /// SciPy's trust-region solver (`least_squares`, `trf`) in the same boxes, computed apart from
    /// this program.
    pub least: &'static [f64],
}

/// Every set, in the order of the authors' README.
pub static SETS: &[Set] = &[
    Set {
        id: "parallel",
        also: &[],
        inputs: &["num_params", "parallel_size"],
        targets: &["loss"],
        forms: PARALLEL,
        joint: &[],
        published: [0.99, 0.99],
        total: 54.5347,
        least: &[
            7.4843243e-05,
            0.00010005319,
            0.00011780079,
            0.00010326877,
            0.00025056954,
            0.00021505805,
            0.00030268964,
            0.00017312631,
            0.00085441313,
            0.00018157632,
        ],
    },
    Set {
        id: "vocab",
        also: &["vocabulary"],
        inputs: &["non_vocab_parameters", "vocab_size", "num_characters"],
        targets: &["unigram_normalized_loss"],
        forms: VOCAB,
        joint: &[],
        published: [0.93, 0.98],
        total: -4704.683071974444,
        least: &[
            10.174773, 9.7364273, 6.9083265, 11.344574, 8.9681261, 8.1193744, 9.3585186, 8.0499614, 8.3826098,
            8.9255241,
        ],
    },
    Set {
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
        forms: DOMAIN_MIXTURE,
        joint: DOMAIN_MIXTURE_JOINT,
        published: [0.81, 0.95],
        total: 1099.2464477361086,
        least: &[
            0.076684806,
            0.028662866,
            0.03244825,
            0.044823147,
            0.052683516,
            0.10924341,
            0.068476972,
            0.32753769,
            0.32634891,
            0.36228869,
        ],
    },
    Set {
        id: "moe",
        also: &[],
        inputs: &["dense_parameter_count", "num_experts"],
        targets: &["loss_validation"],
        forms: MOE,
        joint: &[],
        published: [0.81, 0.83],
        total: 496.8402774061699,
        least: &[
            0.53130613, 0.53130613, 0.47769708, 0.47472504, 0.50682972, 0.47067583, 0.49880279, 0.53130613, 0.53130613,
            0.46424018,
        ],
    },
    Set {
        id: "data_constrained",
        also: &["data_con"],
        inputs: &["unique_tokens", "params", "tokens"],
        targets: &["loss"],
        forms: DATA_CONSTRAINED,
        joint: &[],
        published: [0.79, 0.86],
        total: 604.331642,
        least: &[
            11.2762, 11.671686, 10.181505, 8.491409, 15.171507, 5.8036162, 11.84566, 11.586577, 15.171507, 11.004976,
        ],
    },
    Set {
        id: "lr_bsz",
        also: &["lr_and_bsz"],
        inputs: &["lr", "bsz", "data_size", "non_embedding_param_size"],
        targets: &["lm_loss"],
        forms: LR_BSZ,
        joint: &[],
        published: [0.04, 0.22],
        total: 6736.737756539706,
        least: &[
            2.1622433, 1.4051961, 2.1169237, 2.1178341, 1.6959682, 3.4781094, 1.1932365, 1.9774408, 2.4849952,
            2.4096511,
        ],
    },
    Set {
        id: "sparsity",
        also: &[],
        inputs: &["P", "N_active"],
        targets: &["loss"],
        forms: SPARSITY,
        joint: &[],
        published: [0.37, 0.53],
        total: 201.669206,
        least: &[0.074327085, 0.08145898, 0.064437493, 0.070888713],
    },
    Set {
        id: "farseer",
        also: &[],
        inputs: &["N", "D"],
        targets: &["loss"],
        forms: FARSEER,
        joint: &[],
        published: [0.91, 0.93],
        total: 227.973854266,
        least: &[0.00044166915],
    },
];

impl Set {
    /// Its laws in the benchmark's order, and whether each is joint.
    pub fn laws(&self) -> Vec<(&'static Shape, bool)> {
        let own = self.forms.iter().map(|shape| (shape, false));
        let mut all: Vec<_> = own.chain(self.joint.iter().map(|shape| (shape, true))).collect();
        all.sort_by_key(|(shape, _)| (shape.id.len(), shape.id));
        all
    }

    /// Which inputs a form of a target reads, in its order.
    pub fn inputs_of(&self, target: usize, joint: bool) -> Vec<usize> {
        let all = 0..self.inputs.len();
        match self.targets.len() == 1 || joint {
            true => all.collect(),
            false => std::iter::once(target).chain(all.filter(|&i| i != target)).collect(),
        }
    }
}
