//! What the reader of a density must know: thirteen warnings, each a function of plain numbers.

use crate::data::measurements::Warning;
use crate::laws::density::density_growth::MONTH;
use crate::methods::density::time_law::why_withheld;
use crate::methods::density::{Data, Line, LossLaw, Rule, Sigmoid, Size, Status, StatusCount, write_date};

/// Densities above this are not believed without a look.
const EXTREME_DENSITY: f64 = 30.0;
/// Leverage of one envelope point above which it steers the line.
const HIGH_LEVERAGE: f64 = 0.3;
/// Share of the best half of the targets that may be censored above.
const CENSORED_SHARE: f64 = 0.1;
/// Share of the score range that the reference must cover, and that its best model must exceed.
const COVERAGE: f64 = 0.3;
const AT_CHANCE: f64 = 0.1;
/// What a reference should have: sizes, and decades that they span.
const SIZES: usize = 5;
const DECADES: f64 = 1.5;
/// Slack of the range when it is compared with itself.
const ROUNDING: f64 = 1e-9;

/// 1: levels are relative.
pub fn relative(reference: &str, data: &[Data]) -> Warning {
    let data: Vec<String> = data.iter().map(Data::to_string).collect();
    Warning::new(
        "density-is-relative",
        format!(
            "densities are relative to the reference ({reference}) and to D0 ({}); do not compare their levels with \
             those of another reference or D0",
            data.join(", ")
        ),
    )
}

/// 2: how many targets have each status, and whether the slope is only a lower bound because more
/// than a tenth of the better half of the targets is censored above. `targets` are score and
/// status, in any order; without a score of its own (aggregates) the side decides.
pub fn censored(counts: &[StatusCount], targets: &[(f64, Status)]) -> (Warning, bool) {
    let mut ranked: Vec<(f64, Status)> = targets.iter().copied().filter(|t| t.1 != Status::Missing).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let half = ranked.len().div_ceil(2);
    let above = ranked[..half].iter().filter(|t| t.1.side() > 0).count();
    let lower_bound = above as f64 > CENSORED_SHARE * half as f64;
    let counted: Vec<String> =
        counts.iter().filter(|c| c.models > 0).map(|c| format!("{} {}", c.models, c.status.name())).collect();
    let verdict = if lower_bound {
        format!("; {above} of the better {half} are censored above, so the slope is a lower bound")
    } else {
        String::new()
    };
    (Warning::new("censored-models", format!("targets by status: {}{verdict}", counted.join(", "))), lower_bound)
}

/// 3: effective sizes outside the range of the reference models.
pub fn outside_range(sizes: &[f64], range: (f64, f64)) -> Option<Warning> {
    let slack = 1.0 + ROUNDING;
    let outside: Vec<f64> = sizes.iter().copied().filter(|n| *n > range.1 * slack || *n < range.0 / slack).collect();
    let factor = outside.iter().map(|n| (n / range.1).max(range.0 / n)).fold(1.0, f64::max);
    (!outside.is_empty()).then(|| {
        Warning::new(
            "outside-reference-range",
            format!(
                "{} effective sizes lie outside the reference models ({:.3e} to {:.3e} parameters), the farthest by a \
                 factor {factor:.3}",
                outside.len(),
                range.0,
                range.1
            ),
        )
    })
}

/// 4: a reference that cannot carry a sigmoid. The flag says whether the score is refused; a
/// reference that is merely thin is warned about. `models` are size and score.
pub fn weak_reference(models: &[(f64, f64)], floor: f64) -> Option<(Warning, bool)> {
    let share = |score: f64| (score - floor) / (1.0 - floor);
    let shares: Vec<f64> = models.iter().map(|m| share(m.1)).collect();
    let (low, high) = shares.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), s| (a.min(*s), b.max(*s)));
    let sizes = models.iter().map(|m| m.0).fold((f64::INFINITY, 0.0_f64), |(a, b), n| (a.min(n), b.max(n)));
    let refuse = if models.len() < 3 {
        Some(format!("{} reference models have a score; at least 3 are needed", models.len()))
    } else if high < AT_CHANCE {
        Some("the reference models score at chance".to_owned())
    } else if high - low < COVERAGE {
        Some(format!("the reference models cover {:.0} % of the score range, less than 30 %", 100.0 * (high - low)))
    } else {
        None
    };
    if let Some(reason) = refuse {
        return Some((Warning::new("weak-reference", format!("refused: {reason}")), true));
    }
    let decades = (sizes.1 / sizes.0).log10();
    let mut thin = Vec::new();
    if models.len() < SIZES {
        thin.push(format!("{} sizes, fewer than {SIZES}", models.len()));
    }
    if decades < DECADES {
        thin.push(format!("{decades:.2} decades of size, fewer than {DECADES}"));
    }
    let near = models.iter().filter(|m| m.1 < floor + 0.1).count();
    if near > 0 {
        thin.push(format!("within 0.1 of chance: {near}"));
    }
    (!thin.is_empty())
        .then(|| (Warning::new("weak-reference", format!("the reference is thin: {}", thin.join("; "))), false))
}

/// 5: a sigmoid that rises with the loss or ended at a bound.
pub fn sigmoid_trouble(sigmoid: &Sigmoid) -> Option<Warning> {
    if sigmoid.rises() {
        let message = format!(
            "gamma = {:.4} is not negative: the score falls as the loss falls, there is nothing to invert",
            sigmoid.gamma
        );
        return Some(Warning::new("sigmoid-rises", message));
    }
    sigmoid.at_bound.as_ref().map(|param| {
        Warning::new("bound-hit", format!("the sigmoid's {param} ended at its bound; the score does not identify it"))
    })
}

/// 6: a density too high to be believed, or one point that steers the envelope.
pub fn extreme(densities: &[(&str, f64)], line: Option<(Rule, &Line)>) -> Option<Warning> {
    let mut notes = Vec::new();
    if let Some((name, density)) = densities.iter().filter(|d| d.1 > EXTREME_DENSITY).max_by(|a, b| a.1.total_cmp(&b.1))
    {
        notes.push(format!("{name} has density {density:.1}, above {EXTREME_DENSITY}"));
    }
    if let Some((rule, line)) = line.filter(|(_, line)| line.leverage > HIGH_LEVERAGE) {
        notes.push(format!("{rule}: one envelope point has leverage {:.2}, above {HIGH_LEVERAGE}", line.leverage));
    }
    (!notes.is_empty()).then(|| Warning::new("extreme-point", notes.join("; ")))
}

/// 7: an envelope too short for a doubling time.
pub fn short_envelope(rule: Rule, line: &Line) -> Option<Warning> {
    why_withheld(line).map(|reason| Warning::new("no-doubling-time", format!("{rule}: no doubling time, {reason}")))
}

/// 8: rules that rise on pure noise.
pub fn monotone_rule(rule: Rule) -> Option<Warning> {
    rule.is_monotone().then(|| {
        Warning::new(
            "upward-bias",
            format!("{rule}: biased upward and its R² inflated, since the points rise by construction"),
        )
    })
}

/// 9: tokens count as density. `n` is any size; the example is a model of the reference recipe.
pub fn tokens_count(law: &LossLaw, data: Data, n: f64) -> Warning {
    let at = |d: f64| law.size(law.loss(n, d), data).map_or(f64::NAN, |size| size / n);
    Warning::new(
        "tokens-count-as-density",
        format!(
            "density contains over-training: at D0 = {data} a {:.3}B model of the reference recipe itself has density \
             {:.3} after 1T tokens and {:.3} after 15T",
            n / 1e9,
            at(1e12),
            at(15e12)
        ),
    )
}

/// 10: mixtures of experts, and which of their parameters count.
pub fn mixtures(size: Size, used: usize, left_out: usize) -> Option<Warning> {
    (used + left_out > 0).then(|| {
        let message = if used > 0 {
            format!("{used} mixtures of experts are counted by their {} parameters", size.name())
        } else {
            format!("{left_out} mixtures of experts are left out")
        };
        Warning::new("mixture-of-experts", message)
    })
}

/// 11: families whose scores may be contaminated, by benchmark: family, benchmark, models, highest
/// density.
pub fn suspect_families(found: &[(String, String, usize, Option<f64>)]) -> Option<Warning> {
    let notes: Vec<String> = found
        .iter()
        .map(|(family, benchmark, models, density)| {
            let highest =
                density.map_or(String::new(), |density| format!(", highest effective/actual size {density:.1}"));
            format!("{family} on {benchmark} ({models} models{highest})")
        })
        .collect();
    (!notes.is_empty()).then(|| {
        Warning::new(
            "contaminated-family",
            format!("scores may come from test or synthetic data: {}", notes.join("; ")),
        )
    })
}

/// 12: the slope describes a window. Days since 1 January 1970.
pub fn window(first: i64, last: i64) -> Warning {
    Warning::new(
        "not-a-forecast",
        format!(
            "a fixed growth rate describes releases from {} to {} ({:.0} months); it is not a forecast",
            write_date(first),
            write_date(last),
            (last - first) as f64 / MONTH
        ),
    )
}

/// 13: nothing here reproduces a published table.
pub fn not_a_reproduction() -> Warning {
    Warning::new(
        "not-a-reproduction",
        "the densing law publishes no coefficients of either step and no table of densities, so this is not a \
         reproduction; the default settings were chosen after seeing results, so agreement with a published doubling \
         time is no evidence",
    )
}

/// Losses of the user's own in place of the law's: how far the two are apart, since the inversion goes
/// through the law. `found` are measured and predicted losses; `reference` counts all reference models.
pub fn measured_losses(found: &[(f64, Option<f64>)], reference: usize) -> Option<Warning> {
    if found.is_empty() {
        return None;
    }
    let gaps: Vec<f64> = found.iter().filter_map(|(measured, law)| Some(measured - (*law)?)).collect();
    let rms = (gaps.iter().map(|gap| gap * gap).sum::<f64>() / gaps.len() as f64).sqrt();
    let apart = if gaps.is_empty() { String::new() } else { format!(", {rms:.3} apart from it (root mean square)") };
    Some(Warning::new(
        "measured-losses",
        format!(
            "{} of {reference} reference models have a measured loss in place of the law's{apart}; effective sizes \
             still go through the law, which must be of the same kind of loss",
            found.len()
        ),
    ))
}
