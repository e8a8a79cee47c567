//! What a method says of itself.

use crate::law::{Family, Input};

/// Everything about a method that is data rather than procedure.
pub struct Card {
    /// Kebab-case id: file or folder, command-line name, key in every file.
    pub id: &'static str,
    /// What it is about; the laws of the same topic are its neighbours.
    pub topic: Family,
    /// One line.
    pub title: &'static str,
    /// LaTeX: what it computes.
    pub formula: &'static str,
    /// Keys of `datasets/references.bib`; the first is the origin.
    pub cite: &'static [&'static str],
    /// The tables it reads; none for a method that reads no rows.
    pub tables: &'static [Table],
    /// Fits it starts from, at least and at most.
    pub fits: (usize, usize),
    /// What the user may choose, every key of its settings.
    pub settings: &'static [Setting],
    /// The named quantities of its outcome. A name that ends in `*` stands for several.
    pub gives: &'static [Gives],
    /// A stanza on built-in data, without `name` and `method`: shown on the page and run by the tests.
    pub example: &'static str,
    /// The documentation page, with the headings Statement, Origin, Assumptions, Where it fails,
    /// References.
    pub notes: &'static str,
}

impl Card {
    /// What a card need not say. Everything else has no default; the tests over the registry refuse
    /// a card that leaves it empty.
    pub const DEFAULT: Self = Self {
        id: "",
        topic: Family::Power,
        title: "",
        formula: "",
        cite: &[],
        tables: &[],
        fits: (0, 0),
        settings: &[],
        gives: &[],
        example: "",
        notes: "",
    };
}

/// A table that a method reads.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Name in `datasets`; the first is also what `data` names.
    pub name: &'static str,
    /// What a row is: "training runs".
    pub rows: &'static str,
    /// It may be left out.
    pub optional: bool,
    /// The columns that it always needs; more may follow from the settings.
    pub columns: &'static [Input],
}

/// A key of a method's settings.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key.
    pub name: &'static str,
    /// What it is, with its default.
    pub meaning: &'static str,
}

/// A named quantity of an outcome.
#[derive(Clone, Copy, Debug)]
pub struct Gives {
    /// ASCII symbol: `a`.
    pub symbol: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Unit, `1` for a pure number.
    pub unit: &'static str,
}
