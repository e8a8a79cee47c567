//! Loss at 1e21 FLOP from small runs, on six corpora (Brandfonbrener et al. 2024).
//!
//! Each corpus has a sweep over N and D, and a prediction that the authors published from it. The
//! law, Hoffmann's form, is fitted as they fitted it; what is compared is the prediction.

use super::score::relative_error;
use super::table::{Table, find};
use super::{BenchError, Evidence, Suite, Task};
use crate::base::objective::Objective;
use crate::data::measurements::Measurements;
use crate::engine::fit::{Fit, Spec, fit};
use crate::laws::find as law;
use crate::published::reference;
use std::path::Path;

/// The suite.
pub(super) const SUITE: Suite = Suite {
    id: "loss-to-loss",
    title: "Loss of the largest model of six corpora from sweeps of small ones; score: mean absolute relative error",
    cite: "Brandfonbrener et al. 2024, arXiv:2411.12925",
    tasks,
    run,
};

/// A corpus and the column of loss on its own validation set. What its authors predicted is the
/// reference `brandfonbrener2024/<corpus>`.
struct Corpus {
    id: &'static str,
    column: &'static str,
}

const CORPORA: [Corpus; 6] = [
    Corpus { id: "fineweb-edu-100b", column: "eval/fineweb_edu_100b_val/CrossEntropyLoss" },
    Corpus { id: "fineweb-100b", column: "eval/fineweb_100b_val/CrossEntropyLoss" },
    Corpus { id: "smollm-corpus", column: "eval/smollm_val/CrossEntropyLoss" },
    Corpus { id: "slimpajama-chunk1", column: "eval/slimpajama_val/CrossEntropyLoss" },
    Corpus { id: "proof-pile-2", column: "eval/proof_pile_2_val/CrossEntropyLoss" },
    Corpus { id: "starcoder", column: "eval/starcoder_val/CrossEntropyLoss" },
];

/// Where the authors predicted, N and D, and the loss they did.
struct Prediction {
    at: [f64; 2],
    loss: f64,
}

impl Corpus {
    fn published(&self) -> Result<Prediction, BenchError> {
        let fit = reference::find(&format!("brandfonbrener2024/{}", self.id))?;
        let value = fit.values.first().expect("every corpus has its prediction");
        let at = ["N", "D"].map(|symbol| value.at[symbol].value);
        Ok(Prediction { at, loss: value.expected.printed.value })
    }
}

fn tasks(folder: &Path) -> Result<Vec<String>, BenchError> {
    match find(folder, "sweep") {
        Some(_) => Ok(CORPORA.iter().map(|corpus| corpus.id.to_owned()).collect()),
        None => Err(BenchError::NoTables { folder: folder.to_owned(), suite: SUITE.id, wanted: "`sweep.csv`" }),
    }
}

/// Rows of one corpus that have a loss on its own validation set.
fn rows(table: &Table, corpus: &Corpus) -> Result<Measurements, BenchError> {
    let (n, d, data) = (table.all_numbers("params")?, table.all_numbers("tokens")?, table.texts("data")?);
    let loss = table.numbers(corpus.column)?;
    let kept: Vec<(usize, f64)> =
        loss.iter().enumerate().filter_map(|(k, y)| y.filter(|_| data[k] == corpus.id).map(|y| (k, y))).collect();
    let take = |column: &[f64]| kept.iter().map(|&(k, _)| column[k]).collect();
    let source = table.path.display().to_string();
    let columns = vec![("N", take(&n)), ("D", take(&d)), ("L", kept.iter().map(|&(_, y)| y).collect())];
    let mut rows = Measurements::from_columns(&source, columns);
    rows.rows = kept.iter().map(|&(k, _)| k + 1).collect();
    Ok(rows)
}

fn hoffmann(rows: &Measurements) -> Result<Fit, BenchError> {
    let law = law("chinchilla").expect("it is registered");
    Ok(fit(&Spec::new(law, Objective::HOFFMANN), rows)?)
}

fn run(folder: &Path, task: &str) -> Result<Task, BenchError> {
    let wanted = || BenchError::NoTables { folder: folder.to_owned(), suite: SUITE.id, wanted: "`sweep.csv`" };
    let corpus = CORPORA.iter().find(|corpus| corpus.id == task).ok_or_else(wanted)?;
    let table = Table::read(&find(folder, "sweep").ok_or_else(wanted)?)?;
    let rows = rows(&table, corpus)?;
    let fit = hoffmann(&rows)?;
    let published = corpus.published()?;
    let predicted = fit.predict(&published.at);
    let score = match find(folder, "test") {
        Some(path) => held_out(&Table::read(&path)?, corpus, &fit)?,
        None => None,
    };
    Ok(Task {
        task: task.to_owned(),
        score,
        law: fit.setup.law.card().id.to_owned(),
        objective: "Huber(1e-3) on ln L".to_owned(),
        rows: format!("all {} rows of the corpus with a loss on its own validation set", rows.len()),
        evidence: vec![
            Evidence {
                candidate: format!("loss at N = {:e}, D = {:e}, by us", published.at[0], published.at[1]),
                holdout: "the law is the authors' choice: none".to_owned(),
                rows: 0,
                score: Some(predicted),
                chosen: true,
                note: format!("mean objective {:.9e} over the rows", fit.value / rows.len() as f64),
            },
            Evidence {
                candidate: "the same, as published".to_owned(),
                holdout: "the law is the authors' choice: none".to_owned(),
                rows: 0,
                score: Some(published.loss),
                chosen: false,
                note: format!("differs by {:.1e}", predicted - published.loss),
            },
        ],
        warnings: fit.warnings.clone(),
        ..Task::default()
    })
}

/// The relative error on test rows of the same columns, if any is of the corpus.
fn held_out(table: &Table, corpus: &Corpus, fit: &Fit) -> Result<Option<f64>, BenchError> {
    let test = rows(table, corpus)?;
    let column = |symbol: &str| test.column(symbol).unwrap_or_default();
    let predicted: Vec<f64> = column("N").iter().zip(column("D")).map(|(&n, &d)| fit.predict(&[n, d])).collect();
    Ok((!predicted.is_empty()).then(|| relative_error(column("L"), &predicted)))
}
