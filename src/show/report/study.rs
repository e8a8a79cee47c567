//! Many fits and the published numbers beside them.

use super::fit::{blocks, main_results, trust};
use super::number::{phrase, significant};
use super::{Block, Document, Picture, Span, Table, Tone, plain};
use crate::record::chart::Section;
use crate::record::method::MethodRecord;
use crate::record::{Comparison, Record};
use crate::show::figure::describe;
use std::collections::BTreeMap;

/// One fit of a study.
pub struct Fitted {
    /// What it is for; empty for nothing.
    pub about: String,
    /// The fit.
    pub record: Record,
    /// Its figures.
    pub pictures: Vec<Picture>,
}

/// One run of a method in a study.
pub struct Ran {
    /// What it is for; empty for nothing.
    pub about: String,
    /// What came of it.
    pub record: MethodRecord,
    /// Its account.
    pub section: Section,
    /// Its figures.
    pub pictures: Vec<Picture>,
}

/// How the numbers of one paper came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Key of the paper.
    pub key: String,
    /// Numbers that agree, as they should.
    pub agree: usize,
    /// Numbers that are known not to agree.
    pub contradict: usize,
    /// Numbers that came out otherwise than recorded.
    pub surprises: usize,
}

/// Counts comparisons by paper, in order of their keys.
pub fn tally(comparisons: &[Comparison]) -> Vec<Tally> {
    let mut all: BTreeMap<&str, Tally> = BTreeMap::new();
    for c in comparisons {
        let key = c.reference.split('/').next().unwrap_or_default();
        let none = || Tally { key: key.to_owned(), agree: 0, contradict: 0, surprises: 0 };
        let tally = all.entry(key).or_insert_with(none);
        match (c.agrees, c.expected) {
            (true, true) => tally.agree += 1,
            (false, false) => tally.contradict += 1,
            _ => tally.surprises += 1,
        }
    }
    all.into_values().collect()
}

/// What the report on a study is made of.
pub struct Study<'a> {
    /// Title.
    pub title: &'a str,
    /// What it is about; empty for nothing.
    pub about: &'a str,
    /// Fits with their figures, in order.
    pub fits: &'a [Fitted],
    /// Methods with their figures, in order.
    pub methods: &'a [Ran],
    /// Fits and methods that failed: name and why.
    pub failures: &'a [(String, String)],
    /// Published numbers that a fit of this study was asked to be held beside, with its intervals.
    pub beside: &'a [Comparison],
    /// Every published number beside ours.
    pub comparisons: &'a [Comparison],
    /// Accounts of families of laws, with their figures.
    pub sections: &'a [(Section, Vec<Picture>)],
    /// Figures of the study as a whole.
    pub pictures: &'a [Picture],
    /// The command that remakes it.
    pub command: &'a str,
}

/// Fits of a study up to which its report shows each of them; of more, each has its own report.
pub const DETAILED: usize = 100;

/// The report on a study: a summary, the published numbers, then every fit.
pub fn of_study(study: &Study) -> Document {
    let mut out = vec![Block::Notice(Tone::Answer, vec![plain(headline(study))])];
    if !study.about.is_empty() {
        out.push(Block::Paragraph(plain(study.about)));
    }
    if !study.failures.is_empty() {
        let said = |(name, why): &(String, String)| vec![Span::Strong(format!("{name}: ")), Span::Plain(why.clone())];
        out.push(Block::Notice(Tone::Warning, study.failures.iter().map(said).collect()));
    }
    if !study.fits.is_empty() {
        out.push(Block::Heading(2, "All fits".to_owned()));
        out.extend(summary(study.fits));
        out.extend(optima(study.fits));
    }
    for ran in study.methods {
        // As a fit's, a heading that the contents have room for.
        out.push(Block::Heading(2, ran.record.name.clone()));
        out.push(Block::Paragraph(vec![Span::Strong(format!("{}.", ran.section.title))]));
        if !ran.about.is_empty() {
            out.push(Block::Paragraph(plain(ran.about.clone())));
        }
        out.extend(super::blocks_of_method(&ran.record, &ran.section, &ran.pictures));
    }
    for (section, pictures) in study.sections {
        out.push(Block::Heading(2, section.title.clone()));
        out.extend(super::of_section(section, pictures));
    }
    if !study.beside.is_empty() || !study.comparisons.is_empty() {
        out.push(Block::Heading(2, "Published numbers".to_owned()));
        out.extend(compared("The published numbers that these fits are held beside", study.beside.iter()));
        out.extend(study.pictures.iter().cloned().map(Block::Picture));
        out.extend(scoreboard(study.comparisons));
        let differ = study.comparisons.iter().filter(|c| !c.agrees || !c.expected);
        out.extend(compared("Every published number that does not come out as printed, and why", differ));
    }
    let each = if study.fits.len() <= DETAILED { study.fits } else { &[] };
    if each.is_empty() && !study.fits.is_empty() {
        let how = "One fit in full: scaling report fits/NAME.json --out DIR, in the folder of this study.";
        out.push(Block::Paragraph(plain(how)));
    }
    for fitted in each {
        out.push(Block::Heading(2, fitted.record.name.clone()));
        if !fitted.about.is_empty() {
            out.push(Block::Paragraph(plain(fitted.about.clone())));
        }
        out.extend(blocks(&fitted.record, &fitted.pictures, 3));
    }
    out.push(Block::Heading(2, "How to remake this study".to_owned()));
    out.push(Block::Code(study.command.to_owned()));
    Document { title: study.title.to_owned(), blocks: out }
}

fn headline(study: &Study) -> String {
    let fits = match study.fits.len() {
        1 => "One fit".to_owned(),
        count => format!("{count} fits"),
    };
    let failed = match study.failures.len() {
        0 => String::new(),
        count => format!(", {count} failed"),
    };
    let warned = study.fits.iter().filter(|f| !super::fit::all_warnings(&f.record).is_empty()).count();
    let agree = study.comparisons.iter().filter(|c| c.agrees).count();
    let as_expected = study.comparisons.iter().filter(|c| c.agrees == c.expected).count();
    let numbers = match study.comparisons.len() {
        0 => String::new(),
        count => format!("; of {count} published numbers {agree} are met, and {as_expected} came out as expected"),
    };
    format!("{fits}{failed}; {warned} with warnings{numbers}.")
}

fn summary(fits: &[Fitted]) -> Option<Block> {
    let heads = ["Fit", "Law", "Data", "#Rows", "#Objective", "Main numbers", "Trust"];
    let mut table = Table::new("Every fit of the study; intervals in brackets", &heads);
    for Fitted { record, .. } in fits {
        let main = main_results(record, 2).into_iter();
        let main: Vec<String> = main.map(|e| format!("{} = {}", describe::greek(&e.symbol), phrase(e))).collect();
        table.row(vec![
            vec![Span::Strong(record.name.clone())],
            vec![Span::Code(record.law.id.clone())],
            vec![Span::Code(file_name(&record.provenance.source).to_owned())],
            plain(record.provenance.rows_used.to_string()),
            plain(significant(record.objective_value, 5)),
            plain(main.join("; ")),
            plain(trust(record).0.word()),
        ]);
    }
    table.block()
}

/// A path as given may say where somebody's files are; its last part is enough here.
fn file_name(source: &str) -> &str {
    source.rsplit(['/', '\\']).next().unwrap_or(source)
}

fn optima(fits: &[Fitted]) -> Option<Block> {
    let mut table = Table::new("Every optimum of the study", &["Fit", "#Budget", "Optimum"]);
    for Fitted { record, .. } in fits {
        let unit = describe::budget(record).unit;
        for optimum in &record.optima {
            let best: Vec<String> =
                optimum.quantities.iter().map(|q| format!("{} = {}", q.symbol, phrase(q))).collect();
            table.row(vec![
                plain(record.name.clone()),
                plain(describe::amount(optimum.budget, &unit)),
                plain(best.join("; ")),
            ]);
        }
    }
    table.block()
}

fn scoreboard(comparisons: &[Comparison]) -> Option<Block> {
    let heads = ["Paper", "#Agree", "#Differ, as expected", "#Surprises"];
    let mut table = Table::new("Every published number checked, by paper", &heads);
    for t in tally(comparisons) {
        let counts = [t.agree, t.contradict, t.surprises].map(|count| plain(count.to_string()));
        table.row(std::iter::once(vec![Span::Code(t.key)]).chain(counts).collect());
    }
    table.block()
}

fn compared<'a>(caption: &str, all: impl Iterator<Item = &'a Comparison>) -> Option<Block> {
    let heads = ["Reference", "Quantity", "#Printed", "#Ours", "Verdict", "Why"];
    let mut table = Table::new(caption, &heads);
    for c in all {
        let verdict = match (c.agrees, c.expected) {
            (true, true) => plain("agrees"),
            (false, false) => plain("differs, as expected"),
            (true, false) => vec![Span::Strong("agrees, against expectation".to_owned())],
            (false, true) => vec![Span::Strong("differs".to_owned())],
        };
        table.row(vec![
            vec![Span::Code(c.reference.clone())],
            plain(describe::greek(&c.quantity)),
            plain(c.printed.clone()),
            plain(significant(c.ours, 6)),
            verdict,
            plain(c.why.clone()),
        ]);
    }
    table.block()
}
