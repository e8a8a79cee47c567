//! What must hold of the rows that are kept, and what is worth a warning.

use super::cells::Bad;
use super::error::Mistake;
use super::loaded::{Loaded, Series};
use crate::base::units::Unit;
use crate::costs::six_n_d;
use crate::data::measurements::Warning;
use crate::law::Counts;
use std::hash::{DefaultHasher, Hasher};

/// Every kept cell of a column in use is a finite number, positive where that is needed.
pub(super) fn cells(loaded: &Loaded, rows: &[usize]) -> Result<(), Mistake> {
    // Columns before what is made from them: the message names a cell of the file.
    let (made, read): (Vec<&Series>, Vec<&Series>) =
        loaded.series.iter().filter(|series| series.checked).partition(|series| series.derived_by.is_some());
    for series in read.into_iter().chain(made) {
        let positive = series.wanted.as_ref().map_or(series.positive, |needed| needed.positive);
        let fraction = series.positive && matches!(series.symbol.as_str(), "acc" | "err");
        for &row in rows {
            let value = series.cells.values[row];
            if value.is_finite() && (value > 0.0 || !positive) && !(fraction && value > 1.0) {
                continue;
            }
            let place = loaded.place(series, row);
            let role = series.symbol.clone();
            if fraction && value.is_finite() && value > 1.0 {
                return Err(Mistake::NotAFraction { place, role, value });
            }
            return Err(match series.cells.bad_at(row) {
                Some(Bad::Empty) => Mistake::EmptyCell { place, role },
                Some(Bad::Text(error)) => Mistake::NotANumber { place, error: error.clone() },
                None if value.is_finite() => Mistake::NotPositive { place, role, value },
                None => Mistake::NotFinite { place, role, value },
            });
        }
    }
    Ok(())
}

/// All rows alike is a mistake; duplicates, one budget, a constant column and rival conventions
/// are warnings. The rows have been retained.
pub(super) fn rows(loaded: &Loaded, rows: &[usize]) -> Result<Vec<Warning>, Mistake> {
    let mut warnings = Vec::new();
    let series: Vec<&Series> = loaded.needed().collect();
    let constant = |series: &Series| series.cells.values.windows(2).all(|pair| pair[0] == pair[1]);
    if rows.len() > 1 && !series.is_empty() && series.iter().all(|series| constant(series)) {
        return Err(Mistake::AllAlike { rows: rows.len() });
    }
    warnings.extend(duplicates(loaded, &series, rows));
    for series in series.iter().filter(|series| rows.len() > 1 && constant(series)) {
        warnings.push(Warning::new(
            "constant-column",
            format!(
                "{} is {} in every row; what depends on it cannot be told from a constant",
                series.symbol, series.cells.values[0]
            ),
        ));
    }
    warnings.extend(one_budget(&series));
    for series in series {
        let needed = series.wanted.as_ref().map_or(Counts::Any, |needed| needed.counts);
        if needed != Counts::Any && series.counts != needed {
            warnings.push(Warning::new(
                "counts-differ",
                format!(
                    "column `{}` counts {} where the law means {}",
                    series.header.as_deref().unwrap_or(&series.symbol),
                    words(series.counts),
                    words(needed)
                ),
            ));
        }
        warnings.extend(bracket(series));
        warnings.extend(unit_in_header(series).or_else(|| scaled(series)));
    }
    Ok(warnings)
}

fn words(counts: Counts) -> &'static str {
    match counts {
        Counts::Any => "something unstated",
        Counts::NonEmbedding => "parameters without embeddings",
        Counts::WithEmbedding => "parameters with embeddings",
        Counts::Active => "parameters active per token",
        Counts::TokensSeen => "tokens seen, repeats included",
        Counts::UniqueTokens => "tokens that differ",
        Counts::Sequences => "sequences",
        Counts::Characters => "characters",
    }
}

fn duplicates(loaded: &Loaded, series: &[&Series], rows: &[usize]) -> Option<Warning> {
    let mut hashes: Vec<(u64, u32)> = (0..rows.len())
        .map(|i| {
            let mut hash = DefaultHasher::new();
            series.iter().for_each(|series| hash.write_u64(series.cells.values[i].to_bits()));
            loaded.texts.iter().for_each(|label| hash.write(label[i].as_bytes()));
            (hash.finish(), u32::try_from(i).unwrap_or(u32::MAX))
        })
        .collect();
    hashes.sort_unstable();
    let repeats: Vec<(u32, u32)> =
        hashes.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| (pair[0].1, pair[1].1)).collect();
    let &(first, again) = repeats.iter().min_by_key(|&&(_, again)| again)?;
    Some(Warning::new(
        "duplicate-rows",
        format!(
            "{} of {} rows repeat another in every column used (the first: row {} repeats row {})",
            repeats.len(),
            rows.len(),
            rows[again as usize] + 1,
            rows[first as usize] + 1
        ),
    ))
}

fn one_budget(series: &[&Series]) -> Option<Warning> {
    let of = |symbol| series.iter().find(|s| s.symbol == symbol).map(|s| s.cells.values.as_slice());
    let budgets: Vec<f64> = match (of("N"), of("D"), of("C")) {
        (Some(n), Some(d), _) => n.iter().zip(d).map(|(&n, &d)| six_n_d(n, d)).collect(),
        (_, _, Some(c)) => c.to_vec(),
        _ => return None,
    };
    let low = budgets.iter().copied().fold(f64::INFINITY, f64::min);
    let high = budgets.iter().copied().fold(0.0, f64::max);
    (budgets.len() > 1 && high <= 1.05 * low).then(|| {
        Warning::new(
            "one-budget",
            format!(
                "all rows spend one budget, {} FLOP: how the optimum moves with compute cannot be seen in them",
                crate::base::units::si(low)
            ),
        )
    })
}

/// A name such as `params_b` suggests billions, which nothing but brackets or a card makes certain.
fn unit_in_header(series: &Series) -> Option<Warning> {
    let header = series.header.as_deref()?;
    let last = header.to_lowercase().rsplit(['_', ' ', '-']).next().map(str::to_owned)?;
    let suspect = matches!(
        last.as_str(),
        "k" | "m" | "b" | "t" | "bn" | "million" | "millions" | "billion" | "billions" | "trillion" | "trillions"
    );
    let sizes = matches!(series.symbol.as_str(), "N" | "D" | "C");
    let small = series.cells.values.iter().all(|&value| value < 1e6);
    (suspect && sizes && small).then(|| {
        Warning::new(
            "unit-in-header",
            format!(
                "column `{header}` seems to be in powers of ten but was read as it stands; say so as --map '{}={header} (B)'",
                series.symbol
            ),
        )
    })
}

/// What stands in a header's brackets and is no unit.
fn bracket(series: &Series) -> Option<Warning> {
    let (header, bracket) = (series.header.as_deref()?, series.bracket.as_deref()?);
    Some(Warning::new(
        "bracket-not-understood",
        format!(
            "the bracket `({bracket})` of column `{header}` was not understood and the numbers were read as they stand; \
             if it is a unit, say so as --map '{}={header} (UNIT)'",
            series.symbol
        ),
    ))
}

/// What every run ever trained exceeds, and what none reaches: role, unit, least, most.
const PLAUSIBLE: &[(&str, &str, f64, f64)] =
    &[("N", "parameters", 1e4, 1e16), ("D", "tokens", 1e5, 1e18), ("C", "FLOP", 1e9, 1e32)];

/// Sizes that look as if counted in millions, as logarithms, or as if scaled twice. The values are
/// in the unit asked for.
fn scaled(series: &Series) -> Option<Warning> {
    let &(role, base, least, most) = PLAUSIBLE.iter().find(|(role, ..)| series.symbol == *role)?;
    let unit = Unit::parse(&series.unit_name).ok()?;
    if Unit::parse(base).map(|base| base.dimension) != Ok(unit.dimension) {
        return None;
    }
    let values = series.cells.values.iter().map(|value| value * unit.scale);
    let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
    let header = series.header.as_deref().unwrap_or(role);
    let made = series.derived_by.is_some();
    let message = if high < least {
        let logarithm = low > 3.0 && high < 30.0;
        let remedy = match (made, logarithm) {
            (true, _) => "look at what it is made from".to_owned(),
            (false, false) => format!("say so as --map '{role}={header} (M)' or '{role}={header} (B)'"),
            (false, true) => {
                format!(
                    "say so as --map '{role}={header} (B)', or, if they are logarithms, as --map '{role}=10^`{header}`'"
                )
            }
        };
        format!(
            "every {role} is below {least:e} {base} (the largest is {high}): the numbers look as if counted in millions or billions, or as logarithms; {remedy}"
        )
    } else if high > most {
        let what = if role == "D" { "; if they are FLOP, say so as --map C=COLUMN" } else { "" };
        format!(
            "{role} reaches {high:e} {base}, more than any run has: look whether a power of ten was applied twice{what}"
        )
    } else {
        return None;
    };
    Some(Warning::new("looks-scaled", message))
}

/// A column in per cent whose numbers look like fractions already.
pub(super) fn per_cent_twice(series: &Series) -> Option<Warning> {
    let header = series.header.as_deref()?;
    let role = matches!(series.symbol.as_str(), "acc" | "err");
    let all = series.cells.values.iter().all(|&value| value <= 0.01);
    (role && header.contains('%') && all).then(|| {
        Warning::new(
            "looks-scaled",
            format!(
                "column `{header}` says per cent, but none of its numbers exceeds 1: if they are fractions, say so as --map '{0}={header} (1)'",
                series.symbol
            ),
        )
    })
}

pub(super) fn assert_same_length(loaded: &Loaded, rows: usize) {
    debug_assert!(loaded.series.iter().all(|series| series.cells.values.len() == rows));
    debug_assert!(loaded.texts.iter().all(|label| label.len() == rows));
}
