//! `scaling fit`.

use super::failure;
use super::table::Table;
use super::{Failure, Outcome, answer, assignment, command_line, pair, print, print_json, progress, word};
use crate::base::objective::words::{Delta, LossKind, Named, Scale, Words};
use crate::engine::fit::Weights;
use crate::engine::solve::Method;
use crate::engine::uncertainty::covariance::Kind;
use crate::record::{Criteria, Estimator, Noise, Record, Rival};
use crate::work::given::{Amount, Given, Wishes};
use crate::work::job::{Job, MOST_REPLICATES, law};
use crate::work::store;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// What to fit.
#[derive(clap::Args)]
#[command(
    after_help = "Example: scaling fit runs.csv --law chinchilla --map N=\"Model Size\" --where 'L < 3.4' --bootstrap 1000 --out fit/"
)]
pub struct Args {
    #[command(flatten)]
    table: Table,
    /// The law's id (`scaling laws` lists them), or a law of your own: 'L(N, D) = E + A/N^a + B/D^b'
    #[arg(long, value_name = "ID")]
    law: String,
    /// Rows to hold out of the fit and predict with it: 'C > 1e21'
    #[arg(long, value_name = "EXPR")]
    holdout: Option<String>,
    /// An objective by name: default (Huber on log residuals, delta found from the data), hoffmann
    /// (Huber on log residuals, delta 1e-3)
    #[arg(long, value_name = "NAME", value_parser = word::<Named>())]
    objective: Option<Named>,
    /// Residual scale [default: log]
    #[arg(long, value_parser = word::<Scale>())]
    residual: Option<Scale>,
    /// Loss; the scale of huber-likelihood is free [default: huber]
    #[arg(long, value_parser = word::<LossKind>())]
    loss: Option<LossKind>,
    /// Half-width of Huber's quadratic zone, or auto: 1.345 times the noise that the data show
    /// [default: auto]; the scale of student-t and cauchy [default: 1e-3 on log residuals]; in units
    /// of the free scale for huber-likelihood
    #[arg(long, allow_negative_numbers = true, value_name = "X|auto")]
    delta: Option<Delta>,
    /// Quantile, for --loss quantile
    #[arg(long, allow_negative_numbers = true, value_name = "P")]
    tau: Option<f64>,
    /// Degrees of freedom, for --loss student-t
    #[arg(long, allow_negative_numbers = true, value_name = "X")]
    nu: Option<f64>,
    /// Multiplier of negative residuals, for --loss asymmetric-huber
    #[arg(long, allow_negative_numbers = true, value_name = "X")]
    factor: Option<f64>,
    /// Offset, for --residual log-minus
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    offset: Option<f64>,
    /// Hold a parameter: alpha=0.34
    #[arg(long, value_name = "PARAM=VALUE", value_parser = assignment)]
    fix: Vec<Given>,
    /// Make two parameters one: alpha=beta
    #[arg(long, value_name = "PARAM=PARAM", value_parser = pair)]
    tie: Vec<(String, String)>,
    /// Keep a parameter in a range: E=0..3, E=1.. or E=..3
    #[arg(long, value_name = "PARAM=LOW..HIGH", value_parser = range)]
    bound: Vec<Bound>,
    /// A Gaussian prior: alpha=0.34~0.05 (mean~standard deviation)
    #[arg(long, value_name = "PARAM=MEAN~SD", value_parser = prior)]
    prior: Vec<(String, Amount, Amount)>,
    /// How rows count: a column of weights; inverse-variance:COLUMN of standard errors;
    /// per-group:COLUMN, so that each budget (or family) has the same say
    #[arg(long, value_name = "COLUMN|KIND:COLUMN")]
    weights: Option<Weights>,
    /// How a smooth objective is minimised; variable-projection is for squared loss on raw residuals
    #[arg(long, value_name = "METHOD", default_value = "newton", value_parser = word::<Method>())]
    solver: Method,
    /// Text column that groups rows whose errors go together
    #[arg(long, value_name = "COLUMN")]
    cluster: Option<String>,
    /// How intervals are made [default: profile, or pairs (cluster, with --cluster) if replicates are
    /// asked for]
    #[arg(long, value_name = "METHOD", value_parser = word::<Estimator>())]
    interval: Option<Estimator>,
    /// Covariance of the sandwich estimator; implies --interval sandwich
    #[arg(long, value_parser = word::<Kind>())]
    covariance: Option<Kind>,
    /// Bootstrap replicates [default: none; 1000 for --interval pairs, wild and cluster]
    #[arg(long, value_name = "N", default_value_t = 0)]
    bootstrap: usize,
    /// Seed of every draw
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Coverage of intervals
    #[arg(long, value_name = "P", default_value_t = 0.95)]
    level: f64,
    /// Save the record (and the replicates) in this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Show the correlation of the parameters, and AIC and BIC with what they assume
    #[arg(long, conflicts_with = "json")]
    details: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A parameter and the ends of its range, either of them open.
type Bound = (String, Option<Amount>, Option<Amount>);

fn range(text: &str) -> Result<Bound, String> {
    let wrong = || format!("`{text}` is not PARAM=LOW..HIGH, as in E=0..3");
    let (symbol, ends) = text.split_once('=').ok_or_else(wrong)?;
    let (low, high) = ends.split_once("..").ok_or_else(wrong)?;
    let end = |text: &str| match text.trim() {
        "" | "inf" | "-inf" => Ok(None),
        text => {
            Amount::parse(text).map(Some).map_err(|error| format!("{error}; write {symbol}=LOW..HIGH, as in E=0..3"))
        }
    };
    Ok((symbol.trim().to_owned(), end(low)?, end(high)?))
}

fn prior(text: &str) -> Result<(String, Amount, Amount), String> {
    let wrong = || format!("`{text}` is not PARAM=MEAN~SD, as in alpha=0.34~0.05");
    let (symbol, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (mean, sd) = rest.split_once('~').ok_or_else(wrong)?;
    Ok((symbol.trim().to_owned(), Amount::parse(mean)?, Amount::parse(sd)?))
}

impl Args {
    fn job(&self) -> Result<Job, Failure> {
        let words = Words {
            objective: self.objective,
            residual: self.residual,
            loss: self.loss,
            delta: self.delta,
            tau: self.tau,
            nu: self.nu,
            factor: self.factor,
            offset: self.offset,
        };
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Failure::request(format!("--level {} must lie between 0 and 1", self.level)));
        }
        let card = law(&self.law)?.card();
        let wishes = Wishes { fix: self.fix.clone(), bounds: self.bound.clone(), priors: self.prior.clone() };
        let (fix, bounds, priors, typed) =
            wishes.resolve(card).map_err(|why| Failure::request(why).of(failure::Kind::Constraint))?;
        Ok(Job {
            about: String::new(),
            holdout: self.holdout.clone(),
            objective: words.objective().map_err(Failure::request)?,
            constraints: crate::engine::fit::Constraints { fix, tie: self.tie.clone(), bounds, priors },
            weights: self.weights.clone(),
            solver: self.solver,
            cluster: self.cluster.clone(),
            interval: self.interval.unwrap_or(match self.covariance {
                Some(_) if self.bootstrap == 0 => Estimator::Sandwich,
                _ => Estimator::default(),
            }),
            covariance: self.covariance.unwrap_or_default(),
            bootstrap: self.bootstrap,
            seed: self.seed,
            level: self.level,
            command: command_line(),
            typed,
            ..self.table.job(&self.law)
        })
    }
}

/// Fits, prints, saves.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let job = args.job()?;
    // Before the work, so that none is lost to a folder that cannot be made.
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).map_err(|error| {
            let why = format!("cannot write {}: {error}; choose another folder with `--out`", folder.display());
            Failure::work(why).of(failure::Kind::Output)
        })?;
    }
    let bar = progress(job.bootstrap.min(MOST_REPLICATES), "bootstrap");
    let analysis = job.run(&|| bar.inc(1))?;
    bar.finish_and_clear();
    let record = &analysis.record;
    if let Some(folder) = &args.out {
        let (record_path, replicates_path) = (folder.join("record.json"), folder.join("replicates.parquet"));
        store::write(&analysis, &job.key_of(record)?, &record_path, &replicates_path)?;
    }
    if args.json {
        print_json(out, &json!(answer::Fit::of(record)))?;
    } else {
        show(record, out)?;
        if args.details {
            details(record, out)?;
        }
        if let Some(folder) = &args.out {
            writeln!(out, "saved {}", folder.join("record.json").display())?;
        }
    }
    match record.certificate.converged {
        true => Ok(()),
        false => {
            let why = format!("the fit did not converge: {}", record.certificate.termination);
            Err(Failure::work(why).of(failure::Kind::NotConverged))
        }
    }
}

/// A fit on a terminal.
pub fn show(record: &Record, out: &mut dyn Write) -> Outcome {
    let p = &record.provenance;
    writeln!(out, "{} on {}: {} of {} rows", record.law.title, p.source, p.rows_used, p.rows_read)?;
    for dropped in &p.dropped {
        writeln!(out, "  dropped {}: {}", dropped.count, dropped.reason)?;
    }
    for column in p.columns.iter().filter(|c| c.derived_by.is_some()) {
        writeln!(out, "  {} derived: {}", column.symbol, column.derived_by.as_deref().unwrap_or_default())?;
    }
    let delta = match (record.objective.loss.delta(), record.noise.as_ref()) {
        (Some(delta), _) => format!(", delta {delta:e}"),
        (None, Some(Noise { scale, delta: Some(delta) })) => {
            format!(", delta {delta:.4e} found from the data (1.345 × noise {scale:.4e})")
        }
        _ => String::new(),
    };
    let (residual, loss) = (record.objective.residual.name(), record.objective.loss.name());
    writeln!(
        out,
        "objective: {loss} on {residual} residuals{delta} = {:.12e} ({})",
        record.objective_value,
        if record.scale.is_some() { "−ln likelihood" } else { "sum over rows" }
    )?;
    if let Some(weights) = &record.weights {
        writeln!(out, "weights: {weights}")?;
    }
    if let Some(free) = &record.scale {
        let (scale, log_likelihood) = (free.scale, free.log_likelihood);
        writeln!(out, "free scale: {scale:.6e} (ln {:.4}), log-likelihood {log_likelihood:.4}", scale.ln())?;
    }
    let c = &record.certificate;
    writeln!(
        out,
        "{}; {} of {} starts in the best of {} minima",
        c.termination,
        c.best_basin,
        c.starts_tried,
        c.basins.len()
    )?;
    if let Some(proof) = &c.proof {
        writeln!(out, "{proof}")?;
    }
    writeln!(out, "intervals: {}", record.interval.method)?;
    writeln!(out)?;
    writeln!(out, "{}", print::estimates(&record.parameters, record.interval.level))?;
    if !record.derived.is_empty() {
        writeln!(out, "\n{}", print::estimates(&record.derived, record.interval.level))?;
    }
    if let Some(rival) = &record.rival {
        both(rival, out)?;
    }
    if let Some(v) = &record.validation {
        let percent = |x: f64| format!("{:.2} %", 100.0 * x);
        let coverage = v.coverage.map_or_else(String::new, |c| {
            format!("; {:.0} % of them inside their {:.0} % prediction interval", 100.0 * c, 100.0 * v.level)
        });
        writeln!(
            out,
            "\nheld out ({}): {} rows predicted to {} on average (bias {}, worst {}; nearest fitted row instead: {}){coverage}",
            v.condition,
            v.rows.len(),
            percent(v.mean_absolute_relative_error),
            percent(v.mean_relative_error),
            percent(v.worst_relative_error),
            percent(v.nearest_row_error)
        )?;
    }
    print::warnings(out, &record.warnings)?;
    Ok(())
}

/// The answer under the other customary objective, where the two are far apart.
fn both(rival: &Rival, out: &mut dyn Write) -> Outcome {
    let mut table = print::table(&["", "default", "hoffmann", ""]);
    for value in &rival.values {
        let far = if value.far { "more than half an interval apart" } else { "" };
        table.add_row([&value.symbol, &print::number(value.ours), &print::number(value.other), far]);
    }
    writeln!(out, "\nthe two customary objectives disagree:\n{table}")?;
    Ok(())
}

/// What a careful reader asks for next: which parameters move together, and criteria to compare laws by.
fn details(record: &Record, out: &mut dyn Write) -> Outcome {
    match &record.correlation {
        Some(matrix) => {
            let names: Vec<&str> = record.parameters.iter().map(|p| p.symbol.as_str()).collect();
            let heads: Vec<&str> = std::iter::once("").chain(names.iter().copied()).collect();
            let mut table = print::table(&heads);
            for (name, row) in names.iter().zip(matrix) {
                let cells = row.iter().map(|r| if r.is_finite() { format!("{r:.3}") } else { "—".to_owned() });
                table.add_row(std::iter::once((*name).to_owned()).chain(cells));
            }
            writeln!(out, "\ncorrelation of the parameters:\n{table}")?;
        }
        None => writeln!(out, "\ncorrelation of the parameters: none, for there are no intervals to take it from")?,
    }
    match &record.criteria {
        Some(c) => writeln!(
            out,
            "\nAIC {:.3}, BIC {:.3} ({} parameters, the noise's scale among them); they assume {}",
            c.aic,
            c.bic,
            c.parameters,
            Criteria::ASSUMES
        )?,
        None => writeln!(out, "\nAIC and BIC: none, for this loss is not the logarithm of a density")?,
    }
    Ok(())
}
