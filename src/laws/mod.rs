//! The registry: a law is one file, and one line here. `module::Formula` is a law with arithmetic of
//! its own, `module: Form` a card on a form of [`forms`]. How to add one: `src/laws/README.md`.

pub mod forms;
pub mod written;

use crate::costs::COSTS;
use crate::law::{Cost, Law, Of};

/// Declares the modules and the table of laws, in written order.
macro_rules! laws {
    ($($family:ident $(with $shared:ident)* {
        $($module:ident $(:: $formula:ident)? $(: $form:ident)?),* $(,)?
    })*) => {
        $(#[doc = concat!("Laws of the family `", stringify!($family), "`.")] pub mod $family { $(pub mod $shared;)* $(pub mod $module;)* })*
        /// Every law, by family.
        pub static LAWS: &[&dyn Law] = &[$($(
            $(&Of::<$family::$module::$formula, _>::new(),)?
            $(&Of::<forms::$form, _>::on(&$family::$module::CARD),)?
        )*)*];
    };
}

laws! {
    power {
        growth_power: Power,
        henighan::Henighan,
        hestness::Hestness,
        logarithmic: LogLinear,
        mutual_information::MutualInformation,
        power: InversePower,
        power_offset: PowerOffset,
        scale_power: ScaledPower,
    }
    compute {
        abnar_sparsity::AbnarSparsity,
        allocation_power: Power,
        chinchilla::Chinchilla,
        clark::Clark,
        clark_bilinear::ClarkBilinear,
        data_decay::DataDecay,
        distillation::Distillation,
        epochs::Epochs,
        expert_floor::ExpertFloor,
        expert_shift::ExpertShift,
        farseer::Farseer,
        frantar_sparsity::FrantarSparsity,
        gadre::Gadre,
        gadre_error::GadreError,
        henighan_allocation: ScaledGrowth,
        joint_moe::JointMoe,
        kaplan::Kaplan,
        kaplan_critical_batch: RootPower,
        kaplan_steps::KaplanSteps,
        kaplan_trajectory::KaplanTrajectory,
        muennighoff::Muennighoff,
        muennighoff_geometric::MuennighoffGeometric,
        parallel_streams::ParallelStreams,
        parscale::Parscale,
        sae::Sae,
        scale_rl::ScaleRl,
        skaling::Skaling,
        tan_rl::TanRl,
        tokens_per_parameter::TokensPerParameter,
    }
    precision {
        capybara::Capybara,
        capybara_block::CapybaraBlock,
        capybara_block_joint::CapybaraBlockJoint,
        capybara_exponent::CapybaraExponent,
        capybara_exponent_joint::CapybaraExponentJoint,
        capybara_float::CapybaraFloat,
        capybara_mantissa::CapybaraMantissa,
        capybara_mantissa_joint::CapybaraMantissaJoint,
        compression::Compression,
        kumar::Kumar,
        kumar_float::KumarFloat,
        kumar_offset::KumarOffset,
        kumar_ptq::KumarPtq,
        kumar_ptq_degradation::KumarPtqDegradation,
        kumar_unified::KumarUnified,
    }
    vocabulary with tokens {
        tao_approach_1::TaoApproach1,
        tao_approach_2::TaoApproach2,
        tao_approach_3::TaoApproach3,
        tao_approach_3_as_published::TaoApproach3AsPublished,
        vocabulary_amplified::VocabularyAmplified,
        vocabulary_product::VocabularyProduct,
        vocabulary_quadratic::VocabularyQuadratic,
        vocabulary_sum::VocabularySum,
    }
    density {
        densing_loss::DensingLoss,
        density_growth::DensityGrowth,
        score_sigmoid::ScoreSigmoid,
    }
    hyperparameter {
        batch_at_loss: InversePower,
        deepseek_batch: Power,
        deepseek_lr: Power,
        kaplan_lr: LogLinear,
        lr_batch_skewed_valley::LrBatchSkewedValley,
        lr_batch_valley::LrBatchValley,
        marin_lr::MarinLr,
        moe_lr::MoeLr,
        porian_batch: Power,
        porian_lr: Power,
        step_law_batch: Power,
        step_law_batch_size: PowerPair,
        step_law_lr: PowerPair,
    }
    curve with breaks {
        bnsl_1::Bnsl1,
        m1: Power,
        m2: PowerOffset,
        m3::M3,
        m4::M4,
        mmf4::Mmf4,
        pow4::Pow4,
        wbl4::Wbl4,
    }
    task {
        capability_sigmoid::CapabilitySigmoid,
        horizon_trend::HorizonTrend,
        log_accuracy::LogAccuracy,
        log_accuracy_nd::LogAccuracyNd,
        log_accuracy_passk::LogAccuracyPassk,
        pass_until::PassUntil,
        rectified_sft::RectifiedSft,
        success_horizon::SuccessHorizon,
    }
    inference {
        inference_flaws::InferenceFlaws,
        reasoning_length::ReasoningLength,
        visual_tokens::VisualTokens,
    }
    theory with eigenframework {
        fitting_ratio::FittingRatio,
        information_bottleneck::InformationBottleneck,
        pruning::Pruning,
    }
    mixture {
        mixture_additive::MixtureAdditive,
        mixture_exponential::MixtureExponential,
        projektor::Projektor,
    }
}

/// Hoffmann's form, L = E + A/N^alpha + B/D^beta.
pub static CHINCHILLA: &dyn Law = &Of::<compute::chinchilla::Chinchilla, _>::new();
/// Kaplan's form in N and D.
pub static KAPLAN: &dyn Law = &Of::<compute::kaplan::Kaplan, _>::new();
/// L = A/x^alpha.
pub static POWER: &dyn Law = &Of::<forms::InversePower, _>::on(&power::power::CARD);
/// L = E + A/x^alpha.
pub static POWER_OFFSET: &dyn Law = &Of::<forms::PowerOffset, _>::on(&power::power_offset::CARD);

/// Every cost, by id within: those of no particular law, then those that one law's allocation names.
pub fn costs() -> Vec<&'static Cost> {
    let mut all: Vec<&Cost> = COSTS.to_vec();
    for cost in LAWS.iter().filter_map(|law| law.card().allocation.as_ref().map(|allocation| allocation.cost)) {
        if all.iter().all(|known| known.id != cost.id) {
            all.push(cost);
        }
    }
    all
}

/// A cost by id.
pub fn find_cost(id: &str) -> Option<&'static Cost> {
    costs().into_iter().find(|cost| cost.id == id)
}

/// A law by id, or by its text: see [`written`]. For what is wrong with a text, ask [`sought`].
pub fn find(id: &str) -> Option<&'static dyn Law> {
    sought(id).ok().flatten()
}

/// A law by id, or by its text; `None` if there is no law of this id.
///
/// # Errors
/// One sentence, if a law was written and cannot be read.
pub fn sought(id: &str) -> Result<Option<&'static dyn Law>, String> {
    match LAWS.iter().copied().find(|law| law.card().id == id) {
        None if written::is_written(id) => written::law(id).map(Some),
        found => Ok(found),
    }
}
