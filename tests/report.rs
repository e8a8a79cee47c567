//! Reports on one fit and on a study.

mod support;

use scaling_laws::data::measurements::Warning;
use scaling_laws::record::Record;
use scaling_laws::show::figure;
use scaling_laws::show::report::{self, Document, Fitted, Picture, Study, Trust};
use std::path::Path;

fn pictures(record: &Record, folder: &str) -> Vec<Picture> {
    report::pictures(&figure::all(record), folder).unwrap()
}

fn fit() -> Document {
    let record = support::chinchilla();
    report::of_fit(&record, &pictures(&record, ""))
}

fn study() -> Document {
    let fits: Vec<_> = [support::chinchilla(), support::power()]
        .into_iter()
        .map(|record| {
            let pictures = pictures(&record, &record.law.id);
            Fitted { about: String::new(), record, pictures }
        })
        .collect();
    let comparisons = support::comparisons();
    let published = report::pictures(&[figure::published(&comparisons).unwrap()], "").unwrap();
    report::of_study(&Study {
        title: "The built-in study",
        about: "Two laws on one table.",
        fits: &fits,
        sections: &[],
        methods: &[],
        failures: &[("kaplan".to_owned(), "fewer rows than parameters".to_owned())],
        beside: &comparisons,
        comparisons: &comparisons,
        pictures: &published,
        command: "scaling run",
    })
}

#[test]
fn a_report_stands_alone() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    std::fs::create_dir_all(&out).unwrap();
    for (name, document) in [("fit", fit()), ("study", study())] {
        let html = report::html(&document);
        for outside in ["http:", "https:", "src=", "<script", "<link", "@import", "url("] {
            let html = html.replace("http://www.w3.org/2000/svg", "");
            assert!(!html.contains(outside), "{name}: {outside}");
        }
        for tag in ["table", "tr", "td", "th", "figure", "svg", "ul", "li", "div", "h2", "math", "p"] {
            let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{name}: <{tag}>");
        }
        std::fs::write(out.join(format!("{name}.html")), html).unwrap();
        std::fs::write(out.join(format!("{name}.md")), report::markdown(&document)).unwrap();
    }
}

#[test]
fn a_report_says_all_that_a_reader_needs() {
    let record = support::chinchilla();
    let (html, markdown) = (report::html(&fit()), report::markdown(&fit()));
    for text in [&html, &markdown] {
        for said in [
            "use it with care",
            "245 read, 240 used, 5 left out",
            "Huber loss, delta 0.001",
            "162 starts",
            "151 of 162",
            "positive definite",
            "Absolute values, of log residuals",
            "4000 replicates of which 3 failed",
            "what it counts is not stated",
            "counts tokens seen",
            "correlated 0.99",
            "pairs bootstrap, percentile",
            "0.00101827401780",
            "5.76×10²³ FLOP",
        ] {
            assert!(text.contains(said), "{said}");
        }
    }
    assert!(html.contains(&record.command.replace('<', "&lt;")) && markdown.contains(&record.command));
    for figure in figure::all(&record) {
        assert!(html.contains(&format!("<title>{}</title>", figure.title)), "{}", figure.name);
        assert!(markdown.contains(&format!("]({}.svg)", figure.name)), "{}", figure.name);
    }
}

#[test]
fn links_of_the_contents_lead_somewhere_and_ids_are_unique() {
    let html = report::html(&study());
    let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    for link in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(unique.contains(link), "{link}");
    }
}

#[test]
fn nothing_changes_when_nothing_changed_and_no_path_leaks() {
    assert_eq!(report::html(&study()), report::html(&study()));
    assert_eq!(report::markdown(&study()), report::markdown(&study()));
    let mut record = support::power();
    record.provenance.source = "/home/somebody/runs.csv".to_owned();
    record.provenance.title = None;
    let pictures = pictures(&record, "");
    let document = report::of_fit(&record, &pictures);
    assert!(!report::html(&document).contains("somebody") && !report::markdown(&document).contains("somebody"));
    assert!(pictures.iter().all(|p| !p.svg.contains("somebody")));
}

#[test]
fn trust_follows_the_certificate() {
    let mut record = support::power();
    record.warnings.clear();
    record.provenance.warnings.clear();
    assert_eq!(report::trust(&record).0, Trust::Sound);
    record.warnings.push(Warning::new("bound-hit", "alpha stopped at its bound."));
    assert_eq!(report::trust(&record).0, Trust::Care);
    record.certificate.converged = false;
    let (trust, reasons) = report::trust(&record);
    assert_eq!(trust, Trust::Doubt);
    assert!(reasons[0].contains("did not converge"));
}

#[test]
fn tables_of_markdown_have_as_many_cells_in_every_row() {
    for markdown in [report::markdown(&fit()), report::markdown(&study())] {
        let mut cells = None;
        for line in markdown.lines() {
            let count = line.replace(r"\|", "").matches('|').count();
            match (line.starts_with('|'), cells) {
                (true, Some(expected)) => assert_eq!(count, expected, "{line}"),
                (true, None) => cells = Some(count),
                (false, _) => cells = None,
            }
        }
    }
}

#[test]
fn markup_in_the_data_stays_text() {
    let mut record = support::power();
    record.provenance.title = Some("<b>bold</b> | [x](y) $1$".to_owned());
    record.warnings.push(Warning::new("odd", "a < b & c | d"));
    let document = report::of_fit(&record, &[]);
    assert!(!report::html(&document).contains("<b>"));
    assert!(report::markdown(&document).contains(r"a \< b & c \| d"));
}
