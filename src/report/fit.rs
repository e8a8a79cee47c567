//! One fit, from its record.

use super::number::{phrase, rounded, significant};
use super::{Block, Document, Picture, Span, Table, Tone, plain};
use crate::dataset::Warning;
use crate::figure::describe;
use crate::objective::{Loss, Objective, Residual};
use crate::record::{Estimate, Record};

/// How far a fit can be relied on, from what its record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Nothing speaks against it.
    Sound,
    /// Something does.
    Care,
    /// It is not a minimum, or not a well-determined one.
    Doubt,
}

impl Trust {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Care => "with care",
            Self::Doubt => "doubtful",
        }
    }
}

/// Judges a record, with the reasons.
pub fn trust(record: &Record) -> (Trust, Vec<String>) {
    let proof = &record.certificate;
    let mut doubts = Vec::new();
    if !proof.converged {
        doubts.push(format!("the search did not converge ({})", proof.termination));
    }
    if !proof.positive_definite {
        doubts.push("the objective is flat or saddle-shaped at the answer".to_owned());
    }
    if !doubts.is_empty() {
        return (Trust::Doubt, doubts);
    }
    let mut cares = Vec::new();
    if proof.starts_tried > 4 && proof.best_basin < 2 {
        cares.push(format!("only one of {} starts reached the answer", proof.starts_tried));
    }
    // Another minimum a tenth of a percent worse that predicts otherwise by more than a percent.
    if let [best, second, ..] = proof.basins.as_slice()
        && second.objective - best.objective <= 1e-3 * best.objective.abs()
        && second.prediction_gap > 0.01
    {
        cares.push("another minimum is nearly as good and predicts otherwise".to_owned());
    }
    let interval = &record.interval;
    if interval.replicates > 0 && interval.failed * 20 > interval.replicates {
        cares.push(format!("{} of {} bootstrap replicates failed", interval.failed, interval.replicates));
    }
    match all_warnings(record).len() {
        0 => {}
        1 => cares.push("there is a warning".to_owned()),
        count => cares.push(format!("there are {count} warnings")),
    }
    if cares.is_empty() { (Trust::Sound, cares) } else { (Trust::Care, cares) }
}

/// Every warning about the fit and its data, each once. Those about a prediction or an optimum stand
/// beside it.
pub fn all_warnings(record: &Record) -> Vec<&Warning> {
    let mut all: Vec<&Warning> = Vec::new();
    for warning in record.warnings.iter().chain(&record.provenance.warnings) {
        if !all.contains(&warning) {
            all.push(warning);
        }
    }
    all
}

/// The report on one fit.
pub fn of_fit(record: &Record, pictures: &[Picture]) -> Document {
    Document {
        title: format!("{} on {}", record.law.title, describe::source(record)),
        blocks: blocks(record, pictures, 2),
    }
}

/// The blocks of the report on one fit, with headings from a level down.
pub fn blocks(record: &Record, pictures: &[Picture], level: u8) -> Vec<Block> {
    let mut out = vec![
        Block::Notice(Tone::Answer, std::iter::once(answer(record)).chain(advice(record)).collect()),
        Block::Formula(record.law.formula.clone()),
    ];
    let warnings = all_warnings(record);
    if !warnings.is_empty() {
        let said = |w: &&Warning| {
            vec![Span::Strong(format!("{}: ", w.kind.replace('-', " "))), Span::Plain(w.message.clone())]
        };
        out.push(Block::Notice(Tone::Warning, warnings.iter().map(said).collect()));
    }
    let mut section = |title: &str, blocks: Vec<Option<Block>>| {
        let blocks: Vec<Block> = blocks.into_iter().flatten().collect();
        if !blocks.is_empty() {
            out.push(Block::Heading(level, title.to_owned()));
            out.extend(blocks);
        }
    };
    let picture = |names: &[&str]| -> Vec<Option<Block>> {
        let stem = |p: &Picture| p.file.rsplit('/').next().map(|f| f.trim_end_matches(".svg").to_owned());
        names
            .iter()
            .map(|name| pictures.iter().find(|p| stem(p).as_deref() == Some(name)).cloned().map(Block::Picture))
            .collect()
    };
    let level = describe::level(record);
    section(
        "Parameters",
        vec![
            estimates(
                format!("Parameters of the law; intervals cover {level} ({})", record.interval.method),
                &record.parameters,
            ),
            estimates(format!("What follows from them; intervals cover {level}"), &record.derived),
        ],
    );
    section("The law and the data", picture(&["line", "isoflop", "frontier", "surface"]));
    let mut asked = vec![predictions(record), optima(record), asked_warnings(record)];
    asked.extend(picture(&["allocation"]));
    section("Predictions and optima", asked);
    section("Where the numbers come from", vec![checklist(record)]);
    let mut proof = vec![certificate(record), basins(record)];
    proof.extend(picture(&["basins"]));
    section("Why this is the minimum", proof);
    section("The same answer under other losses", vec![other_objectives(record)]);
    let mut left = picture(&["residuals"]);
    left.push(influence(record));
    section("What the law leaves unexplained", left);
    let mut together = vec![correlation(record)];
    together.extend(picture(&["ridge"]));
    section("Parameters that move together", together);
    section(
        "How to remake this",
        vec![
            Some(Block::Code(record.command.clone())),
            Some(Block::Paragraph(plain(format!("Made with {}, seed {}.", record.program, record.seed)))),
        ],
    );
    out
}

/// What a fit is asked for first: what follows from its parameters, else they themselves; those
/// that were fixed, or follow from fixed ones alone, only if there is nothing else.
pub fn main_results(record: &Record, count: usize) -> Vec<&Estimate> {
    let known = |e: &&Estimate| e.lower.is_some();
    let groups = [&record.derived, &record.parameters];
    match groups.iter().find(|group| group.iter().any(|e| known(&e))) {
        Some(group) => group.iter().filter(known).take(count).collect(),
        None => groups.iter().find(|g| !g.is_empty()).map_or_else(Vec::new, |g| g.iter().take(count).collect()),
    }
}

fn answer(record: &Record) -> Vec<Span> {
    let main = main_results(record, 3);
    let rows = record.provenance.rows_used;
    let mut out = vec![
        Span::Strong(record.law.title.clone()),
        Span::Plain(format!(", fitted to {rows} rows of {}: ", describe::source(record))),
    ];
    for (i, e) in main.iter().enumerate() {
        let before = match i {
            0 => "",
            _ if i + 1 == main.len() => " and ",
            _ => ", ",
        };
        out.push(Span::Plain(format!("{before}{} = ", describe::greek(&e.symbol))));
        out.push(Span::Strong(phrase(e)));
    }
    let (trust, reasons) = trust(record);
    let because = reasons.join("; ");
    out.push(Span::Plain(match trust {
        Trust::Sound => {
            "; no check speaks against it: rely on it within the data, and beyond them as far as you believe the law."
                .to_owned()
        }
        Trust::Care => format!("; use it with care: {because}."),
        Trust::Doubt => format!("; do not rely on it: {because}."),
    }));
    out
}

/// What to do with the first budget asked for.
fn advice(record: &Record) -> Option<Vec<Span>> {
    let optimum = record.optima.first()?;
    let budget = describe::amount(optimum.budget, &describe::budget(record).unit);
    let mut out = vec![Span::Plain(format!("The best way to spend {budget}: "))];
    for (i, q) in optimum.quantities.iter().enumerate() {
        out.push(Span::Plain(format!("{}{} = ", if i == 0 { "" } else { ", " }, describe::greek(&q.symbol))));
        out.push(Span::Strong(phrase(q)));
    }
    out.push(Span::Plain(".".to_owned()));
    Some(out)
}

fn estimates(caption: String, all: &[Estimate]) -> Option<Block> {
    let mut table = Table::new(caption, &["Symbol", "Meaning", "#Estimate", "#Standard error", "#Interval", "Unit"]);
    for e in all {
        let r = rounded(e);
        table.row(vec![
            symbol(&e.symbol),
            prose(&e.meaning),
            plain(r.estimate),
            plain(r.standard_error),
            plain(r.interval),
            measure(&e.unit),
        ]);
    }
    table.block()
}

/// A unit; a pure number has none to show.
fn measure(unit: &str) -> Vec<Span> {
    plain(if unit == "1" { "" } else { unit })
}

/// A symbol, its indices lowered.
pub fn symbol(symbol: &str) -> Vec<Span> {
    match formula(symbol) {
        Some(tex) => vec![Span::Math(tex)],
        None => vec![Span::Strong(describe::greek(symbol))],
    }
}

/// Words in which `N_opt` and `C^a` are formulas.
fn prose(text: &str) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for (i, word) in text.split(' ').enumerate() {
        let space = if i == 0 { "" } else { " " };
        let (body, end) = word.split_at(word.trim_end_matches([',', '.', ';', ':']).len());
        match (formula(body), out.last_mut()) {
            (Some(tex), _) => out.extend([Span::Plain(space.to_owned()), Span::Math(tex), Span::Plain(end.to_owned())]),
            (None, Some(Span::Plain(text))) => text.push_str(&format!("{space}{word}")),
            (None, _) => out.push(Span::Plain(format!("{space}{word}"))),
        }
    }
    out
}

/// A letter, Latin or Greek by name, with an index or a power: LaTeX, if that is what a word is.
fn formula(word: &str) -> Option<String> {
    let (base, rest) = word.split_at(word.find(['_', '^'])?);
    let (sign, index) = rest.split_at(1);
    let letters = |text: &str| !text.is_empty() && text.chars().all(char::is_alphanumeric);
    let tex = |name: &str| match name.len() {
        1 => Some(name.to_owned()),
        _ => (describe::greek(name) != name).then(|| format!("\\{name}")),
    };
    (letters(base) && letters(index)).then_some(())?;
    Some(format!("{}{sign}{{{}}}", tex(base)?, tex(index).unwrap_or_else(|| index.to_owned())))
}

fn point(at: &[(String, f64)], record: &Record) -> String {
    let unit = |symbol: &str| {
        record.law.inputs.iter().find(|input| input.symbol == symbol).map_or("", |input| input.unit.as_str())
    };
    at.iter().map(|(s, v)| format!("{s} = {}", describe::amount(*v, unit(s)))).collect::<Vec<_>>().join(", ")
}

fn beyond(extrapolation: &[(String, f64)]) -> String {
    let outside: Vec<String> = extrapolation
        .iter()
        .filter(|(_, ratio)| *ratio > 1.0)
        .map(|(symbol, ratio)| format!("{symbol} {}×", significant(*ratio, 2)))
        .collect();
    if outside.is_empty() { "within".to_owned() } else { outside.join(", ") }
}

fn predictions(record: &Record) -> Option<Block> {
    let heads = ["At", "Quantity", "#Estimate", "#Interval", "Unit", "Beyond the data"];
    let mut table = Table::new("Predictions asked for", &heads);
    for p in &record.predictions {
        let r = rounded(&p.output);
        table.row(vec![
            plain(point(&p.at, record)),
            plain(p.output.symbol.clone()),
            plain(r.estimate),
            plain(r.interval),
            measure(&p.output.unit),
            plain(beyond(&p.extrapolation)),
        ]);
    }
    table.block()
}

fn optima(record: &Record) -> Option<Block> {
    let heads = ["#Budget", "Quantity", "#Estimate", "#Interval", "Unit", "Beyond the data"];
    let mut table = Table::new("The best way to spend a budget", &heads);
    let unit = describe::budget(record).unit;
    for o in &record.optima {
        let fixed = if o.fixed.is_empty() { String::new() } else { format!(", {}", point(&o.fixed, record)) };
        for (i, q) in o.quantities.iter().enumerate() {
            let r = rounded(q);
            // The budget once per group.
            let (budget, outside) = match i {
                0 => (format!("{}{fixed}", describe::amount(o.budget, &unit)), beyond(&o.extrapolation)),
                _ => (String::new(), String::new()),
            };
            table.row(vec![
                plain(budget),
                plain(format!("{} ({})", q.symbol, q.meaning)),
                plain(r.estimate),
                plain(r.interval),
                measure(&q.unit),
                plain(outside),
            ]);
        }
    }
    table.block()
}

/// What was noticed about predictions and optima, each with where.
fn asked_warnings(record: &Record) -> Option<Block> {
    let unit = describe::budget(record).unit;
    let predictions = record.predictions.iter().map(|p| (point(&p.at, record), &p.warnings));
    let optima = record.optima.iter().map(|o| (describe::amount(o.budget, &unit), &o.warnings));
    let said = |(at, warnings): (String, &Vec<Warning>)| {
        let line = |w: &Warning| vec![Span::Strong(format!("{at}: ")), Span::Plain(w.message.clone())];
        warnings.iter().map(line).collect::<Vec<_>>()
    };
    let items: Vec<Vec<Span>> = predictions.chain(optima).flat_map(said).collect();
    (!items.is_empty()).then_some(Block::Notice(Tone::Warning, items))
}

/// The objective in words.
pub fn objective(objective: &Objective) -> String {
    let residual = match objective.residual {
        Residual::Raw => "raw residuals".to_owned(),
        Residual::Log => "log residuals".to_owned(),
        Residual::Log1p => "residuals of ln(1 + y)".to_owned(),
        Residual::LogMinus { offset } => format!("residuals of ln(y − {})", significant(offset, 4)),
    };
    let loss = match objective.loss {
        Loss::Squared => "half squares".to_owned(),
        Loss::Huber { delta } => format!("Huber loss, delta {}", significant(delta, 1)),
        Loss::Absolute => "absolute values".to_owned(),
        Loss::Quantile { tau } => format!("quantile loss, tau {}", significant(tau, 2)),
        Loss::AsymmetricHuber { delta, factor } => {
            format!("asymmetric Huber loss, delta {}, factor {}", significant(delta, 1), significant(factor, 2))
        }
        Loss::StudentT { nu, scale } => {
            format!("Student's t, {} degrees of freedom, scale {}", significant(nu, 2), significant(scale, 2))
        }
        Loss::HuberLikelihood { delta } => {
            format!("negative log-likelihood of Huber's density, delta {}, scale free", significant(delta, 1))
        }
    };
    format!("{loss}, of {residual}")
}

fn checklist(record: &Record) -> Option<Block> {
    let provenance = &record.provenance;
    let mut table = Table::new("What a reader needs to repeat or doubt this fit", &["Question", "Answer"]);
    let mut item = |question: &str, answer: Vec<Span>| table.row(vec![plain(question), answer]);
    item("Form of the law", vec![Span::Math(record.law.formula.clone())]);
    if !record.law.cite.is_empty() {
        item("Published in", plain(record.law.cite.join(", ")));
    }
    let mut data = plain(describe::source(record));
    if provenance.title.is_some() {
        data.extend([Span::Plain(" (".to_owned()), Span::Code(provenance.source.clone()), Span::Plain(")".to_owned())]);
    }
    item("Data", data);
    if !provenance.cite.is_empty() {
        item("Data published in", plain(provenance.cite.join(", ")));
    }
    for (question, answer) in [("Licence", &provenance.licence), ("Precision of the data", &provenance.precision)] {
        if let Some(answer) = answer {
            item(question, plain(answer.clone()));
        }
    }
    if let Some(hash) = &provenance.sha256 {
        item("SHA-256 of the file", vec![Span::Code(hash.clone())]);
    }
    for column in &provenance.columns {
        let made = match (&column.header, &column.derived_by) {
            (_, Some(by)) => format!("derived: {by}"),
            (Some(header), None) => format!("column “{header}”"),
            (None, None) => "as given".to_owned(),
        };
        // `Any` means that the data do not say.
        let counts = serde_json::to_value(column.counts).ok().and_then(|v| v.as_str().map(|s| s.replace('-', " ")));
        let counts = match counts.as_deref() {
            None | Some("any") => "what it counts is not stated".to_owned(),
            Some(counts) => format!("counts {counts}"),
        };
        let unit = if column.unit == "1" { String::new() } else { format!(", in {}", column.unit) };
        let unstated = if column.unit == "1" || column.symbol == record.law.output.symbol {
            String::new()
        } else {
            format!("; {counts}")
        };
        item(&format!("{}, where from", column.symbol), plain(format!("{made}{unit}{unstated}")));
    }
    let dropped = provenance.rows_read.saturating_sub(provenance.rows_used);
    item("Rows", plain(format!("{} read, {} used, {dropped} left out", provenance.rows_read, provenance.rows_used)));
    for drop in &provenance.dropped {
        let numbers: Vec<String> = drop.rows.iter().take(20).map(usize::to_string).collect();
        let more = if drop.count > numbers.len() { ", …" } else { "" };
        item("Left out", plain(format!("{}: {} (rows {}{more})", drop.count, drop.reason, numbers.join(", "))));
    }
    item("What was minimised", plain(format!("the sum over rows of {}", objective(&record.objective))));
    let proof = &record.certificate;
    item(
        "Search",
        plain(format!(
            "{} starts, {} evaluations; ended by: {}",
            proof.starts_tried, proof.evaluations, proof.termination
        )),
    );
    let interval = &record.interval;
    let replicates = match interval.replicates {
        0 => String::new(),
        count => format!(", {count} replicates of which {} failed", interval.failed),
    };
    item("Intervals", plain(format!("{}, {}{replicates}", describe::level(record), interval.method)));
    item("Validation", plain(validation(record)));
    table.block()
}

fn validation(record: &Record) -> String {
    let gap = record
        .optima
        .iter()
        .filter_map(|o| o.closed_form_gap)
        .fold(None, |most: Option<f64>, gap| Some(most.map_or(gap, |most| most.max(gap))));
    let closed = gap.map(|gap| format!("closed-form optima agree with numeric ones to {}", significant(gap, 2)));
    closed.into_iter().chain([held_out(record)]).collect::<Vec<_>>().join("; ")
}

fn held_out(record: &Record) -> String {
    let Some(v) = &record.validation else { return "no rows were held out".to_owned() };
    let percent = |x: f64| format!("{}%", significant(100.0 * x, 2));
    let coverage = v.coverage.map_or_else(String::new, |c| {
        format!("; {} of them lie in their {} prediction interval", percent(c), percent(v.level))
    });
    format!(
        "{} rows held out ({}) are predicted to {} on average (bias {}, worst {}), against {} for the nearest fitted row{coverage}",
        v.rows.len(),
        v.condition,
        percent(v.mean_absolute_relative_error),
        percent(v.mean_relative_error),
        percent(v.worst_relative_error),
        percent(v.nearest_row_error),
    )
}

fn certificate(record: &Record) -> Option<Block> {
    let proof = &record.certificate;
    let mut table = Table::new("The certificate of the answer", &["Check", "Finding"]);
    let mut item = |question: &str, answer: String| table.row(vec![plain(question), plain(answer)]);
    item(
        "Objective",
        format!("{} (a sum over {} rows)", significant(record.objective_value, 12), record.provenance.rows_used),
    );
    item(
        "Ended by",
        format!("{} ({})", proof.termination, if proof.converged { "converged" } else { "not converged" }),
    );
    item("Starts that reached it", format!("{} of {}", proof.best_basin, proof.starts_tried));
    item("Gradient", format!("one more Newton step would remove {} of the objective", significant(proof.gradient, 2)));
    let definite = if proof.positive_definite { "positive definite" } else { "not positive definite" };
    item("Hessian", format!("{definite}, condition {} when scaled to unit diagonal", significant(proof.condition, 2)));
    if let Some(text) = &proof.proof {
        item("Proof", text.clone());
    }
    if let Some(free) = &record.scale {
        let (scale, zone) = (significant(free.scale, 4), significant(free.effective_delta, 2));
        item(
            "Free scale",
            format!("{scale}, quadratic within {zone}; log-likelihood {}", significant(free.log_likelihood, 6)),
        );
    }
    item("Nearest bound", proof.nearest_bound.clone().unwrap_or_else(|| "none".to_owned()));
    item("Rows in the quadratic part of the loss", format!("{}%", significant(100.0 * proof.quadratic_share, 3)));
    if let Some(text) = &proof.proof {
        item("Proof", text.clone());
    }
    table.block()
}

fn basins(record: &Record) -> Option<Block> {
    const MOST: usize = 8;
    let all = &record.certificate.basins;
    let caption = match all.len() {
        0..=1 => return Some(Block::Paragraph(plain("Every start that converged ended in the same minimum."))),
        count if count > MOST => format!("The best {MOST} of {count} minima"),
        _ => "Every minimum found".to_owned(),
    };
    let mut heads = vec!["#Objective".to_owned(), "#Starts".to_owned(), "#Predictions differ by".to_owned()];
    heads.extend(record.parameters.iter().map(|p| format!("#{}", describe::greek(&p.symbol))));
    let mut table = Table::new(caption, &heads.iter().map(String::as_str).collect::<Vec<_>>());
    for basin in all.iter().take(MOST) {
        let mut row = vec![
            plain(significant(basin.objective, 7)),
            plain(basin.starts.to_string()),
            plain(format!("{}%", significant(100.0 * basin.prediction_gap, 2))),
        ];
        row.extend(basin.theta.iter().map(|v| plain(significant(*v, 4))));
        row.resize(heads.len(), plain("–"));
        table.row(row);
    }
    table.block()
}

fn other_objectives(record: &Record) -> Option<Block> {
    let mut table =
        Table::new("Objectives at this answer; only the first was minimised", &["Objective", "#Sum over rows"]);
    if record.other_objectives.is_empty() {
        return None;
    }
    table.row(vec![
        vec![Span::Strong(describe::sentence(&objective(&record.objective)))],
        vec![Span::Strong(significant(record.objective_value, 6))],
    ]);
    for other in &record.other_objectives {
        table.row(vec![plain(describe::sentence(&objective(&other.objective))), plain(significant(other.value, 6))]);
    }
    table.block()
}

fn influence(record: &Record) -> Option<Block> {
    let mut table = Table::new("Rows whose removal moves the answer most", &["#Row", "#Largest relative change"]);
    for (row, change) in record.points.influence.iter().take(10) {
        table.row(vec![plain(row.to_string()), plain(format!("{}%", significant(100.0 * change, 2)))]);
    }
    table.block()
}

fn correlation(record: &Record) -> Option<Block> {
    let matrix = record.correlation.as_ref()?;
    let names: Vec<String> = record.parameters.iter().map(|p| describe::greek(&p.symbol)).collect();
    let heads: Vec<String> =
        std::iter::once(String::new()).chain(names.iter().map(|name| format!("#{name}"))).collect();
    let mut table = Table::new("Correlation of the parameters", &heads.iter().map(String::as_str).collect::<Vec<_>>());
    for (name, row) in names.iter().zip(matrix) {
        let mut cells = vec![vec![Span::Strong(name.clone())]];
        cells.extend(row.iter().map(|r| {
            let text = if r.is_finite() { format!("{r:.2}").replace('-', "−") } else { "–".to_owned() };
            // What cannot be told apart stands out, the diagonal aside.
            if r.abs() >= 0.9 && r.abs() < 1.0 { vec![Span::Strong(text)] } else { plain(text) }
        }));
        cells.resize(heads.len(), plain("–"));
        table.row(cells);
    }
    table.block()
}
