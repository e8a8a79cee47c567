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
    vocabulary {
        tao_approach_1::TaoApproach1,
        tao_approach_2::TaoApproach2,
        tao_approach_3::TaoApproach3,
        tao_approach_3_as_published::TaoApproach3AsPublished,
    }
}

/// A law by id.
pub fn find(id: &str) -> Option<&'static dyn Law> {
    LAWS.iter().copied().find(|law| law.card().id == id)
}
