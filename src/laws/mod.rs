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
    density {
        densing_loss::DensingLoss,
        density_growth::DensityGrowth,
        score_sigmoid::ScoreSigmoid,
    }
}

/// A law by id.
pub fn find(id: &str) -> Option<&'static dyn Law> {
    LAWS.iter().copied().find(|law| law.card().id == id)
}
