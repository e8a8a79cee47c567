//! Where the starts ended.

use super::colour::{BLUE, GREY, INK};
use super::describe;
use super::ticks::{Notation, write};
use super::tree::{Along, Anchor, Axis, Figure, Key, Mark, Panel};
use crate::record::Record;

const MOST: usize = 8;

/// Draws how many starts reached each minimum, if there was more than one.
pub fn draw(record: &Record) -> Option<Figure> {
    let basins = &record.certificate.basins;
    if basins.len() < 2 {
        return None;
    }
    let shown = &basins[..basins.len().min(MOST)];
    let names: Vec<String> = shown.iter().map(|basin| write(basin.objective, Notation::Power)).collect();
    let most = shown.iter().map(|basin| basin.starts).max()? as f64;
    let x = Axis::over("Starts that ended there", "count", super::tree::Scale::Linear, (0.0, most * 1.35), 8);
    let y = Axis::names(&names).reversed();
    let mut panel = Panel::new(x, y);
    for (i, basin) in shown.iter().enumerate() {
        let color = if i == 0 { BLUE } else { GREY };
        panel = panel.mark(Mark::Bars {
            name: format!("minimum {}", i + 1),
            along: Along::X,
            at: vec![i as f64],
            to: vec![basin.starts as f64],
            thickness: 0.55,
            color,
        });
        let text = if i == 0 {
            format!("{} (the answer)", basin.starts)
        } else {
            format!("{}, predictions within {}%", basin.starts, write(basin.prediction_gap * 100.0, Notation::Power))
        };
        panel = panel.mark(Mark::text(
            &format!("starts {}", i + 1),
            (basin.starts as f64, i as f64),
            text,
            Anchor::Right,
            INK,
        ));
    }
    panel.y.label = "Objective".to_owned();
    let figure = Figure::new("basins", "Where the starts ended", describe::subtitle(record))
        .sized(760, 150 + 34 * shown.len() as u32)
        .key("best minimum", &[Key::Area(BLUE, 1.0)])
        .key("other minima", &[Key::Area(GREY, 1.0)])
        .panel(panel);
    let more = if basins.len() > MOST { format!(" The best {MOST} are shown.") } else { String::new() };
    Some(figure.caption(format!(
        "{} of {} starts reached the best of {} minima.{more}",
        record.certificate.best_basin,
        record.certificate.starts_tried,
        basins.len()
    )))
}
