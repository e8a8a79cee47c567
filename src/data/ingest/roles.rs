//! Which column plays which role: by the names people really use, by a card, or by `--map`.

use super::error::{Mistake, nearest};
use super::names::NAMES;
use crate::base::units::{Dimension, Unit};
use crate::data::card::DatasetCard;
use crate::law::Counts;

/// A header and what it says.
pub(super) struct Header {
    pub text: String,
    /// Letters and digits, lower case: of the whole, and without what stands in brackets.
    plain: [String; 2],
    /// The unit it names in brackets, or the card's.
    pub unit: Option<Unit>,
    /// What stands in brackets and is no unit.
    pub bracket: Option<String>,
    /// What the values count, where the name or the card says.
    pub counts: Counts,
    /// The role that a card gives it.
    role: Option<String>,
}

/// The headers of a table.
pub(super) struct Headers {
    pub all: Vec<Header>,
    has_card: bool,
}

/// Whether a name is one that some role is known by.
pub(super) fn is_a_role(name: &str) -> bool {
    let name = plain(name);
    NAMES.iter().any(|(_, strong, weak)| strong.iter().chain(*weak).any(|known| *known == name))
}

/// What people put in a header's brackets that is no unit and changes no number.
const REMARKS: &[&str] = &[
    "val",
    "validation",
    "test",
    "train",
    "training",
    "eval",
    "total",
    "active",
    "final",
    "smoothed",
    "nonembedding",
    "nonemb",
    "withoutembeddings",
    "withembeddings",
    "c4",
    "mean",
    "avg",
    "average",
    "seen",
    "unique",
    "peak",
    "max",
    "min",
    "best",
    "last",
];

/// The unit that the last words of a name say: `val_bpb` is in bits per byte.
fn unit_in_name(name: &str) -> Option<Unit> {
    let plain = plain(name);
    let ends = |word: &str| plain.ends_with(word);
    let unit = if ends("bpb") || ends("bitsperbyte") {
        "bits/byte"
    } else if ends("bpc") || ends("bitsperchar") || ends("bitspercharacter") {
        "bits/character"
    } else if ends("natsperbyte") || ends("natperbyte") {
        "nat/byte"
    } else if ends("bitspertoken") || ends("bitpertoken") {
        "bits/token"
    } else {
        return None;
    };
    Unit::parse(unit).ok()
}

/// The dimension of a role that has one whatever the law.
pub(super) fn dimension(role: &str) -> Option<Dimension> {
    match role {
        "N" => Some(Dimension::PARAMETERS),
        "D" => Some(Dimension::TOKENS),
        "C" => Some(Dimension::FLOP),
        _ => None,
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What stands in brackets at the end of a header, and what stands before it.
pub(super) fn bracketed(header: &str) -> Option<(&str, &str)> {
    let inside = header.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let inside = inside.or_else(|| header.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')));
    inside.map(|(name, unit)| (name.trim(), unit.trim()))
}

fn counts(plain: &str) -> Counts {
    if plain.contains("nonemb") {
        Counts::NonEmbedding
    } else if plain.contains("active") && !plain.contains("interactive") {
        Counts::Active
    } else {
        Counts::Any
    }
}

impl Header {
    /// A header, and the unit that a row under it gives.
    fn new(text: &str, below: Option<&str>) -> Self {
        let (name, inside) = bracketed(text).unwrap_or((text, ""));
        let remark = plain(inside);
        let both = [plain(text), plain(name)];
        let counts = counts(&both[0]);
        let own = if inside.is_empty() { None } else { Unit::parse(inside).ok() };
        let understood = own.is_some() || remark.is_empty() || REMARKS.contains(&remark.as_str());
        let bracket = (!understood).then(|| inside.to_owned());
        let below = below.and_then(|unit| Unit::parse(unit).ok());
        let unit = own.or(below).or_else(|| unit_in_name(name));
        Self { text: text.to_owned(), plain: both, unit, bracket, counts, role: None }
    }

    fn is_named(&self, names: &[&str]) -> bool {
        self.plain.iter().any(|plain| names.contains(&plain.as_str()))
    }
}

impl Headers {
    /// Headers with the units that a row under them gives, by position.
    pub fn new<'u>(headers: &[String], unit: &dyn Fn(usize) -> Option<&'u str>, card: Option<&DatasetCard>) -> Self {
        let mut all: Vec<Header> = headers.iter().enumerate().map(|(i, text)| Header::new(text, unit(i))).collect();
        if let Some(card) = card {
            for header in &mut all {
                if let Some(column) = card.column.iter().find(|column| column.name == header.text) {
                    header.role = column.is.clone();
                    header.unit = Unit::parse(&column.unit).ok();
                    header.bracket = None;
                    header.counts = column.counts.unwrap_or_default();
                }
            }
        }
        Self { all, has_card: card.is_some() }
    }

    pub fn texts(&self) -> Vec<String> {
        self.all.iter().map(|header| header.text.clone()).collect()
    }

    /// The column of a role; `needed` are all roles sought, which may differ from it in case only.
    pub fn role(&self, role: &str, needed: &[&str]) -> Result<Option<usize>, Mistake> {
        let positions = |accept: &dyn Fn(&Header) -> bool| -> Vec<usize> {
            (0..self.all.len()).filter(|&i| accept(&self.all[i])).collect()
        };
        let exact = positions(&|header| header.text == role);
        if self.has_card {
            let declared = positions(&|header| header.role.as_deref() == Some(role));
            return self.only(role, if declared.is_empty() { exact } else { declared });
        }
        let other = |header: &Header| needed.iter().any(|symbol| *symbol != role && *symbol == header.text);
        let differs_in_case = |header: &Header| header.text.eq_ignore_ascii_case(role);
        let entry = NAMES.iter().find(|(name, ..)| *name == role);
        let strong = positions(&|header| {
            let named = entry.is_some_and(|(_, names, _)| header.is_named(names)) || differs_in_case(header);
            let shadowed = !exact.is_empty() && header.text != role && differs_in_case(header);
            named && !shadowed && !other(header)
        });
        if !strong.is_empty() {
            return self.only(role, strong);
        }
        let weak = positions(&|header| entry.is_some_and(|(.., names)| header.is_named(names)) && !other(header));
        self.only(role, weak)
    }

    /// The role that a column is known by, of those that always count the same.
    pub fn role_of(&self, column: usize) -> Option<&'static str> {
        let header = &self.all[column];
        let known = |role: &&&str| match (&header.role, self.has_card) {
            (declared, true) => declared.as_deref() == Some(**role),
            (_, false) => NAMES.iter().any(|(name, strong, _)| name == *role && header.is_named(strong)),
        };
        ["N", "D", "C"].iter().find(|role| known(role)).copied()
    }

    fn only(&self, role: &str, found: Vec<usize>) -> Result<Option<usize>, Mistake> {
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            [first, second, ..] => Err(Mistake::RoleTwice {
                role: role.to_owned(),
                first: self.all[*first].text.clone(),
                second: self.all[*second].text.clone(),
            }),
        }
    }

    /// A column by header: exactly, or but for case, spaces and punctuation.
    pub fn named(&self, name: &str) -> Result<usize, Mistake> {
        if let Some(i) = self.all.iter().position(|header| header.text == name) {
            return Ok(i);
        }
        // What reckons is no name: `-loss` is not `loss`.
        let ends = |c: char| matches!(c, '-' | '/');
        let reckons = name.contains(['*', '^', '+']) || name.trim().starts_with(ends) || name.trim().ends_with(ends);
        let wanted = if reckons { String::new() } else { plain(name) };
        let alike: Vec<usize> =
            (0..self.all.len()).filter(|&i| !wanted.is_empty() && self.all[i].plain.contains(&wanted)).collect();
        if let [one] = alike.as_slice() {
            return Ok(*one);
        }
        let mut near = nearest(name, self.all.iter().map(|header| header.text.as_str()));
        if near.is_empty() {
            near = self.texts();
        }
        Err(Mistake::NoSuchColumn { column: name.to_owned(), near })
    }

    /// A column by header, with a unit in brackets if the header is followed by one: what the user
    /// says of the unit goes before what the header says.
    pub fn mapped(&self, name: &str) -> Result<(usize, Option<Unit>), Mistake> {
        if let Some(i) = self.all.iter().position(|header| header.text == name) {
            return Ok((i, self.all[i].unit));
        }
        if let Some((column, unit)) = bracketed(name)
            && let (Ok(i), Ok(unit)) = (self.named(column), Unit::parse(unit))
        {
            return Ok((i, Some(unit)));
        }
        self.named(name).map(|i| (i, self.all[i].unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(headers: &[&str], role: &str) -> Option<usize> {
        let headers: Vec<String> = headers.iter().map(|text| (*text).to_owned()).collect();
        Headers::new(&headers, &|_| None, None).role(role, &[role]).unwrap()
    }

    #[test]
    fn roles_are_found_by_the_names_people_use() {
        for name in
            ["N", "params", "n_params", "num_params", "Model Size", "non_embedding_params", "n-params", "params (B)"]
        {
            assert_eq!(find(&["run", name], "N"), Some(1), "{name}");
        }
        for name in ["D", "tokens", "token_num", "Training Tokens", "tokens_seen", "dataset_tokens"] {
            assert_eq!(find(&["run", name], "D"), Some(1), "{name}");
        }
        for name in ["C", "flops", "Training FLOP", "compute", "FLOPs (1e18)"] {
            assert_eq!(find(&["run", name], "C"), Some(1), "{name}");
        }
        for name in ["L", "loss", "val_loss", "Val Loss", "final_loss", "loss (nats)"] {
            assert_eq!(find(&["train_loss", name], "L"), Some(1), "{name}");
        }
        assert_eq!(find(&["train_loss"], "L"), Some(0));
        assert_eq!(find(&["err"], "err"), Some(0));
        assert_eq!(find(&["score"], "acc"), Some(0));
    }

    #[test]
    fn case_alone_tells_two_symbols_apart() {
        let headers = ["e", "E"].map(str::to_owned);
        let headers = Headers::new(&headers, &|_| None, None);
        assert_eq!(headers.role("E", &["e", "E"]).unwrap(), Some(1));
        assert_eq!(headers.role("e", &["e", "E"]).unwrap(), Some(0));
        assert_eq!(find(&["m", "loss"], "M"), Some(0));
    }
}
