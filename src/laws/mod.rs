//! The registry: a law is one file, and one line here.

use crate::law::{Law, Of};

/// Declares the modules and the table of laws, in written order.
macro_rules! laws {
    ($($family:ident { $($module:ident::$law:ident),* $(,)? })*) => {
        $(#[doc = concat!("Laws of the family `", stringify!($family), "`.")] pub mod $family { $(pub mod $module;)* })*
        /// Every law, by family.
        pub static LAWS: &[&dyn Law] = &[$($(&Of::<$family::$module::$law, _>::new()),*),*];
    };
}

laws! {
    compute {
        chinchilla::Chinchilla,
    }
    precision {
        capybara::Capybara,
        capybara_exponent::CapybaraExponent,
        capybara_exponent_joint::CapybaraExponentJoint,
        capybara_mantissa::CapybaraMantissa,
        capybara_mantissa_joint::CapybaraMantissaJoint,
        capybara_float::CapybaraFloat,
        capybara_block::CapybaraBlock,
        capybara_block_joint::CapybaraBlockJoint,
        kumar::Kumar,
        kumar_offset::KumarOffset,
        kumar_ptq::KumarPtq,
        kumar_ptq_degradation::KumarPtqDegradation,
        kumar_unified::KumarUnified,
        kumar_float::KumarFloat,
    }
    hyperparameter {
        step_law_lr::StepLawLr,
        step_law_batch::StepLawBatch,
        step_law_batch_size::StepLawBatchSize,
        kaplan_lr::KaplanLr,
        deepseek_lr::DeepseekLr,
        deepseek_batch::DeepseekBatch,
        porian_lr::PorianLr,
        porian_batch::PorianBatch,
        batch_at_loss::BatchAtLoss,
    }
}

/// A law by id.
pub fn find(id: &str) -> Option<&'static dyn Law> {
    LAWS.iter().copied().find(|law| law.card().id == id)
}
