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
    power {
        growth_power::GrowthPower,
        henighan::Henighan,
        hestness::Hestness,
        scale_power::ScalePower,
    }
    compute {
        allocation_power::AllocationPower,
        chinchilla::Chinchilla,
        clark::Clark,
        clark_bilinear::ClarkBilinear,
        henighan_allocation::HenighanAllocation,
        kaplan_critical_batch::KaplanCriticalBatch,
        kaplan_steps::KaplanSteps,
        kaplan_trajectory::KaplanTrajectory,
        tokens_per_parameter::TokensPerParameter,
    }
}

/// A law by id.
pub fn find(id: &str) -> Option<&'static dyn Law> {
    LAWS.iter().copied().find(|law| law.card().id == id)
}
