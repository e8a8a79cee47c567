//! Every card: what it says of its file, its names, its citations, and the format itself.

use scaling_laws::base::units::Unit;
use scaling_laws::data::card::{CardColumn, CardPart, DatasetCard, TEXT};
use scaling_laws::data::ingest::{self, Needed, Request, Source};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn datasets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets")
}

/// Every card on disk, with its folder.
fn cards() -> Vec<(PathBuf, DatasetCard)> {
    let mut folders: Vec<PathBuf> = fs::read_dir(datasets()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let cards = folders.into_iter().filter(|folder| folder.is_dir() && !folder.ends_with("references"));
    cards
        .map(|folder| {
            let path = folder.join("card.toml");
            let card = DatasetCard::parse(&fs::read_to_string(&path).unwrap(), &path.to_string_lossy()).unwrap();
            (folder, card)
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tables of a card: name, file, hash, rows.
fn tables(card: &DatasetCard) -> Vec<(String, String, String, usize)> {
    if card.part.is_empty() {
        return vec![(card.id.clone(), card.file.clone(), card.sha256.clone(), card.rows)];
    }
    let part =
        |part: &CardPart| (format!("{}/{}", card.id, part.name), part.file.clone(), part.sha256.clone(), part.rows);
    card.part.iter().map(part).collect()
}

#[test]
fn the_data_sets_asked_for_are_there_and_embedded() {
    let on_disk: Vec<String> = cards().into_iter().map(|(_, card)| card.id).collect();
    let embedded: Vec<String> = ingest::built_in().into_iter().map(|card| card.id).collect();
    assert_eq!(embedded, on_disk);
    for (id, rows) in [
        ("hoffmann2022-figure4", 245),
        ("capybara2025-grid", 371),
        ("muennighoff2023-runs", 182),
        ("gadre2024-overtraining", 104),
        ("clark2022-routing", 168),
        ("caballero2022-addition", 17),
        ("li2024-visual-tokens", 28),
        ("alabdulmohsin2022-translation", 53),
        ("tao2024-vocabulary", 60),
        ("base-llm-benchmarks", 129),
    ] {
        assert_eq!(ingest::card(id).map(|card| card.rows), Some(rows), "{id}");
    }
}

#[test]
fn ids_are_folder_names_and_texts_are_filled_in() {
    for (folder, card) in cards() {
        assert!(folder.ends_with(&card.id), "{} in {}", card.id, folder.display());
        assert!(card.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{}", card.id);
        for text in [&card.title, &card.licence, &card.source.url, &card.source.method] {
            assert!(!text.trim().is_empty(), "{}", card.id);
        }
        assert!(card.precision.is_some(), "{} says nothing of its precision", card.id);
        assert!(card.source.url.starts_with("https://"), "{}", card.id);
    }
}

#[test]
fn files_are_those_that_the_cards_hash() {
    for (folder, card) in cards() {
        assert_eq!(sha256(&fs::read(folder.join(&card.file)).unwrap()), card.sha256, "{}", card.id);
        for (name, file, hash, _) in tables(&card) {
            let bytes = fs::read(folder.join(file)).unwrap();
            assert_eq!(sha256(&bytes), hash, "{name}");
            assert!(!bytes.contains(&b'\r') && !bytes.starts_with(b"#"), "{name} is plain CSV");
        }
        let known: BTreeSet<PathBuf> = tables(&card)
            .into_iter()
            .map(|(_, file, ..)| folder.join(file))
            .chain([folder.join(&card.file), folder.join("card.toml")])
            .collect();
        let found: BTreeSet<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(found, known, "every file of {} is on its card", card.id);
    }
}

#[test]
fn every_table_is_read_with_all_its_columns() {
    for (_, card) in cards() {
        for (name, _, hash, rows) in tables(&card) {
            let source = Source::named(&name);
            let headers = ingest::headers(&source).unwrap();
            let columns: Vec<&CardColumn> =
                headers.iter().filter_map(|header| card.column.iter().find(|column| column.name == *header)).collect();
            assert_eq!(columns.len(), headers.len(), "{name}: each column is on the card");
            if card.part.is_empty() {
                assert_eq!(card.column.len(), headers.len(), "{name}: each column on the card is in the file");
            }
            let (texts, numbers): (Vec<&CardColumn>, Vec<&CardColumn>) =
                columns.into_iter().partition(|column| column.unit == TEXT);
            let needed: Vec<Needed> = numbers.iter().filter(|c| c.is.is_some()).map(|c| read_in_full(c)).collect();
            // Some models have no published number of tokens.
            let filled = needed.iter().map(|needed| format!("{} < 1e300", needed.symbol)).collect::<Vec<_>>();
            let request = Request {
                needed,
                labels: texts.iter().map(|column| column.name.clone()).collect(),
                filter: (!filled.is_empty()).then(|| filled.join(" and ")),
                ..Request::default()
            };
            let data = ingest::read(&source, &request).unwrap();
            assert_eq!(data.len() + dropped(&data), rows, "{name}");
            assert_eq!(data.provenance.sha256.as_ref(), Some(&hash), "{name}");
            let contradicts = data.provenance.warnings.iter().any(|warning| warning.kind == "c-contradicts-6nd");
            let noted = card.note.as_ref().is_some_and(|note| note.contains("6ND"));
            assert!(!contradicts || noted, "{name}: {:?}", data.provenance.warnings);
        }
    }
}

/// A column with a role, in the unit of the card, whatever its sign.
fn read_in_full(column: &CardColumn) -> Needed {
    let symbol = column.is.clone().unwrap();
    Needed { positive: false, ..Needed::new(&symbol, &column.unit) }
}

fn dropped(data: &scaling_laws::data::measurements::Measurements) -> usize {
    data.provenance.dropped.iter().map(|dropped| dropped.count).sum()
}

#[test]
fn units_are_known_and_conversions_exist() {
    for (_, card) in cards() {
        for column in &card.column {
            if column.unit == TEXT {
                assert!(column.is.is_none(), "{}: a column of text plays no role", card.id);
            } else {
                Unit::parse(&column.unit).unwrap_or_else(|error| panic!("{}, {}: {error}", card.id, column.name));
            }
        }
        let roles: Vec<&String> = card.column.iter().filter_map(|column| column.is.as_ref()).collect();
        assert_eq!(roles.iter().collect::<BTreeSet<_>>().len(), roles.len(), "{}: a role is given twice", card.id);
        for compute in &card.compute {
            assert!(ingest::is_conversion(compute), "{}: {compute:?}", card.id);
            let request = Request { needed: vec![Needed::new(&compute.is, "1")], ..Request::default() };
            let data = ingest::read(&Source::named(&card.id), &request).unwrap();
            assert!(data.provenance.columns[0].derived_by.is_some(), "{}", card.id);
        }
    }
}

#[test]
fn units_of_laws_are_known() {
    for card in scaling_laws::laws::LAWS.iter().map(|law| law.card()) {
        for input in card.inputs.iter().chain([&card.output]) {
            Unit::parse(input.unit).unwrap_or_else(|error| panic!("{}, {}: {error}", card.id, input.symbol));
        }
    }
}

#[test]
fn every_citation_is_in_the_bibliography() {
    let bibliography = fs::read_to_string(datasets().join("references.bib")).unwrap();
    let mut keys: Vec<&str> =
        bibliography.lines().filter_map(|line| line.strip_prefix('@')?.split_once('{')?.1.strip_suffix(',')).collect();
    let count = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), count, "a key stands twice");
    for (_, card) in cards() {
        assert!(!card.cite.is_empty(), "{}", card.id);
        for key in &card.cite {
            assert!(keys.contains(&key.as_str()), "{} cites {key}", card.id);
        }
    }
    for law in scaling_laws::laws::LAWS {
        for key in law.card().cite {
            assert!(keys.contains(key), "the law {} cites {key}", law.card().id);
        }
    }
}

/// Fits on record that are refitted to a data set: `reference/fit`, data set.
fn refits() -> Vec<(String, String)> {
    let Ok(folder) = fs::read_dir(datasets().join("references")) else { return Vec::new() };
    let mut refits = Vec::new();
    for path in folder.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "toml")) {
        let file: toml::Table = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let key = file["key"].as_str().unwrap();
        for fit in file.get("fit").and_then(toml::Value::as_array).into_iter().flatten() {
            let text = |name: &str| fit.get(name).and_then(toml::Value::as_str);
            if let (Some(id), Some(dataset), Some("reproduce")) = (text("id"), text("dataset"), text("expect")) {
                refits.push((format!("{key}/{id}"), dataset.to_owned()));
            }
        }
    }
    refits
}

#[test]
fn cards_and_references_claim_each_other() {
    let refits = refits();
    for (_, card) in cards() {
        let claimed: BTreeSet<&String> = card.reproduces.iter().collect();
        let refitted: BTreeSet<&String> =
            refits.iter().filter(|(_, dataset)| *dataset == card.id).map(|(fit, _)| fit).collect();
        assert_eq!(claimed, refitted, "`reproduces` of {} against the references", card.id);
    }
    for (fit, dataset) in &refits {
        assert!(ingest::card(dataset).is_some(), "{fit} is fitted to {dataset}, which does not exist");
    }
}

const CARD: &str = r#"id = "x"
title = "t"
cite = ["hoffmann2022"]
source = { url = "https://example.org", method = "m" }
licence = "MIT"
file = "data.csv"
sha256 = "00"
rows = 1
"#;

#[test]
fn a_malformed_card_is_placed() {
    let message = |text: &str| DatasetCard::parse(text, "x/card.toml").unwrap_err().to_string();
    assert!(DatasetCard::parse(CARD, "").is_ok());
    let said = message(&CARD.replace("licence", "lisence"));
    assert!(said.starts_with("x/card.toml, line 5: unknown field `lisence`, expected one of `id`, `title`"), "{said}");
    let said = message(&format!("{CARD}[[column]]\nname = \"N\"\nunit = \"1\"\ncounted = \"active\"\n"));
    assert!(said.starts_with("x/card.toml, line 12: unknown field `counted`"), "{said}");
    let said = message(&CARD.replace("rows = 1", "rows = \"many\""));
    assert!(said.starts_with("x/card.toml, line 8: invalid type: string \"many\""), "{said}");
    assert!(!message("id = ").contains('\n'));
    for key in ["id", "title", "cite", "source", "licence", "file", "sha256", "rows"] {
        let without: String =
            CARD.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        let said = message(&without);
        assert!(said.contains(&format!("missing field `{key}`")), "{said}");
    }
}

/// The keys that a table of the card accepts, as its parser lists them.
fn accepted(wrong: &str) -> Vec<String> {
    let said = DatasetCard::parse(wrong, "").unwrap_err().detail;
    let list = said.split_once("expected").expect("an unknown key is refused").1;
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_format_page_names_every_key() {
    let page = fs::read_to_string(datasets().join("FORMAT.md")).unwrap();
    let section = |title: &str| -> Vec<String> {
        let start = page.find(&format!("### {title}\n")).unwrap_or_else(|| panic!("no section {title}"));
        let body = &page[start + 4..];
        let body = &body[..body.find("\n#").unwrap_or(body.len())];
        let rows = body.lines().filter_map(|line| line.strip_prefix("| `"));
        rows.map(|row| row.split_once('`').unwrap().0.to_owned()).collect()
    };
    assert_eq!(section("card.toml"), accepted("nothing = 1"));
    assert_eq!(section("source"), accepted(&CARD.replace("method", "nothing")));
    for table in ["column", "compute", "exclude", "part"] {
        assert_eq!(section(&format!("[[{table}]]")), accepted(&format!("{CARD}[[{table}]]\nnothing = 1\n")), "{table}");
    }
}

/// What is said of two tables in the papers' accounts of them.
#[test]
fn the_digitised_runs_and_the_grid_of_formats_have_the_stated_extent() {
    let read = |id: &str, numbers: &[(&str, &str)]| {
        let needed = numbers.iter().map(|(symbol, unit)| Needed { positive: false, ..Needed::new(symbol, unit) });
        let request = Request { needed: needed.collect(), ..Request::default() };
        ingest::read(&Source::BuiltIn(id.to_owned()), &request).unwrap()
    };
    let runs = read("hoffmann2022-figure4", &[("N", "parameters"), ("D", "tokens"), ("L", "nat/token")]);
    let (n, d) = (runs.column("N").unwrap(), runs.column("D").unwrap());
    let ratio: Vec<f64> = d.iter().zip(n).map(|(d, n)| d / n).collect();
    let within = |values: &[f64], low: f64, high: f64| {
        let ends = values.iter().fold((f64::INFINITY, 0f64), |e, &v| (e.0.min(v), e.1.max(v)));
        assert!((ends.0 / low - 1.0).abs() < 5e-3 && (ends.1 / high - 1.0).abs() < 5e-3, "{ends:?}");
    };
    within(n, 5.73e7, 1.618e10);
    within(d, 2.45e8, 3.18e11);
    within(&ratio, 0.0361, 341.0);
    let mut losses = runs.column("L").unwrap().to_vec();
    losses.sort_by(f64::total_cmp);
    for (ours, stated) in losses[240..].iter().zip([3.446995, 3.765563, 3.793872, 4.665232, 5.005582]) {
        assert!((ours - stated).abs() < 5e-7, "{ours}");
    }
    let grid = read("capybara2025-grid", &[("used_in_fit", "1"), ("N", "parameters")]);
    let used = grid.column("used_in_fit").unwrap();
    assert_eq!((used.len(), used.iter().filter(|&&mark| mark == 1.0).count()), (371, 359));
    let held = |n: f64| grid.column("N").unwrap().iter().zip(used).filter(|&(&m, &mark)| m == n && mark == 0.0).count();
    assert_eq!([1233125376.0, 7083130880.0, 71236059136.0].map(held), [8, 2, 2]);
}
