//! Claims about tables, held against the tables.

use crate::data::card::Better;
use crate::data::ingest::{self, Needed, Request};
use crate::data::measurements::Measurements;
use crate::methods::frontier::front::{dominates, front, hypervolume};
use crate::methods::frontier::{of_card, resolved};
use crate::published::reference::{Check, Claim, Expected, Log, Over, Printed, Says, Verdict};
use std::collections::BTreeSet;

/// Holds claims against their tables.
pub fn check(claims: &[Claim]) -> Vec<Check> {
    claims.iter().map(one).collect()
}

fn one(claim: &Claim) -> Check {
    let (printed, ours) = match evaluate(claim) {
        Ok((of, ours)) => (claim.printed.clone().or_else(|| Printed::parse(&of.to_string())), Ok(ours)),
        Err(message) => (claim.printed.clone(), Err(message)),
    };
    let text = printed.as_ref().map_or_else(|| "all".to_owned(), |printed| printed.text.clone());
    let (ours, verdict, why) = match (printed, ours) {
        (Some(printed), Ok(ours)) => {
            let expected = Expected { printed, tolerance: claim.tolerance, contradict: claim.contradict.clone() };
            expected.judge(ours)
        }
        (_, Err(message)) => (None, Verdict::Surprise, message),
        (None, Ok(ours)) => (Some(ours), Verdict::Surprise, "there is nothing to hold it against".to_owned()),
    };
    Check {
        reference: claim.name.clone(),
        quantity: label(claim),
        printed: text,
        ours,
        verdict,
        kind: claim.kind,
        location: claim.location.clone(),
        why,
    }
}

/// `recovery of top1`, `value of top1 at latency=9`: which rows are meant is said by its name.
fn label(claim: &Claim) -> String {
    let of = claim.of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default();
    let against = claim.against.as_ref().map(|x| format!(" against {x}")).unwrap_or_default();
    let at = claim.at.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ");
    let at = if at.is_empty() { at } else { format!(" at {at}") };
    format!("{}{of}{against}{at}", claim.says.word())
}

/// How many rows a claim is about, and what comes out.
fn evaluate(claim: &Claim) -> Result<(usize, f64), String> {
    match claim.says {
        Says::OnFront | Says::Dominated => dominance(claim),
        Says::Hypervolume => volume(claim).map(|volume| (1, volume)),
        Says::Slope => slope(claim).map(|slope| (1, slope)),
        Says::Value if !claim.at.is_empty() => attainable(claim).map(|value| (1, value)),
        Says::Value => at(claim, claim.row.as_deref()).map(|value| (1, value)),
        Says::Ratio | Says::Change | Says::Recovery | Says::Drop => {
            let (own, other) = (at(claim, claim.row.as_deref())?, at(claim, claim.by.as_deref())?);
            let value = match claim.says {
                Says::Ratio => own / other,
                Says::Change => 100.0 * (own / other - 1.0),
                Says::Recovery => 100.0 * own / other,
                _ => other - own,
            };
            Ok((1, value))
        }
    }
}

/// Reads columns of the rows that take part and for which a condition holds.
fn read(claim: &Claim, columns: &[&str], also: Option<&str>) -> Result<Measurements, String> {
    let headers = ingest::headers(&claim.source).map_err(|error| error.to_string())?;
    let mut map = claim.map.clone();
    for column in columns.iter().filter(|column| claim.map.iter().all(|(name, _)| name != *column)) {
        map.extend(resolved(column, &headers).map(|header| ((*column).to_owned(), header)));
    }
    let filter = match (&claim.keep, also) {
        (Some(keep), Some(also)) => Some(format!("({keep}) and ({also})")),
        (keep, also) => keep.clone().or_else(|| also.map(str::to_owned)),
    };
    let needed = columns.iter().map(|column| Needed { positive: false, ..Needed::new(column, "1") }).collect();
    let request = Request { needed, map, filter, ..Request::default() };
    ingest::read(&claim.source, &request).map_err(|error| error.to_string())
}

/// The column at the rows of a condition, as one number.
fn at(claim: &Claim, condition: Option<&str>) -> Result<f64, String> {
    let column = claim.of.as_deref().unwrap_or_default();
    let rows = read(claim, &[column], condition)?;
    let mut values = rows.columns[0].values.clone();
    let count = values.len();
    let sum = values.iter().sum::<f64>();
    match claim.over {
        Over::One if count == 1 => Ok(values[0]),
        Over::One => {
            let condition = condition.unwrap_or("the claim");
            Err(format!(
                "`{condition}` holds for {count} rows; it must pick one, or `over` say how they become one number"
            ))
        }
        Over::Mean => Ok(sum / count as f64),
        Over::Sum => Ok(sum),
        Over::Min => Ok(values.iter().copied().fold(f64::INFINITY, f64::min)),
        Over::Max => Ok(values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        Over::Median => {
            values.sort_by(f64::total_cmp);
            Ok(0.5 * (values[(count - 1) / 2] + values[count / 2]))
        }
    }
}

/// The rows that take part with every objective turned so that less is better.
struct Turned {
    rows: Vec<usize>,
    points: Vec<Vec<f64>>,
    objectives: Vec<(String, Better)>,
}

fn turned(claim: &Claim) -> Result<Turned, String> {
    let mut objectives = claim.objectives.clone();
    if objectives.is_empty() {
        objectives = of_card(&claim.source.name()).into_iter().map(|o| (o.name, o.better)).collect();
    }
    if objectives.is_empty() {
        return Err("names no objective, and neither does the card of its table: say minimise and maximise".to_owned());
    }
    let names: Vec<&str> = objectives.iter().map(|(name, _)| name.as_str()).collect();
    let rows = read(claim, &names, None)?;
    let signs: Vec<f64> = objectives.iter().map(|(_, better)| better.sign()).collect();
    let point = |i: usize| rows.columns.iter().zip(&signs).map(|(column, sign)| column.values[i] * sign).collect();
    Ok(Turned { points: (0..rows.len()).map(point).collect(), rows: rows.rows, objectives })
}

/// Rows of the table for which a condition holds.
fn picked(claim: &Claim, objectives: &[(String, Better)], condition: &str) -> Result<BTreeSet<usize>, String> {
    let any = objectives.first().map_or("", |(name, _)| name.as_str());
    Ok(read(claim, &[any], Some(condition))?.rows.into_iter().collect())
}

fn dominance(claim: &Claim) -> Result<(usize, f64), String> {
    let Turned { rows, points, objectives } = turned(claim)?;
    let pick = |condition: &Option<String>| {
        condition.as_deref().map(|condition| picked(claim, &objectives, condition)).transpose()
    };
    let (own, by) = (pick(&claim.row)?, pick(&claim.by)?);
    let chosen = |picked: &Option<BTreeSet<usize>>| -> Vec<usize> {
        (0..rows.len()).filter(|&i| picked.as_ref().is_none_or(|picked| picked.contains(&rows[i]))).collect()
    };
    let own = chosen(&own);
    let count = match (claim.says, by) {
        (Says::Dominated, by @ Some(_)) => {
            let by = chosen(&by);
            own.iter().filter(|&&i| by.iter().any(|&j| dominates(&points[j], &points[i]))).count()
        }
        (says, _) => {
            let found = front(&points).ok_or("the front is too large to find; keep fewer rows")?;
            own.iter().filter(|&&i| found.dominated_by[i].is_none() == (says == Says::OnFront)).count()
        }
    };
    Ok((own.len(), count as f64))
}

/// A bound or a corner with the sign of its objective; all must be given, or some.
fn bounds(claim: &Claim, objectives: &[(String, Better)]) -> Result<Vec<Option<f64>>, String> {
    if let Some(key) = claim.at.keys().find(|key| objectives.iter().all(|(name, _)| name != *key)) {
        return Err(format!("at speaks of {key}, which is none of the objectives"));
    }
    Ok(objectives.iter().map(|(name, better)| claim.at.get(name).map(|bound| bound * better.sign())).collect())
}

fn volume(claim: &Claim) -> Result<f64, String> {
    let Turned { points, objectives, .. } = turned(claim)?;
    let corner: Option<Vec<f64>> = bounds(claim, &objectives)?.into_iter().collect();
    let corner = corner.ok_or("at must give a corner for every objective")?;
    hypervolume(&points, &corner).ok_or_else(|| "the front is too large for a hypervolume".to_owned())
}

/// The best of `of` among rows within the bounds.
fn attainable(claim: &Claim) -> Result<f64, String> {
    let Turned { points, objectives, .. } = turned(claim)?;
    let of = claim.of.as_deref().unwrap_or_default();
    let k = objectives.iter().position(|(name, _)| name == of);
    let k = k.ok_or_else(|| format!("{of} is none of the objectives"))?;
    let bounds = bounds(claim, &objectives)?;
    let keeps = |point: &&Vec<f64>| point.iter().zip(&bounds).all(|(v, bound)| bound.is_none_or(|bound| *v <= bound));
    let best = points.iter().filter(keeps).map(|point| point[k]).fold(f64::INFINITY, f64::min);
    if best.is_finite() { Ok(best * objectives[k].1.sign()) } else { Err("no row keeps to the bounds".to_owned()) }
}

fn slope(claim: &Claim) -> Result<f64, String> {
    let (of, against) = (claim.of.as_deref().unwrap_or_default(), claim.against.as_deref().unwrap_or_default());
    let rows = read(claim, &[against, of], None)?;
    let scale = |values: &[f64], log: bool| -> Vec<f64> {
        if log { values.iter().map(|v| v.ln()).collect() } else { values.to_vec() }
    };
    let x = scale(&rows.columns[0].values, matches!(claim.log, Log::X | Log::Both));
    let y = scale(&rows.columns[1].values, matches!(claim.log, Log::Y | Log::Both));
    let count = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / count, y.iter().sum::<f64>() / count);
    let (top, under) =
        x.iter().zip(&y).fold((0.0, 0.0), |(t, u), (x, y)| (t + (x - mx) * (y - my), u + (x - mx).powi(2)));
    let slope = top / under;
    if slope.is_finite() { Ok(slope) } else { Err("the rows allow no slope: too few, or not positive".to_owned()) }
}
