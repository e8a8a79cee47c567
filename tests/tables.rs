//! The reference files carry what the papers' tables say. The tables stand beside the repository, and
//! a test says so and passes where they do not.

use scaling_laws::published::reference::{FitReference, find};
use std::collections::HashMap;
use std::path::Path;

/// A table's rows as cells by header; none, and a line on the error stream, if it is absent.
fn table(file: &str) -> Option<Vec<HashMap<String, String>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/figures").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    };
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        heads.iter().zip(line.split(',')).map(|(head, cell)| ((*head).to_owned(), cell.to_owned())).collect()
    };
    Some(lines.map(row).collect())
}

fn printed(fit: &FitReference, symbol: &str) -> f64 {
    let at = fit.law.card().param(symbol).unwrap();
    fit.params[at].as_ref().unwrap().printed.value
}

fn number(row: &HashMap<String, String>, head: &str) -> f64 {
    row[head].parse().unwrap_or_else(|_| panic!("{head} of {row:?}"))
}

/// A published value of a fit.
fn value(fit: &FitReference, quantity: &str) -> f64 {
    fit.values.iter().find(|value| value.quantity == quantity).unwrap().expected.printed.value
}

#[test]
fn henighan_s_domains() {
    let Some(rows) = table("henighan2020_table1.csv") else { return };
    let domains = [
        "language",
        "image-8x8",
        "image-16x16",
        "image-32x32",
        "image-vq16x16",
        "image-vq32x32",
        "text-to-image-text",
        "text-to-image",
        "image-to-text-text",
        "image-to-text",
        "video-vq",
        "math",
    ];
    assert_eq!(rows.len(), domains.len());
    let mut checked = 0;
    for (row, domain) in rows.iter().zip(domains) {
        for (prefix, columns) in [
            ("n", [("L_inf", "n_linf"), ("x_0", "n_x0"), ("alpha", "n_alpha")].as_slice()),
            ("c", &[("L_inf", "c_linf"), ("x_0", "c_x0_pfdays"), ("alpha", "c_alpha")]),
            ("opt", &[("C_0", "nopt_c0_pfdays"), ("beta", "nopt_beta")]),
        ] {
            if row[columns[0].1].is_empty() {
                continue;
            }
            let fit = find(&format!("henighan2020/{prefix}-{domain}")).unwrap();
            for (symbol, column) in columns {
                assert_eq!(printed(&fit, symbol), number(row, column), "{} {symbol}", fit.name);
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 12 * 3 + 10 * 3 + 10 * 2);
}

#[test]
fn henighan_s_images() {
    let Some(rows) = table("henighan2020_table3_per_image.csv") else { return };
    let encodings = ["8x8", "16x16", "32x32", "vq16x16", "vq32x32"];
    assert_eq!(rows.len(), encodings.len());
    for (row, encoding) in rows.iter().zip(encodings) {
        let fit = find(&format!("henighan2020/c-image-{encoding}")).unwrap();
        let scale = fit.values.iter().find(|value| value.quantity == "x_1").unwrap();
        assert_eq!(scale.expected.printed.value, number(row, "c_1nat_pfdays_as_read"), "{encoding}");
        assert_eq!(scale.at["T"].value, number(row, "tokens_per_image"), "{encoding}");
        assert_eq!(value(&fit, "L_inf_sequence"), number(row, "irreducible_nats_per_image"), "{encoding}");
        assert_eq!(printed(&fit, "alpha"), number(row, "alpha"), "{encoding}");
    }
}

#[test]
fn hestness_s_exponents() {
    let Some(rows) = table("hestness2017_exponents.csv") else { return };
    let ids =
        ["word-lm", "char-lm-sgd", "char-lm-adam", "nmt", "image", "image-top-5", "image-cross-entropy", "speech"];
    assert_eq!(rows.len(), ids.len());
    for (row, id) in rows.iter().zip(ids) {
        let fit = find(&format!("hestness2017/{id}")).unwrap();
        assert_eq!(printed(&fit, "beta_g"), number(row, "beta_g"), "{id}");
        if !row["alpha"].is_empty() {
            assert_eq!(printed(&fit, "alpha"), number(row, "alpha"), "{id}");
        }
    }
    let Some(rows) = table("hestness2017_model_size_exponents.csv") else { return };
    let exponents: Vec<f64> = ["word-lm", "word-lm-4-layer", "char-lm-sgd", "char-lm-adam", "image"]
        .map(|id| printed(&find(&format!("hestness2017/{id}-size")).unwrap(), "p"))
        .to_vec();
    let listed: Vec<f64> = rows
        .iter()
        .flat_map(|row| row["beta_p"].split('/').map(|cell| cell.split(' ').next().unwrap().parse().unwrap()))
        .collect();
    assert_eq!(exponents, listed);
}

#[test]
fn hestness_s_frontiers() {
    let Some(rows) = table("hestness2019_ppopp_table1.csv") else { return };
    let ids = ["word-lm", "char-lm", "nmt", "speech", "image"];
    assert_eq!(rows.len(), ids.len());
    for (row, id) in rows.iter().zip(ids) {
        let error = find(&format!("hestness2019/{id}")).unwrap();
        let size = find(&format!("hestness2019/{id}-size")).unwrap();
        let at = |quantity: &str, symbol: &str| {
            error.values.iter().find(|value| value.quantity == quantity).unwrap().at[symbol].value
        };
        for (ours, column) in [
            (printed(&error, "alpha"), "alpha"),
            (printed(&error, "beta_g"), "beta_g"),
            (printed(&size, "k"), "sigma"),
            (printed(&size, "p"), "beta_p"),
            (value(&error, "eps"), "current_sota"),
            (at("eps", "m"), "samples"),
            (at("data_factor", "eps_to"), "desired_sota"),
            (value(&error, "data_factor"), "proj_data_x"),
            (value(&size, "y_factor"), "proj_model_x"),
        ] {
            assert_eq!(ours, number(row, column), "{id} {column}");
        }
    }
}

#[test]
fn the_densing_law_s_headlines_and_reference_models() {
    let Some(rows) = table("densing_headline_numbers.csv") else { return };
    let listed = |version: &str, quantity: &str| {
        let row = rows.iter().find(|row| row["version"].starts_with(version) && row["quantity"] == quantity);
        number(row.unwrap_or_else(|| panic!("{version}, {quantity}")), "value")
    };
    let rate = |id: &str| printed(&find(&format!("densing2024/{id}")).unwrap(), "A");
    for (id, version, quantity) in [
        ("highlights", "arXiv v2 highlights", "A"),
        ("section-3.3", "arXiv v2 sec3.3", "A"),
        ("mmlu-before-chatgpt", "arXiv v2 fig4 MMLU pre-ChatGPT", "A"),
        ("mmlu-after-chatgpt", "arXiv v2 fig4 MMLU post-ChatGPT", "A"),
        ("mmlu-journal", "Nature MI", "A MMLU"),
        ("mmlu-cf-journal", "Nature MI", "A MMLU-CF"),
    ] {
        assert_eq!(rate(id), listed(version, quantity), "{id}");
    }
    let highlights = find("densing2024/highlights").unwrap();
    assert_eq!(value(&highlights, "price_halving_months"), listed("arXiv v2", "price halving"));
    assert_eq!(
        value(&highlights, "chip_doubling_days"),
        listed("arXiv v2", "effective size on fixed-price chip doubling")
    );
    let settings = scaling_laws::methods::density::Settings::default();
    assert_eq!(settings.chip_days, 365.25 * listed("arXiv v2", "chip compute doubling (Hobbhahn 2023)"));
    for (data, version) in settings.data.iter().zip(["arXiv v2", "Nature MI"]) {
        assert_eq!(data.tokens(1.0), listed(version, "D0"));
    }
    let ratio = listed("arXiv v2", "GPT-3.5 price Dec 2022") / listed("arXiv v2", "Gemini-1.5-Flash price Aug 2024");
    assert!((ratio - listed("arXiv v2", "price ratio")).abs() < 0.05);
    let printed_months: Vec<f64> =
        scaling_laws::work::families::density::PUBLISHED.iter().map(|(months, _)| *months).collect();
    for (version, days) in [("arXiv v2 highlights", 1.0), ("arXiv v2 sec3.3", 30.4375), ("Nature MI", 1.0)] {
        assert!(printed_months.contains(&(listed(version, "doubling") / days)), "{version}");
    }

    let Some(shapes) = table("densing_reference_models.csv") else { return };
    let built_in = include_str!("../datasets/densing2024-reference-models/data.csv");
    let ours: Vec<Vec<&str>> = built_in.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let heads = ["name", "params", "batch_size", "n_layer", "d", "d_ffn", "d_head", "n_head", "n_kv"];
    assert_eq!(ours.len(), shapes.len());
    for (ours, theirs) in ours.iter().zip(&shapes) {
        assert_eq!(*ours, heads.map(|head| theirs[head].as_str()));
    }
}
