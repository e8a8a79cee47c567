//! Numbers in settings, as people write them.

use crate::base::units;
use serde::{Deserialize, Deserializer, Serialize};

/// A number, or a text such as `70B` or `6 ZFLOP`; stored as the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Amount(pub f64);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a number or a text such as \"70B\"")]
        enum Written {
            Plain(f64),
            Text(String),
        }
        let value = match Written::deserialize(deserializer)? {
            Written::Plain(value) => value,
            Written::Text(text) => units::parse(&text).map_err(serde::de::Error::custom)?.value,
        };
        if value.is_finite() { Ok(Self(value)) } else { Err(serde::de::Error::custom(format!("{value} is no number"))) }
    }
}
