//! Choices that users make by a word.

/// A choice among words.
pub trait Word: Copy + Sized + 'static {
    /// What is chosen: "loss".
    const WHAT: &'static str;
    /// Every one, the default first.
    const ALL: &'static [Self];

    /// The word.
    fn name(self) -> &'static str;

    /// Reads it.
    ///
    /// # Errors
    /// One sentence with all that there are.
    fn read(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.iter().map(|word| word.name()).collect::<Vec<_>>().join(", ");
        let found = Self::ALL.iter().find(|word| word.name() == text).copied();
        found.ok_or_else(|| format!("{} `{text}` is none of {}", Self::WHAT, known()))
    }
}
