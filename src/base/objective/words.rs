//! What users, studies and references say an objective by: words and numbers, read in one place.

use super::{Loss, Objective, Residual};
use crate::base::word::Word;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::str::FromStr;

/// A type of words, with what is written for each.
macro_rules! words {
    ($(#[$outer:meta])* $name:ident, $what:literal, $($(#[$inner:meta])* $variant:ident = $word:literal),+) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
        #[schemars(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$inner])* $variant),+
        }

        impl Word for $name {
            const WHAT: &'static str = $what;
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::read(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::read(&String::deserialize(from)?).map_err(D::Error::custom)
            }
        }
    };
}

words! {
    /// An objective by name.
    Named, "objective",
    /// [`Objective::DEFAULT`].
    Default = "default",
    /// [`Objective::HOFFMANN`].
    Hoffmann = "hoffmann"
}

words! {
    /// A residual scale by name.
    Scale, "residual",
    /// [`Residual::Log`].
    Log = "log",
    /// [`Residual::Raw`].
    Raw = "raw",
    /// [`Residual::Log1p`].
    Log1p = "log1p",
    /// [`Residual::LogMinus`].
    LogMinus = "log-minus"
}

words! {
    /// A loss by name.
    LossKind, "loss",
    /// [`Loss::Huber`], or [`Loss::AdaptiveHuber`] without a delta.
    Huber = "huber",
    /// [`Loss::Squared`].
    Squared = "squared",
    /// [`Loss::Absolute`].
    Absolute = "absolute",
    /// [`Loss::Quantile`].
    Quantile = "quantile",
    /// [`Loss::AsymmetricHuber`].
    AsymmetricHuber = "asymmetric-huber",
    /// [`Loss::StudentT`].
    StudentT = "student-t",
    /// [`Loss::StudentT`] of one degree of freedom.
    Cauchy = "cauchy",
    /// [`Loss::HuberLikelihood`].
    HuberLikelihood = "huber-likelihood"
}

/// What may be said of Huber's delta: a number, or `auto`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Delta {
    /// Found from the data: [`Loss::AdaptiveHuber`].
    Auto,
    /// On the residual's scale.
    Fixed(f64),
}

impl FromStr for Delta {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "auto" => Ok(Self::Auto),
            number => {
                number.parse().map(Self::Fixed).map_err(|_| format!("delta `{text}` is neither a number nor `auto`"))
            }
        }
    }
}

/// Scale and loss of an objective, as words and numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Words {
    /// An objective by name, in place of scale and loss.
    pub objective: Option<Named>,
    /// `log` if not said.
    pub residual: Option<Scale>,
    /// `huber` if not said.
    pub loss: Option<LossKind>,
    /// Half-width of Huber's quadratic zone, or the scale of Student's t.
    pub delta: Option<Delta>,
    /// Quantile.
    pub tau: Option<f64>,
    /// Degrees of freedom.
    pub nu: Option<f64>,
    /// Multiplier of negative residuals.
    pub factor: Option<f64>,
    /// Offset of `log-minus`.
    pub offset: Option<f64>,
}

impl Words {
    /// Nothing said: [`Objective::DEFAULT`].
    pub const NONE: Self = Self {
        objective: None,
        residual: None,
        loss: None,
        delta: None,
        tau: None,
        nu: None,
        factor: None,
        offset: None,
    };

    /// The words of what was said, each with its key: `("loss", "squared")`.
    pub fn said(&self) -> Vec<(&'static str, &'static str)> {
        let objective = self.objective.map(|named| ("objective", named.name()));
        let residual = self.residual.map(|scale| ("residual", scale.name()));
        objective.into_iter().chain(residual).chain(self.loss.map(|kind| ("loss", kind.name()))).collect()
    }

    /// Reads the objective. Huber's delta is found from the data where none is given. The asymmetric loss and
    /// Student's t have a scale of 1e-3 on log residuals; on any other scale it must be given.
    ///
    /// # Errors
    /// One sentence that names the word or number at fault.
    pub fn objective(&self) -> Result<Objective, String> {
        if let Some(named) = self.objective {
            let alone = Self { objective: None, ..*self } == Self::NONE;
            return match named {
                _ if !alone => {
                    let name = named.name();
                    Err(format!("objective {name} is a residual, a loss and a delta; give no others with it"))
                }
                Named::Hoffmann => Ok(Objective::HOFFMANN),
                Named::Default => Ok(Objective::DEFAULT),
            };
        }
        let residual = self.residual()?;
        let loss = self.loss(residual)?;
        self.nothing_more()?;
        Ok(Objective { residual, loss })
    }

    fn residual(&self) -> Result<Residual, String> {
        Ok(match self.residual.unwrap_or(Scale::Log) {
            Scale::Raw => Residual::Raw,
            Scale::Log => Residual::Log,
            Scale::Log1p => Residual::Log1p,
            Scale::LogMinus => match self.offset.ok_or("residual log-minus needs an offset")? {
                offset if offset.is_finite() => Residual::LogMinus { offset },
                offset => return Err(format!("offset = {offset} must be a finite number")),
            },
        })
    }

    fn loss(&self, residual: Residual) -> Result<Loss, String> {
        let kind = self.loss.unwrap_or(LossKind::Huber);
        let name = kind.name();
        let delta = || match self.delta {
            Some(Delta::Fixed(delta)) => positive("delta", delta),
            Some(Delta::Auto) => {
                Err(format!("loss {name} takes a number as its delta; only huber finds it from the data"))
            }
            None if residual == Residual::Log => Ok(1e-3),
            None => Err(format!("loss {name} on {} residuals needs a delta", residual.name())),
        };
        Ok(match kind {
            LossKind::Squared => Loss::Squared,
            LossKind::Absolute => Loss::Absolute,
            LossKind::Huber if matches!(self.delta, None | Some(Delta::Auto)) => Loss::AdaptiveHuber,
            LossKind::Huber => Loss::Huber { delta: delta()? },
            LossKind::AsymmetricHuber => Loss::AsymmetricHuber {
                delta: delta()?,
                factor: positive("factor", self.factor.ok_or("loss asymmetric-huber needs a factor")?)?,
            },
            LossKind::Quantile => match self.tau.ok_or("loss quantile needs a tau")? {
                tau if tau > 0.0 && tau < 1.0 => Loss::Quantile { tau },
                tau => return Err(format!("tau = {tau} must lie between 0 and 1")),
            },
            LossKind::StudentT => {
                Loss::StudentT { nu: positive("nu", self.nu.ok_or("loss student-t needs nu")?)?, scale: delta()? }
            }
            LossKind::Cauchy => Loss::StudentT { nu: 1.0, scale: delta()? },
            LossKind::HuberLikelihood if self.delta.is_none() => {
                let why = "loss huber-likelihood needs a delta, in units of its own scale (1.345 is customary)";
                return Err(why.to_owned());
            }
            LossKind::HuberLikelihood => Loss::HuberLikelihood { delta: delta()? },
        })
    }

    /// A number that the scale or the loss does not take is a mistake, not a wish to pass over.
    fn nothing_more(&self) -> Result<(), String> {
        let (scale, kind) = (self.residual.unwrap_or(Scale::Log), self.loss.unwrap_or(LossKind::Huber));
        let refuse = |what: &str, who: &str, said: bool, taken: bool| match said && !taken {
            true => Err(format!("{who} takes no {what}")),
            false => Ok(()),
        };
        let loss = format!("loss {}", kind.name());
        refuse("delta", &loss, self.delta.is_some(), kind.takes_delta())?;
        refuse("tau", &loss, self.tau.is_some(), kind == LossKind::Quantile)?;
        refuse("nu", &loss, self.nu.is_some(), kind == LossKind::StudentT)?;
        refuse("factor", &loss, self.factor.is_some(), kind == LossKind::AsymmetricHuber)?;
        let residual = format!("residual {}", scale.name());
        refuse("offset", &residual, self.offset.is_some(), scale == Scale::LogMinus)
    }
}

impl LossKind {
    /// Whether it has a zone or a scale of stated size.
    pub fn takes_delta(self) -> bool {
        !matches!(self, Self::Squared | Self::Absolute | Self::Quantile)
    }
}

fn positive(name: &str, value: f64) -> Result<f64, String> {
    match value.is_finite() && value > 0.0 {
        true => Ok(value),
        false => Err(format!("{name} = {value} must be a positive number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&str, &str)]) -> Result<Objective, String> {
        let mut words = Words::NONE;
        for (key, text) in pairs {
            let number = || text.parse().map(Some).map_err(|_| format!("{text} is no number"));
            match *key {
                "objective" => words.objective = Some(text.parse()?),
                "residual" => words.residual = Some(text.parse()?),
                "loss" => words.loss = Some(text.parse()?),
                "delta" => words.delta = Some(text.parse()?),
                "tau" => words.tau = number()?,
                "nu" => words.nu = number()?,
                "factor" => words.factor = number()?,
                _ => words.offset = number()?,
            }
        }
        words.objective()
    }

    #[test]
    fn every_loss_and_residual_is_said_and_read() {
        let of = |residual, loss| Ok(Objective { residual, loss });
        assert_eq!(said(&[]), Ok(Objective::DEFAULT));
        assert_eq!(said(&[("objective", "hoffmann")]), Ok(Objective::HOFFMANN));
        assert_eq!(said(&[("delta", "1e-3")]), Ok(Objective::HOFFMANN));
        assert_eq!(said(&[("loss", "huber"), ("delta", "auto")]), Ok(Objective::DEFAULT));
        assert_eq!(said(&[("residual", "raw"), ("loss", "squared")]), of(Residual::Raw, Loss::Squared));
        assert_eq!(said(&[("residual", "log1p"), ("loss", "absolute")]), of(Residual::Log1p, Loss::Absolute));
        let minus = [("residual", "log-minus"), ("offset", "1.7"), ("loss", "quantile"), ("tau", "0.1")];
        assert_eq!(said(&minus), of(Residual::LogMinus { offset: 1.7 }, Loss::Quantile { tau: 0.1 }));
        let lopsided = [("loss", "asymmetric-huber"), ("factor", "10")];
        assert_eq!(said(&lopsided), of(Residual::Log, Loss::AsymmetricHuber { delta: 1e-3, factor: 10.0 }));
        let student = [("loss", "student-t"), ("nu", "4"), ("delta", "0.01")];
        assert_eq!(said(&student), of(Residual::Log, Loss::StudentT { nu: 4.0, scale: 0.01 }));
        assert_eq!(said(&[("loss", "cauchy")]), of(Residual::Log, Loss::StudentT { nu: 1.0, scale: 1e-3 }));
        let free = [("loss", "huber-likelihood"), ("delta", "1.345")];
        assert_eq!(said(&free), of(Residual::Log, Loss::HuberLikelihood { delta: 1.345 }));
    }

    #[test]
    fn what_is_not_taken_or_is_missing_is_refused_by_name() {
        for (pairs, why) in [
            (&[("loss", "hubert")][..], "loss `hubert` is none of huber, squared, absolute, quantile"),
            (&[("residual", "ln")], "residual `ln` is none of log, raw, log1p, log-minus"),
            (&[("loss", "squared"), ("delta", "1")], "loss squared takes no delta"),
            (&[("loss", "absolute"), ("tau", "0.5")], "loss absolute takes no tau"),
            (&[("nu", "3")], "loss huber takes no nu"),
            (&[("loss", "cauchy"), ("factor", "3")], "loss cauchy takes no factor"),
            (&[("offset", "1")], "residual log takes no offset"),
            (&[("loss", "quantile")], "loss quantile needs a tau"),
            (&[("loss", "quantile"), ("tau", "1")], "tau = 1 must lie between 0 and 1"),
            (&[("loss", "cauchy"), ("residual", "raw")], "loss cauchy on raw residuals needs a delta"),
            (&[("loss", "cauchy"), ("delta", "auto")], "only huber finds it from the data"),
            (&[("delta", "-1")], "delta = -1 must be a positive number"),
            (&[("objective", "hoffmann"), ("loss", "huber")], "give no others with it"),
        ] {
            let refused = said(pairs).expect_err(why);
            assert!(refused.contains(why), "{refused}");
        }
    }
}
