//! Figures as data and as pictures.

mod support;

use scaling_laws::figure;

#[test]
fn every_kind_draws() {
    let out = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("figures");
    std::fs::create_dir_all(&out).unwrap();
    for (prefix, record) in [("", support::chinchilla()), ("power-", support::power())] {
        for figure in figure::all(&record) {
            let svg = figure::svg(&figure).unwrap();
            let stem = format!("{prefix}{}", figure.name);
            std::fs::write(out.join(format!("{stem}.svg")), &svg).unwrap();
            std::fs::write(out.join(format!("{stem}.png")), figure::png(&svg).unwrap()).unwrap();
        }
    }
    let figure = figure::published(&support::comparisons()).unwrap();
    let svg = figure::svg(&figure).unwrap();
    std::fs::write(out.join("published.svg"), &svg).unwrap();
    std::fs::write(out.join("published.png"), figure::png(&svg).unwrap()).unwrap();
}
