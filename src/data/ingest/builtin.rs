//! The built-in data sets, embedded in the program.

use super::error::{IngestError, Mistake, nearest};
use crate::data::card::DatasetCard;
use include_dir::{Dir, include_dir};
use std::sync::OnceLock;

static DATASETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/datasets");

/// The bytes of a file under `datasets/`, by its path there.
pub fn embedded(path: &str) -> Option<&'static [u8]> {
    DATASETS.get_file(path).map(|file| file.contents())
}

fn cards() -> &'static [DatasetCard] {
    static CARDS: OnceLock<Vec<DatasetCard>> = OnceLock::new();
    CARDS.get_or_init(|| {
        let mut cards: Vec<DatasetCard> = DATASETS
            .dirs()
            .filter_map(|folder| {
                let path = folder.path().join("card.toml");
                let text = DATASETS.get_file(&path)?.contents_utf8()?;
                Some(DatasetCard::parse(text, &path.to_string_lossy()).expect("embedded cards are tested"))
            })
            .collect();
        cards.sort_by(|a, b| a.id.cmp(&b.id));
        cards
    })
}

/// The cards of all built-in data sets, by id.
pub fn built_in() -> Vec<DatasetCard> {
    cards().to_vec()
}

/// The card of a built-in data set.
pub fn card(id: &str) -> Option<DatasetCard> {
    find(id).cloned()
}

fn find(id: &str) -> Option<&'static DatasetCard> {
    cards().iter().find(|card| card.id == id)
}

/// Whether a text names a built-in data set, or a part of one as `set/part`.
pub(super) fn is_built_in(id: &str) -> bool {
    find(id.split_once('/').map_or(id, |(set, _)| set)).is_some()
}

/// Ids similar to a text.
pub(super) fn similar(id: &str) -> Vec<String> {
    nearest(id, cards().iter().map(|card| card.id.as_str()))
}

/// A set's card and the bytes of its table, or of one of its parts.
pub(super) fn open(id: &str) -> Result<(&'static DatasetCard, &'static [u8]), IngestError> {
    let (set, part) = id.split_once('/').map_or((id, None), |(set, part)| (set, Some(part)));
    let missing = || Mistake::MissingFile { near: similar(id) }.in_source(id);
    let card = find(set).ok_or_else(missing)?;
    let file = match part {
        None if card.part.is_empty() => &card.file,
        None => {
            let parts = card.part.iter().map(|part| format!("{set}/{}", part.name)).collect();
            return Err(Mistake::PartNeeded { parts }.in_source(id));
        }
        Some(name) => match card.part.iter().find(|part| part.name == name) {
            Some(part) => &part.file,
            None => {
                let near = nearest(name, card.part.iter().map(|part| part.name.as_str()));
                let near = near.into_iter().map(|name| format!("{set}/{name}")).collect();
                return Err(Mistake::MissingFile { near }.in_source(id));
            }
        },
    };
    let bytes = embedded(&format!("{set}/{file}")).ok_or_else(missing)?;
    Ok((card, bytes))
}
