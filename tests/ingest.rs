//! Tables in, measurements out.

use scaling_laws::ingest::{self, Needed, Request, Source};

fn chinchilla() -> Vec<Needed> {
    vec![Needed::new("N", "parameters"), Needed::new("D", "tokens"), Needed::new("L", "nat/token")]
}

#[test]
fn the_embedded_runs_of_figure_4_become_measurements() {
    let request = Request { needed: chinchilla(), ..Request::default() };
    let data = ingest::read(&Source::named("hoffmann2022-figure4"), &request).unwrap();
    assert_eq!(data.len(), 245);
    let (n, d) = (data.column("N").unwrap(), data.column("D").unwrap());
    assert_eq!(n[0], 6795600349.289);
    assert_eq!(d[0], 9.99385279971e+18 / (6.0 * 6795600349.289));
    assert_eq!(data.provenance.columns[1].derived_by.as_deref(), Some("D = C/(6N)"));
    assert_eq!(data.provenance.columns[0].header.as_deref(), Some("N"));
    assert!(data.provenance.warnings.is_empty(), "{:?}", data.provenance.warnings);
}
