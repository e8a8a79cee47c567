//! Figures as data, as snapshots and as pictures.

mod support;

use scaling_laws::show::figure::{self, Figure, backend, scene::Item};
use std::path::Path;

fn all() -> Vec<(String, Figure)> {
    let mut all = Vec::new();
    for (prefix, record) in [("", support::chinchilla()), ("power-", support::power())] {
        all.extend(figure::all(&record).into_iter().map(|figure| (format!("{prefix}{}", figure.name), figure)));
    }
    all.push(("published".to_owned(), figure::published(&support::comparisons()).unwrap()));
    all
}

#[test]
fn every_kind_is_drawn_from_a_full_record_and_none_from_an_empty_one() {
    let names: Vec<String> = all().into_iter().map(|(name, _)| name).collect();
    for kind in figure::KINDS {
        assert!(names.iter().any(|name| name.trim_start_matches("power-") == kind.name), "{}", kind.name);
    }
    let mut bare = support::chinchilla();
    bare.curves = Default::default();
    bare.points.residual.clear();
    bare.interval.sample.clear();
    bare.certificate.basins.clear();
    assert!(figure::all(&bare).is_empty());
    assert!(figure::published(&[]).is_none());
}

#[test]
fn no_text_is_cut_off_and_labels_of_an_axis_do_not_touch() {
    for (name, figure) in all() {
        let ticks = on_the_page(&name, &figure);
        for (i, (a, first)) in ticks.iter().enumerate() {
            for (b, second) in &ticks[i + 1..] {
                assert!(!first.meets(second), "{name}: {a:?} touches {b:?}");
            }
        }
    }
}

#[test]
fn every_axis_names_its_unit_and_has_ticks_and_every_figure_says_what_it_shows() {
    for (name, figure) in all() {
        assert!(figure.alt.len() > 60 && figure.caption.ends_with('.'), "{name}: {:?}", figure.alt);
        for panel in &figure.panels {
            for axis in [&panel.x, &panel.y] {
                let labels = axis.ticks.iter().filter(|tick| !tick.label.is_empty()).count();
                assert!(labels >= 2, "{name}: {axis:?}");
                assert!(axis.ticks.iter().all(|tick| axis.holds(tick.at)), "{name}: {axis:?}");
                // A pure number, and an axis of names, has none.
                let named = axis.label.is_empty() || axis.unit == "1" || axis.caption().contains(&axis.unit);
                assert!(named, "{name}: {axis:?}");
            }
        }
    }
}

#[test]
fn pictures_are_the_same_each_time() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("figures");
    std::fs::create_dir_all(&out).unwrap();
    for ((name, first), (_, second)) in all().into_iter().zip(all()) {
        let (svg, again) = (figure::svg(&first).unwrap(), figure::svg(&second).unwrap());
        assert_eq!(svg, again, "{name}");
        assert!(svg.len() < 60_000, "{name}: {} bytes", svg.len());
        assert!(svg.contains("<title>") && svg.contains("<desc>") && !svg.contains("NaN"), "{name}");
        let png = figure::png(&svg).unwrap();
        assert_eq!(&png[..4], b"\x89PNG", "{name}");
        std::fs::write(out.join(format!("{name}.svg")), svg).unwrap();
        std::fs::write(out.join(format!("{name}.png")), png).unwrap();
    }
}

#[test]
fn hard_values_are_drawn_without_them() {
    let mut record = support::chinchilla();
    record.points.measured[3] = f64::NAN;
    record.points.residual[5] = f64::INFINITY;
    if let Some(frontier) = &mut record.curves.frontier {
        frontier.y[40] = f64::NAN;
        frontier.upper[60] = f64::INFINITY;
    }
    if let Some(surface) = &mut record.curves.surface {
        surface.loss[10][10] = f64::NAN;
    }
    for figure in figure::all(&record) {
        let svg = figure::svg(&figure).unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf,"), "{}", figure.name);
    }
}

/// Where no text may go: off the page. Returns the texts with their extents.
fn on_the_page(name: &str, figure: &Figure) -> Vec<(String, figure::clip::Rect)> {
    let scene = backend::svg::scene(figure);
    let mut texts = Vec::new();
    for item in &scene.items {
        let Item::Text(label) = item else { continue };
        let extent = label.extent(backend::svg::width(&label.text, label.size, label.bold));
        let page =
            extent.left >= 0.0 && extent.top >= 0.0 && extent.right <= scene.width && extent.bottom <= scene.height;
        assert!(page, "{name}: {label:?} leaves the page: {extent:?}");
        texts.push((label.text.clone(), extent));
    }
    texts
}

#[test]
fn long_names_stay_on_the_page() {
    let long = |what: &str| format!("{what} {}", "of a rather elaborate kind ".repeat(9).trim());
    let mut record = support::chinchilla();
    record.law.title = long("law");
    record.law.output.name = long("output");
    for (axis, _) in &mut record.points.inputs {
        axis.name = long("input");
    }
    for (axis, _) in &mut record.curves.allocation {
        axis.name = long("input");
    }
    for parameter in &mut record.parameters {
        parameter.meaning = long("parameter");
    }
    for figure in figure::all(&record) {
        on_the_page(&figure.name, &figure);
    }
    let mut comparisons = support::comparisons();
    comparisons[0].reference = long("reference");
    on_the_page("published", &figure::published(&comparisons).unwrap());
}

#[test]
fn odd_records_are_drawn() {
    let mut record = support::power();
    record.points.inputs[0].1 = vec![1e9; 14];
    let mut one_row = support::power();
    for column in [&mut one_row.points.measured, &mut one_row.points.predicted, &mut one_row.points.residual] {
        column.truncate(1);
    }
    one_row.points.inputs[0].1.truncate(1);
    one_row.points.rows.truncate(1);
    let mut signed = support::power();
    signed.points.inputs[0].1.iter_mut().enumerate().for_each(|(i, v)| *v = i as f64 - 5.0);
    let mut nothing_finite = support::chinchilla();
    nothing_finite.points.measured.iter_mut().for_each(|v| *v = f64::NAN);
    if let Some(surface) = &mut nothing_finite.curves.surface {
        surface.n[0] = f64::NAN;
        surface.loss.iter_mut().flatten().for_each(|v| *v = f64::NAN);
    }
    for record in [record, one_row, signed, nothing_finite] {
        for figure in figure::all(&record) {
            let svg = figure::svg(&figure).unwrap();
            assert!(!svg.contains("NaN"), "{}", figure.name);
            on_the_page(&figure.name, &figure);
        }
    }
}

#[test]
fn text_is_escaped() {
    let mut record = support::power();
    record.law.title = "a < b & \"c\"".to_owned();
    record.law.output.name = "<loss>".to_owned();
    for figure in figure::all(&record) {
        let svg = figure::svg(&figure).unwrap();
        assert!(!svg.contains("<loss>") && !svg.contains("a < b"));
        figure::png(&svg).unwrap();
    }
}

/// Small figures as data. `UPDATE_SNAPSHOTS=1 cargo test --test figures` rewrites them.
#[test]
fn figures_as_data_match_their_snapshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/figures");
    for (name, figure) in all() {
        if !["power-line", "power-residuals", "power-basins", "published"].contains(&name.as_str()) {
            continue;
        }
        let path = folder.join(format!("{name}.json"));
        let json = format!("{:#}\n", figure::json(&figure));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &json).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == json, "{name} differs from its snapshot; if it should, run with UPDATE_SNAPSHOTS=1");
    }
}

/// Where a law has an input that no budget chooses, curves are of one value of it, say which, and stand among the
/// rows measured there only.
#[test]
fn no_curve_of_one_condition_stands_among_the_rows_of_others() {
    let mut record = support::chinchilla();
    let count = record.points.rows.len();
    let axis = scaling_laws::record::Axis {
        symbol: "U".to_owned(),
        name: "data that differ".to_owned(),
        unit: "tokens".to_owned(),
    };
    record.law.inputs.push(axis.clone());
    record.points.inputs.push((axis, (0..count).map(|k| if k % 4 == 0 { 3e9 } else { 9e9 }).collect()));
    record.curves.held = vec![("U".to_owned(), 3e9)];
    let drawn = figure::all(&record);
    for name in ["isoflop", "frontier", "surface", "allocation"] {
        let figure = drawn.iter().find(|figure| figure.name == name).expect(name);
        assert!(figure.caption.contains("U = 3B tokens"), "{name}: {}", figure.caption);
        let rows: usize = figure
            .panels
            .iter()
            .flat_map(|panel| &panel.marks)
            .map(|mark| match mark {
                figure::tree::Mark::Points { name, x, .. } if name.starts_with("rows") => x.len(),
                _ => 0,
            })
            .sum();
        let belonging = count.div_ceil(4);
        match name {
            "allocation" => assert_eq!(rows, 0),
            "isoflop" => assert!(rows > 0 && rows <= belonging, "{name}: {rows}"),
            _ => assert_eq!(rows, belonging, "{name}"),
        }
    }
}
