//! Mutated inputs of every kind: whatever comes in, what comes out is an answer of finite numbers or
//! one sentence. Seeded, so that a fault can be met again; `SCALING_FUZZ=1000000 cargo test --test
//! mutations` tries as many of each kind, and `SCALING_FUZZ_SEED` starts elsewhere.

#[path = "support/mutate.rs"]
mod mutate;

use mutate::{mutate, mutate_tree};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use scaling_laws::base::units;
use scaling_laws::data::card::DatasetCard;
use scaling_laws::data::ingest::{self, Request, Source, TableColumn};
use scaling_laws::engine::analysis::{Ranges, conditional, predict};
use scaling_laws::engine::uncertainty::Uncertainty;
use scaling_laws::laws::find;
use scaling_laws::methods::density::read_date;
use scaling_laws::published::reference;
use scaling_laws::record::Record;
use scaling_laws::show::{figure, report};
use scaling_laws::work::{job::Job, store, study::Study};
use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tempfile::TempDir;

/// How many inputs of each kind: so many thousands here, any number by hand.
fn count(share: u64) -> u64 {
    std::env::var("SCALING_FUZZ").ok().and_then(|text| text.parse().ok()).unwrap_or(share)
}

fn first() -> u64 {
    std::env::var("SCALING_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Tries a target on seeds; it says in a word or two how each input ended. A fault names its seed.
fn attack(name: &str, share: u64, target: impl Fn(&mut Pcg64Mcg) -> Result<&'static str, String> + Sync) {
    let (from, count) = (first(), count(share));
    let loud = std::env::var_os("SCALING_FUZZ").is_some();
    let one = |seed: u64| {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let started = Instant::now();
        let end = catch_unwind(AssertUnwindSafe(|| target(&mut rng)));
        if loud && started.elapsed().as_secs_f64() > 2.0 {
            println!("{name}: seed {seed} took {:?}", started.elapsed());
        }
        end.unwrap_or_else(|_| Err("panicked".to_owned())).map_err(|why| format!("{name}: seed {seed}: {why}"))
    };
    // Threads of their own: a worker of a pool that waits inside one input would take up another, and
    // that one the next, until they overflow its stack.
    let next = AtomicU64::new(0);
    let work = || {
        let mine = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|k| *k < count));
        mine.map(|k| one(from + k)).collect::<Vec<Result<&'static str, String>>>()
    };
    let ended: Vec<Result<&'static str, String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..rayon::current_num_threads()).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("faults are caught")).collect()
    });
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    ended.iter().flatten().for_each(|end| *ends.entry(end).or_default() += 1);
    println!("{name}: {ends:?}");
    let faults: Vec<&String> = ended.iter().filter_map(|end| end.as_ref().err()).collect();
    assert!(faults.is_empty(), "{} of {}:\n{:#?}", faults.len(), ended.len(), &faults[..faults.len().min(20)]);
    assert!(ends.len() > 1, "no input was refused, or none was read");
}

/// What an error says must be there and be about something.
fn sentence(error: impl std::fmt::Display) -> Result<&'static str, String> {
    let text = scaling_laws::base::text::message(&error.to_string());
    match text.chars().count() {
        4..=500 if !text.contains('\n') => Ok("refused"),
        length => Err(format!("an error of {length} characters: {text}")),
    }
}

const T12: [(f64, f64, f64); 12] = [
    (5e7, 1e9, 3.894),
    (5e7, 5e9, 3.429),
    (5e7, 25e9, 3.151),
    (1.5e8, 1e9, 3.579),
    (1.5e8, 5e9, 3.097),
    (1.5e8, 25e9, 2.834),
    (5e8, 1e9, 3.348),
    (5e8, 5e9, 2.863),
    (5e8, 25e9, 2.599),
    (1.5e9, 1e9, 3.196),
    (1.5e9, 5e9, 2.724),
    (1.5e9, 25e9, 2.455),
];

/// One table in every format, by its extension.
static TABLES: LazyLock<Vec<(&'static str, Vec<u8>)>> = LazyLock::new(|| {
    let text = |separator: &str, rows: &mut dyn Iterator<Item = [String; 4]>| {
        rows.map(|cells| cells.join(separator) + "\n").collect::<String>()
    };
    let head = || ["run", "params (M)", "tokens", "loss"].map(str::to_owned);
    let row = |(k, (n, d, l)): (usize, &(f64, f64, f64))| {
        [format!("run {k}"), format!("{}", n / 1e6), format!("{}B", d / 1e9), l.to_string()]
    };
    let table = |separator: &str| text(separator, &mut std::iter::once(head()).chain(T12.iter().enumerate().map(row)));
    let objects: Vec<serde_json::Value> = T12
        .iter()
        .map(|(n, d, l)| serde_json::json!({ "params": n, "tokens": d, "loss": l, "meta": { "lr": 3e-4 } }))
        .collect();
    let lines: String = objects.iter().map(|object| object.to_string() + "\n").collect();
    let folder = TempDir::new().unwrap();
    let parquet = folder.path().join("t.parquet");
    let column = |f: &dyn Fn(&(f64, f64, f64)) -> f64| TableColumn::numbers(T12.iter().map(f).collect::<Vec<_>>());
    let columns = [("params", column(&|t| t.0)), ("tokens", column(&|t| t.1)), ("loss", column(&|t| t.2))];
    ingest::write_table(&columns.map(|(name, column)| (name.to_owned(), column)), &parquet).unwrap();
    vec![
        ("csv", table(",").into_bytes()),
        ("csv", table(";").replace('.', ",").into_bytes()),
        ("tsv", table("\t").into_bytes()),
        ("csv", format!("# made by hand\n#{}", table(",")).into_bytes()),
        ("json", serde_json::to_vec_pretty(&objects).unwrap()),
        ("jsonl", lines.into_bytes()),
        ("parquet", fs::read(&parquet).unwrap()),
    ]
});

const FILTERS: [&str; 6] = [
    "L < 3.4 and N >= 1e8",
    "not (L > 3) or D == 5B",
    "run != \"run 3\" and (L - 1) * 2 < 5",
    "C > 1e18",
    "ln(L) < 1.2 and N/D < 1",
    "((((L))))< 3",
];

/// A mutated text that is text.
fn words(rng: &mut Pcg64Mcg, seeds: &[&str]) -> String {
    let seed = seeds[rng.random_range(0..seeds.len())];
    String::from_utf8_lossy(&mutate(rng, seed.as_bytes())).into_owned()
}

/// A folder in memory where there is one.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
}

fn read(file: &Path, request: &Request) -> Result<&'static str, String> {
    match ingest::read(&Source::File(file.to_owned()), request) {
        Err(error) => sentence(error),
        Ok(rows) => {
            let finite = rows
                .columns
                .iter()
                .all(|column| column.values.len() == rows.len() && column.values.iter().all(|value| value.is_finite()));
            let counted = rows.provenance.rows_used == rows.len()
                && rows.provenance.dropped.iter().map(|d| d.count).sum::<usize>() + rows.len()
                    == rows.provenance.rows_read;
            match finite && counted {
                true => Ok("read"),
                false => Err(format!("{:?} from {:?}", rows.columns, rows.provenance)),
            }
        }
    }
}

#[test]
fn tables_in_every_format() {
    let folder = folder();
    attack("tables", 3_000, |rng| {
        let (extension, seed) = &TABLES[rng.random_range(0..TABLES.len())];
        let file = folder.path().join(format!("{:x}.{extension}", rng.random_range(0..u64::MAX)));
        fs::write(&file, mutate(rng, seed)).map_err(|error| error.to_string())?;
        let mut request = Request::of(find("chinchilla").expect("registered"));
        if rng.random_range(0..4) == 0 {
            request.filter = Some(FILTERS[rng.random_range(0..FILTERS.len())].to_owned());
        }
        let end = read(&file, &request);
        let _ = fs::remove_file(&file);
        end
    });
}

#[test]
fn conditions_and_mappings() {
    let folder = folder();
    let file = folder.path().join("t.csv");
    fs::write(&file, &TABLES[0].1).unwrap();
    attack("conditions and mappings", 3_000, |rng| {
        let mut request = Request::of(find("chinchilla").expect("registered"));
        if rng.random_range(0..3) > 0 {
            request.filter = Some(words(rng, &FILTERS).chars().take(600).collect());
        }
        if rng.random_range(0..3) == 0 {
            let role = words(rng, &["N", "D", "L", "C"]);
            request.map.push((role, words(rng, &["params (M)", "tokens", "loss", "tokens*2", "ln(loss)", "loss (%)"])));
        }
        read(&file, &request)
    });
}

#[test]
fn quantities_units_and_dates() {
    let quantities =
        ["1.4T", "6 ZFLOP", "12.5 PF-days", "350M tokens", "6x10^23 FLOP", "1,000,000", "30.1 %", "2 hours"];
    let units = ["B parameters", "1e18 FLOP", "nat/token", "×10⁶", "PF-days", "x10^6 tokens", "%"];
    attack("quantities", 10_000, |rng| {
        let text = words(rng, &quantities);
        let unit = words(rng, &units);
        let _ = units::Unit::parse(&unit);
        let printed = words(rng, &["482.01", "-.5", "1.0e-3", "2T", "3.637 %"]);
        if reference::Printed::parse(&printed).is_some_and(|p| !p.value.is_finite()) {
            return Err(format!("{printed} is printed and not finite"));
        }
        let _ = read_date(&words(rng, &["2023-07-18", "2023-07"]));
        match units::parse(&text) {
            Ok(quantity) if quantity.value.is_nan() => Err(format!("{text} is NaN")),
            Ok(quantity) => {
                units::si(quantity.value);
                Ok("read")
            }
            Err(error) => sentence(error),
        }
    });
}

#[test]
fn studies_references_and_cards() {
    let study = "title = \"x\"\nseed = 5\nbootstrap = 20\n[[fit]]\nname = \"one\"\ndata = \"runs.csv\"\nlaw = \"chinchilla\"\n\
        where = \"L < 3\"\nloss = \"huber\"\ndelta = 1e-3\nfix = { E = 1.8 }\nbound = { alpha = [0.1, \"0.5\"] }\n\
        prior = { beta = [0.3, 0.01] }\ntie = [[\"alpha\", \"beta\"]]\npredict = [{ N = \"70B\", D = 1.4e12 }]\ncompute = [\"6 ZFLOP\"]\n\
        compare = [\"besiroglu2024/main\"]\nlevel = 0.9\ncluster = \"run\"\nweights = \"per-group:N\"\n";
    let references: Vec<String> = ["besiroglu2024", "kaplan2020-scale", "muennighoff2023"]
        .iter()
        .filter_map(|key| ingest::embedded(&format!("references/{key}.toml")))
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    assert!(!references.is_empty());
    let card = ingest::embedded("hoffmann2022-figure4/card.toml").unwrap();
    attack("studies, references and cards", 1_000, |rng| match rng.random_range(0..3) {
        0 => match Study::parse(&words(rng, &[study]), "study.toml", Path::new("/nowhere")) {
            Ok(_) => Ok("a study"),
            Err(error) => sentence(error),
        },
        1 => match reference::parse(
            "besiroglu2024",
            &words(rng, &references.iter().map(String::as_str).collect::<Vec<_>>()),
        ) {
            Ok(_) => Ok("a reference"),
            Err(error) => sentence(error),
        },
        _ => match DatasetCard::parse(&String::from_utf8_lossy(&mutate(rng, card)), "card.toml") {
            Ok(_) => Ok("a card"),
            Err(error) => sentence(error),
        },
    });
}

/// A record of two inputs and one of one, with all that a record can have, as trees.
static RECORDS: LazyLock<Vec<serde_json::Value>> = LazyLock::new(|| {
    let mut two = Job::new("hoffmann2022-figure4", "chinchilla");
    two.filter = Some("N > 3e9".to_owned());
    two.compute = vec![1e21];
    two.predict = vec![vec![("N".to_owned(), 7e10), ("D".to_owned(), 1.4e12)]];
    two.bootstrap = 24;
    two.holdout = Some("L < 2.1".to_owned());
    let mut one = Job::new("hoffmann2022-figure4", "power");
    one.map = vec![("x".to_owned(), "C".to_owned())];
    one.filter = Some("N > 3e9".to_owned());
    let tree =
        |job: &Job| serde_json::to_value(job.run(&|| {}).expect("the seed is sound").record).expect("plain data");
    vec![tree(&two), tree(&one)]
});

#[test]
fn records_of_any_numbers_and_words() {
    attack("records", 60, |rng| {
        let mut tree = RECORDS[rng.random_range(0..RECORDS.len())].clone();
        mutate_tree(rng, &mut tree);
        let record: Record = match serde_json::from_value(tree) {
            Ok(record) => record,
            Err(error) => return sentence(error),
        };
        if let Err(why) = store::check(&record) {
            return sentence(why);
        }
        let figures = figure::all(&record);
        let pictures = report::pictures(&figures, "figures").map_err(|error| error.to_string())?;
        if rng.random_range(0..8) == 0
            && let Some(picture) = pictures.first()
        {
            figure::png(&picture.svg).map_err(|error| format!("a figure that is ill-formed: {error}"))?;
        }
        let document = report::of_fit(&record, &pictures);
        let page = report::html(&document);
        report::markdown(&document);
        if page.contains("<script") {
            return Err("a script in the page".to_owned());
        }
        let Some(known) = Uncertainty::of_record(&record) else { return Ok("of no law") };
        let at: Vec<(String, f64)> = known
            .law
            .card()
            .inputs
            .iter()
            .map(|input| (input.symbol.to_owned(), 10f64.powf(rng.random_range(-5.0..30.0))))
            .collect();
        conditional(&known, &at);
        match predict(&known, &Ranges::of_record(&record), None, &at) {
            Ok(prediction) if prediction.output.estimate.is_finite() => Ok("predicts"),
            Ok(prediction) => Err(format!("{prediction:?}")),
            Err(error) => sentence(error),
        }
    });
}
