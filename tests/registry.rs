//! What every law's card and file must satisfy, looped over the registry.

use scaling_laws::costs::COSTS;
use scaling_laws::law::{Card, Family, Transform};
use scaling_laws::laws::{LAWS, costs, find, find_cost};
use scaling_laws::methods::method;
use scaling_laws::methods::registry::{METHODS, find as find_method};
use scaling_laws::show::catalogue::cost_page;
use scaling_laws::show::report::markdown;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const HEADINGS: [&str; 5] = ["## Statement", "## Origin", "## Assumptions", "## Where it fails", "## References"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn is_kebab(id: &str) -> bool {
    !id.is_empty()
        && !id.starts_with('-')
        && !id.ends_with('-')
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_ascii_symbol(symbol: &str) -> bool {
    !symbol.is_empty() && symbol.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Collects every complaint about every card, so that one run shows them all.
fn every_card(check: impl Fn(&Card, &mut Vec<String>)) {
    let mut complaints = Vec::new();
    for law in LAWS {
        let mut here = Vec::new();
        check(law.card(), &mut here);
        complaints.extend(here.into_iter().map(|complaint| format!("{}: {complaint}", law.card().id)));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn ids_are_unique_kebab_case_and_found() {
    let mut seen = BTreeSet::new();
    every_card(|card, complaints| {
        if !is_kebab(card.id) {
            complaints.push("id is not kebab-case".to_owned());
        }
        if find(card.id).is_none_or(|law| law.card().id != card.id) {
            complaints.push("is not found by its id".to_owned());
        }
    });
    for law in LAWS {
        assert!(seen.insert(law.card().id), "two laws are called {}", law.card().id);
    }
    assert!(find("no-such-law").is_none());
}

fn folder_of(family: Family) -> String {
    format!("{family:?}").to_lowercase()
}

#[test]
fn every_file_is_registered_under_its_family() {
    let folder = root().join("src/laws");
    let files: BTreeSet<String> = sources(&folder)
        .iter()
        .filter_map(|path| path.strip_prefix(&folder).ok())
        .filter(|path| path.components().count() == 2)
        .map(|path| path.with_extension("").to_string_lossy().into_owned())
        .collect();
    let laws: BTreeSet<String> = LAWS
        .iter()
        .map(|law| format!("{}/{}", folder_of(law.card().family), law.card().id.replace('-', "_")))
        .collect();
    let shared: BTreeSet<&String> = files.difference(&laws).filter(|file| !declares_a_law(&folder, file)).collect();
    let unregistered: Vec<_> = files.difference(&laws).filter(|file| !shared.contains(file)).collect();
    let misplaced: Vec<_> = laws.difference(&files).collect();
    assert!(unregistered.is_empty(), "not registered, or not named after the id: {unregistered:?}");
    assert!(misplaced.is_empty(), "no file of this name: {misplaced:?}");
}

fn declares_a_law(folder: &Path, file: &str) -> bool {
    let text = fs::read_to_string(folder.join(file).with_extension("rs")).unwrap_or_default();
    text.contains("const CARD: Card")
}

#[test]
fn families_stand_together_in_the_registry() {
    let mut seen = BTreeSet::new();
    let mut last = None;
    for law in LAWS {
        if last != Some(law.card().family) {
            assert!(seen.insert(law.card().family), "{:?} stands in two places", law.card().family);
            last = Some(law.card().family);
        }
    }
}

#[test]
fn laws_are_sorted_within_their_family() {
    for pair in LAWS.windows(2) {
        let (a, b) = (pair[0].card(), pair[1].card());
        assert!(a.family != b.family || a.id < b.id, "{} stands before {}", a.id, b.id);
    }
}

#[test]
fn notes_have_all_headings_in_order_with_text_under_each() {
    every_card(|card, complaints| headed(card.notes, complaints));
    every_method(|card, complaints| headed(card.notes, complaints));
}

fn headed(notes: &str, complaints: &mut Vec<String>) {
    let mut at = 0;
    for (k, heading) in HEADINGS.iter().enumerate() {
        let Some(found) = notes[at..].find(heading) else {
            complaints.push(format!("no {heading:?} after {:?}", HEADINGS[..k].last()));
            return;
        };
        at += found + heading.len();
        let end = HEADINGS.get(k + 1).and_then(|next| notes[at..].find(next)).unwrap_or(notes.len() - at);
        if notes[at..at + end].trim().is_empty() {
            complaints.push(format!("{heading:?} is empty"));
        }
    }
}

/// The same for every method.
fn every_method(check: impl Fn(&method::Card, &mut Vec<String>)) {
    let mut complaints = Vec::new();
    for method in METHODS {
        let mut here = Vec::new();
        check(method.card(), &mut here);
        complaints.extend(here.into_iter().map(|complaint| format!("{}: {complaint}", method.card().id)));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn methods_have_ids_of_their_own_and_are_found() {
    let mut seen: BTreeSet<&str> = LAWS.iter().map(|law| law.card().id).collect();
    every_method(|card, complaints| {
        if !is_kebab(card.id) {
            complaints.push("id is not kebab-case".to_owned());
        }
        if find_method(card.id).map_or(true, |method| method.card().id != card.id) {
            complaints.push("is not found by its id".to_owned());
        }
    });
    for method in METHODS {
        assert!(seen.insert(method.card().id), "{} names two things", method.card().id);
    }
    let Err(error) = find_method("lifetme") else { panic!("there is no such method") };
    assert!(error.to_string().contains("did you mean lifetime?"), "{error}");
}

#[test]
fn methods_say_what_they_take_and_give() {
    let bibliography = fs::read_to_string(root().join("datasets/references.bib")).expect("it can be read");
    every_method(|card, complaints| {
        for (what, text) in [("title", card.title), ("formula", card.formula), ("example", card.example)] {
            if text.trim().is_empty() || text.ends_with('.') {
                complaints.push(format!("{what} is empty or ends with a full stop"));
            }
        }
        if card.cite.is_empty() || card.cite.iter().any(|key| !bibliography.contains(&format!("{{{key},"))) {
            complaints.push("cites nothing, or what is not in datasets/references.bib".to_owned());
        }
        let references = card.notes.split("## References").nth(1).unwrap_or_default();
        if let Some(key) = card.cite.iter().find(|key| !references.contains(*key)) {
            complaints.push(format!("{key} is cited but is not under References"));
        }
        if card.gives.is_empty() || card.gives.iter().any(|g| g.symbol.is_empty() || g.meaning.is_empty()) {
            complaints.push("gives nothing, or does not say what".to_owned());
        }
        if card.tables.is_empty() && card.fits.1 == 0 && card.settings.is_empty() {
            complaints.push("takes nothing at all".to_owned());
        }
        for setting in card.settings {
            if setting.meaning.is_empty() || method::RESERVED.contains(&setting.name) {
                complaints.push(format!("setting {} says nothing or is a key of the stanza", setting.name));
            }
        }
    });
}

#[test]
fn cards_say_what_they_mean() {
    every_card(|card, complaints| {
        for (what, text) in [("title", card.title), ("formula", card.formula)] {
            if text.trim().is_empty() || text.ends_with('.') {
                complaints.push(format!("{what} is empty or ends with a full stop"));
            }
        }
        if card.cite.is_empty() {
            complaints.push("cites nothing".to_owned());
        }
        if card.inputs.is_empty() || card.params.is_empty() {
            complaints.push("has no inputs or no parameters".to_owned());
        }
        let references = card.notes.split("## References").nth(1).unwrap_or_default();
        for key in card.cite {
            if !references.contains(key) {
                complaints.push(format!("{key} is cited but is not under References"));
            }
        }
    });
}

/// A card that stops at `..Card::DEFAULT` has left nothing out that has no default.
#[test]
fn no_field_without_a_default_is_empty() {
    every_card(|card, complaints| {
        let texts = [("id", card.id), ("title", card.title), ("formula", card.formula), ("notes", card.notes)];
        let inputs = card.inputs.iter().chain([&card.output]);
        for (what, text) in texts.into_iter().chain(inputs.flat_map(|input| {
            [("symbol", input.symbol), ("name of an input or the output", input.name), ("unit", input.unit)]
        })) {
            if text.trim().is_empty() {
                complaints.push(format!("{what} is empty"));
            }
        }
        for (what, empty) in
            [("cite", card.cite.is_empty()), ("inputs", card.inputs.is_empty()), ("params", card.params.is_empty())]
        {
            if empty {
                complaints.push(format!("{what} is empty"));
            }
        }
    });
}

/// Every cost has a card without gaps, a page, and a formula that grows with each input.
#[test]
fn costs_say_what_they_mean_and_grow_with_their_inputs() {
    let bibliography =
        fs::read_to_string(root().join("datasets/references.bib")).expect("the bibliography can be read");
    let mut complaints = Vec::new();
    let mut seen = BTreeSet::new();
    for cost in costs() {
        let mut complain = |what: String| complaints.push(format!("{}: {what}", cost.id));
        if !is_kebab(cost.id) || !seen.insert(cost.id) || find(cost.id).is_some() {
            complain("id is not kebab-case, or means two things".to_owned());
        }
        for (what, text) in [("name", cost.name), ("title", cost.title), ("formula", cost.formula), ("unit", cost.unit)]
        {
            if text.trim().is_empty() || text.ends_with('.') {
                complain(format!("{what} is empty or ends with a full stop"));
            }
        }
        let mut at = 0;
        for heading in HEADINGS {
            match cost.notes[at..].find(heading) {
                Some(found) => at += found + heading.len(),
                None => complain(format!("{heading:?} is missing or out of order")),
            }
        }
        if cost.cite.is_empty() || cost.inputs.is_empty() {
            complain("cites nothing, or reads nothing".to_owned());
        }
        for key in cost.cite.iter().filter(|key| !bibliography.contains(&format!("{{{key},"))) {
            complain(format!("{key} is not in datasets/references.bib"));
        }
        let x: Vec<f64> = cost.inputs.iter().map(|input| middle(input.domain)).collect();
        let here = (cost.of)(&x);
        if !(here.is_finite() && here > 0.0) {
            complain(format!("is {here} at {x:?}"));
        }
        for (i, input) in cost.inputs.iter().enumerate() {
            let mut more = x.clone();
            more[i] *= 1.5;
            let falls = cost.falls.contains(&input.symbol);
            if !is_ascii_symbol(input.symbol) || (!falls && (cost.of)(&more) < here) {
                complain(format!("{:?} is no symbol, or more of it costs less", input.symbol));
            }
        }
        let page = markdown(&cost_page(cost));
        if !page.contains(cost.id) || !page.contains("Where it fails") {
            complain("has no page".to_owned());
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// A value inside a domain: what a law or a cost may be asked at.
fn middle((low, high): (f64, f64)) -> f64 {
    if high > 1e6 { 1e6_f64.max(low) } else { 0.5 * (low.max(0.0) + high) }
}

#[test]
fn costs_of_no_law_are_sorted_and_each_has_a_file() {
    for pair in COSTS.windows(2) {
        assert!(pair[0].id < pair[1].id, "{} stands before {}", pair[0].id, pair[1].id);
    }
    for cost in COSTS {
        let file = root().join("src/costs").join(cost.id.replace('-', "_")).with_extension("rs");
        assert!(file.is_file(), "no file {}", file.display());
    }
}

/// What an allocation spends is a function of the law's first inputs, in the law's order.
#[test]
fn an_allocation_names_a_cost_of_the_laws_first_inputs() {
    every_card(|card, complaints| {
        let Some(allocation) = card.allocation else { return };
        let reads: Vec<&str> = allocation.cost.inputs.iter().map(|input| input.symbol).collect();
        let has: Vec<&str> = card.inputs.iter().take(reads.len()).map(|input| input.symbol).collect();
        if reads != has {
            complaints.push(format!("{} reads {reads:?}, the law has {has:?}", allocation.cost.id));
        }
        if find_cost(allocation.cost.id).is_none_or(|known| known.title != allocation.cost.title) {
            complaints.push(format!("the cost {} is another one", allocation.cost.id));
        }
    });
}

/// 6 FLOP per parameter and token stand in one place.
#[test]
fn six_stands_once() {
    let mut complaints = Vec::new();
    for path in sources(&root().join("src")) {
        let text = fs::read_to_string(&path).expect("the source can be read");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let numbers = path.starts_with(root().join("src/base"));
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//") && !numbers) {
            let six = ["6.0 * n", "6.0 * d", "6.0 * k", "/ 6.0", "(6.0 *", "* 6.0"].iter().any(|six| {
                line.match_indices(six).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_ascii_digit() || c == '.'))
            });
            if six {
                complaints.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(complaints.is_empty(), "use crate::costs:\n{}", complaints.join("\n"));
}

/// The guide is true: its files exist, its commands name tests, and its example is a law of today.
#[test]
fn the_guide_leads_where_it_says() {
    let guide = fs::read_to_string(root().join("src/laws/README.md")).expect("the guide can be read");
    for chapter in ["## Add a law", "## Add a cost", "## Add a method", "## Add a table"] {
        let steps = guide.split(chapter).nth(1).unwrap_or_else(|| panic!("no chapter {chapter:?}"));
        let steps = steps.split("\n## ").next().unwrap_or_default();
        assert!(steps.lines().any(|line| line.starts_with("1. ")), "{chapter:?} has no numbered steps");
    }
    let example = guide.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let law = fs::read_to_string(root().join("src/laws/hyperparameter/porian_lr.rs")).expect("the law can be read");
    assert_eq!(example, law, "the example is no longer the law's file");
    assert!(law.lines().count() <= 30, "a power law is a card of 30 lines");
    let prose: String = guide.split("```").step_by(2).collect();
    for word in prose.split('`').skip(1).step_by(2) {
        if word.contains('/') && !word.contains(['<', ' ', '(']) {
            assert!(root().join(word).exists(), "the guide names {word}, which does not exist");
        }
        for test in word.split("--test ").skip(1).filter_map(|rest| rest.split_whitespace().next()) {
            assert!(root().join(format!("tests/{test}.rs")).exists(), "the guide names a test {test}");
        }
    }
}

#[test]
fn citations_are_in_the_bibliography() {
    let path = root().join("datasets/references.bib");
    let bibliography = fs::read_to_string(&path).expect("datasets/references.bib can be read");
    every_card(|card, complaints| {
        for key in card.cite {
            if !bibliography.contains(&format!("{{{key},")) {
                complaints.push(format!("{key} is not in datasets/references.bib"));
            }
        }
    });
}

#[test]
fn symbols_are_ascii_and_unique() {
    every_card(|card, complaints| {
        let mut seen = BTreeSet::new();
        let inputs = card.inputs.iter().map(|input| input.symbol);
        let symbols = inputs.chain([card.output.symbol]).chain(card.params.iter().map(|param| param.symbol));
        for symbol in symbols.chain(card.derived.iter().map(|derived| derived.symbol)) {
            if !is_ascii_symbol(symbol) {
                complaints.push(format!("{symbol:?} is not an ASCII symbol"));
            }
            if !seen.insert(symbol) {
                complaints.push(format!("{symbol} means two things"));
            }
        }
    });
}

#[test]
fn parameters_start_inside_their_bounds() {
    every_card(|card, complaints| {
        for param in card.params {
            let (low, high) = param.bounds;
            if low.is_nan() || low >= high {
                complaints.push(format!("{}: empty bounds", param.symbol));
            }
            if param.transform == Transform::Log && low < 0.0 {
                complaints.push(format!("{}: a logarithm below zero", param.symbol));
            }
            if param.starts.is_empty() || param.starts.iter().any(|&start| !(low < start && start < high)) {
                complaints.push(format!("{}: starts are missing or not inside the bounds", param.symbol));
            }
            if param.meaning.is_empty() || param.unit.is_empty() || param.tex.is_empty() {
                complaints.push(format!("{}: says nothing of meaning, unit or TeX", param.symbol));
            }
        }
    });
}

/// A coefficient of x^-alpha has the unit of the output times that of x to the power alpha, which is not the output's:
/// another unit of x would change its number. Unless its meaning says where it is a value of the output: at one nat.
#[test]
fn a_coefficient_of_a_fitted_power_has_not_the_unit_of_the_output() {
    let is_a_value = |meaning: &str| [" at ", " of the 33M "].iter().any(|place| meaning.contains(place));
    let mut complaints = Vec::new();
    for law in LAWS {
        let card = law.card();
        let theta: Vec<f64> = card.params.iter().map(|param| param.starts[0]).collect();
        let middles: Vec<f64> =
            card.inputs.iter().map(|input| if input.domain.1 < 1e9 { middle(input.domain) } else { 1e6 }).collect();
        let slope = |j: usize, theta: &[f64], x: &[f64]| {
            let [mut low, mut high] = [theta.to_vec(), theta.to_vec()];
            low[j] *= 0.999;
            high[j] *= 1.001;
            (law.predict(x, &high) - law.predict(x, &low)) / (high[j] - low[j])
        };
        for (j, param) in card
            .params
            .iter()
            .enumerate()
            .filter(|(_, param)| param.unit == card.output.unit && param.unit != "1" && !is_a_value(param.meaning))
        {
            for (i, input) in card.inputs.iter().enumerate().filter(|(_, input)| input.unit != "1" && !input.integer) {
                let at = |factor: f64, theta: &[f64]| {
                    let mut x = middles.clone();
                    x[i] *= factor;
                    slope(j, theta, &x).abs().ln()
                };
                let power = |theta: &[f64]| [at(1.5, theta) - at(1.0, theta), at(2.25, theta) - at(1.5, theta)];
                let [near, far] = power(&theta);
                let moved = (0..card.params.len()).filter(|&k| k != j).any(|k| {
                    let mut other = theta.clone();
                    other[k] *= 1.2;
                    (power(&other)[0] - near).abs() > 1e-3
                });
                let is_power = near.abs() > 1e-3 && (near - far).abs() < 1e-6;
                if is_power && moved {
                    complaints.push(format!("{}: {} multiplies a power of {}", card.id, param.symbol, input.symbol));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn derived_quantities_say_what_they_need() {
    every_card(|card, complaints| {
        for derived in card.derived {
            if derived.meaning.is_empty() || derived.formula.is_empty() || derived.unit.is_empty() {
                complaints.push(format!("{}: says nothing of meaning, formula or unit", derived.symbol));
            }
            for need in derived.needs {
                if !is_ascii_symbol(need) {
                    complaints.push(format!("{}: needs {need:?}, not an ASCII symbol", derived.symbol));
                }
                if card.param(need).is_some() {
                    complaints.push(format!("{}: needs {need}, which is a parameter", derived.symbol));
                }
            }
        }
    });
}

#[test]
fn allocations_free_inputs() {
    every_card(|card, complaints| {
        for symbol in card.allocation.iter().flat_map(|allocation| allocation.free) {
            if card.input(symbol).is_none() {
                complaints.push(format!("allocation frees {symbol}, which is no input"));
            }
        }
    });
}

/// Behaviour comes from a card or a method, never from asking which law it is.
#[test]
fn nobody_asks_which_law_it_is() {
    let quoted: Vec<String> = LAWS.iter().map(|law| format!("\"{}\"", law.card().id)).collect();
    let mut complaints = Vec::new();
    for path in sources(&root().join("src")) {
        if path.starts_with(root().join("src/laws")) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("the source can be read");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let asks = line.contains("match") && (line.contains("card().id") || line.contains("card.id"));
            let compares = quoted.iter().any(|id| {
                line.contains(&format!("== {id}"))
                    || line.contains(&format!("{id} =>"))
                    || line.contains(&format!("{id} |"))
            });
            if asks || compares {
                complaints.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
