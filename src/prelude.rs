//! What a program that fits laws to its own rows imports: `use scaling_laws::prelude::*`.

pub use crate::base::objective::{Loss, Objective, Residual};
pub use crate::base::real::{Real, X};
pub use crate::data::measurements::Measurements;
pub use crate::engine::fit::{Constraints, Weights};
pub use crate::law::{Card, Cost, Family, Form, Formula, Input, Law, Of, Param};
pub use crate::laws;
pub use crate::work::fitting::{FitTo, Fitted, Fitting, FittingError};
