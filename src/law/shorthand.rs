//! Shorthand for cards: notes by heading.

/// The notes of a card by heading, written once in the order of the page.
#[macro_export]
macro_rules! notes {
    (
        statement: $statement:literal,
        origin: $origin:literal,
        assumptions: $assumptions:literal,
        fails: $fails:literal,
        references: $references:literal $(,)?
    ) => {
        concat!(
            "## Statement\n",
            $statement,
            "\n\n## Origin\n",
            $origin,
            "\n\n## Assumptions\n",
            $assumptions,
            "\n\n## Where it fails\n",
            $fails,
            "\n\n## References\n",
            $references
        )
    };
}

pub use notes;
