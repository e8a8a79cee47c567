//! Both steps at once, for given reference models, targets and step-1 law: what the point estimate
//! and every bootstrap replicate do.

use crate::methods::density::aggregate::{composite, geomean, median};
use crate::methods::density::{
    Aggregate, Benchmark, Data, Error, Guard, LossLaw, Model, Settings, Sigmoid, Status, fit_sigmoid, invert,
};

/// One model's answer on one score at one D0.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub status: Status,
    pub loss: Option<f64>,
    /// Effective size, outside the guarded range too.
    pub size: Option<f64>,
    /// Only where the status is ok.
    pub ln_density: Option<f64>,
}

impl Cell {
    pub(super) fn empty(status: Status) -> Self {
        Self { status, loss: None, size: None, ln_density: None }
    }
    pub(super) fn density(ln_density: f64) -> Self {
        Self { status: Status::Ok, loss: None, size: None, ln_density: Some(ln_density) }
    }
}

/// A score that has a sigmoid of its own: a benchmark or the composite.
pub(super) struct Curve {
    pub name: String,
    pub floor: f64,
    /// By model: score and its standard error.
    pub scores: Vec<Option<(f64, f64)>>,
}

/// The models with their scores laid out, who is reference and who target.
pub(super) struct Panel<'a> {
    pub settings: &'a Settings,
    pub models: &'a [Model],
    pub curves: Vec<Curve>,
    /// Curves made from one benchmark; the composite, if any, follows them.
    pub benchmarks: usize,
    pub reference: Vec<usize>,
    pub targets: Vec<usize>,
}

/// A score of the study: one with a sigmoid, or an aggregate of densities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Score {
    Curve(usize),
    Median,
    Geomean,
}

impl<'a> Panel<'a> {
    pub(super) fn new(models: &'a [Model], settings: &'a Settings) -> Result<Self, Error> {
        let mut curves: Vec<Curve> = settings
            .benchmarks
            .iter()
            .map(|benchmark| Curve {
                name: benchmark.name.clone(),
                floor: benchmark.floor,
                scores: models
                    .iter()
                    .map(|model| model.scores.get(&benchmark.name).map(|s| (*s, benchmark.standard_error(*s))))
                    .collect(),
            })
            .collect();
        let benchmarks = curves.len();
        if settings.aggregates.contains(&Aggregate::Composite) {
            let parts = settings
                .composite
                .iter()
                .map(|name| {
                    let found = settings.benchmarks.iter().find(|benchmark| benchmark.name == *name);
                    found.ok_or_else(|| Error::Composite { benchmark: name.clone() })
                })
                .collect::<Result<Vec<&Benchmark>, Error>>()?;
            curves.push(Curve {
                name: Aggregate::Composite.to_string(),
                floor: 0.0,
                scores: models.iter().map(|model| composite(model, &parts)).collect(),
            });
        }
        if let Some(name) = settings.measured_losses.keys().find(|name| models.iter().all(|m| m.name != **name)) {
            return Err(Error::Loss { name: name.clone() });
        }
        let positions =
            |keep: &dyn Fn(&Model) -> bool| -> Vec<usize> { (0..models.len()).filter(|i| keep(&models[*i])).collect() };
        let has_loss = |model: &Model| model.tokens.is_some() || settings.measured_losses.contains_key(&model.name);
        let reference = positions(&|model| settings.is_reference(model) && has_loss(model));
        if reference.len() < 3 {
            return Err(Error::Reference { reference: settings.reference.label(), found: reference.len() });
        }
        let targets = positions(&|model| settings.targets.holds(model));
        if targets.is_empty() {
            return Err(Error::Targets);
        }
        Ok(Self { settings, models, curves, benchmarks, reference, targets })
    }

    /// Every score of the study, benchmarks first.
    pub(super) fn scores(&self) -> Vec<Score> {
        let mut scores: Vec<Score> = (0..self.curves.len()).map(Score::Curve).collect();
        for aggregate in &self.settings.aggregates {
            match aggregate {
                Aggregate::Composite => {}
                Aggregate::Median => scores.push(Score::Median),
                Aggregate::Geomean => scores.push(Score::Geomean),
            }
        }
        scores
    }

    /// A score's name.
    pub(super) fn name(&self, score: Score) -> String {
        match score {
            Score::Curve(curve) => self.curves[curve].name.clone(),
            Score::Median => Aggregate::Median.to_string(),
            Score::Geomean => Aggregate::Geomean.to_string(),
        }
    }

    /// Loss of a reference model: measured if the settings have it, else the law's.
    pub(super) fn loss(&self, law: &LossLaw, i: usize) -> Option<f64> {
        let model = &self.models[i];
        let measured = self.settings.measured_losses.get(&model.name).copied();
        measured.or_else(|| Some(law.loss(model.size(self.settings.size), model.tokens?)))
    }

    /// Reference models with a score on a curve: position, loss, score.
    pub(super) fn reference_points(&self, law: &LossLaw, curve: usize, reference: &[usize]) -> Vec<(usize, f64, f64)> {
        reference.iter().filter_map(|i| Some((*i, self.loss(law, *i)?, self.curves[curve].scores[*i]?.0))).collect()
    }

    /// The sigmoid of a curve from given reference models.
    pub(super) fn sigmoid(&self, law: &LossLaw, curve: usize, reference: &[usize]) -> Option<Sigmoid> {
        let (losses, scores): (Vec<f64>, Vec<f64>) =
            self.reference_points(law, curve, reference).iter().map(|p| (p.1, p.2)).unzip();
        fit_sigmoid(&losses, &scores, self.curves[curve].floor, self.settings.ceiling)
    }

    /// The guard that given reference models set.
    pub(super) fn guard(&self, reference: &[usize]) -> Guard {
        let sizes = reference.iter().map(|i| self.models[*i].size(self.settings.size));
        let range = sizes.fold((f64::INFINITY, 0.0_f64), |(a, b), n| (a.min(n), b.max(n)));
        Guard { range, factor: self.settings.range_guard.unwrap_or(f64::INFINITY) }
    }

    /// One target on one curve.
    pub(super) fn cell(
        &self,
        curve: usize,
        target: usize,
        sigmoid: &Sigmoid,
        law: &LossLaw,
        data: Data,
        guard: &Guard,
    ) -> Cell {
        let score = self.curves[curve].scores[target];
        let margin = score.map_or(0.0, |(_, error)| error * self.settings.floor_errors);
        let inverted = invert(score.map(|s| s.0), margin, sigmoid, law, data, guard);
        let density = |n: f64| (n / self.models[target].size(self.settings.size)).ln();
        Cell {
            status: inverted.status,
            loss: inverted.loss,
            size: inverted.size,
            ln_density: inverted.size.filter(|_| inverted.status == Status::Ok).map(density),
        }
    }

    /// Every target on every score at one D0. `sigmoids` has none for a refused curve, whose
    /// scores then have no cells and take no part in the aggregates.
    pub(super) fn cells(
        &self,
        sigmoids: &[Option<Sigmoid>],
        law: &LossLaw,
        data: Data,
        guard: &Guard,
        targets: &[usize],
    ) -> Vec<Vec<Cell>> {
        let curves: Vec<Vec<Cell>> = sigmoids
            .iter()
            .enumerate()
            .map(|(curve, sigmoid)| match sigmoid {
                Some(sigmoid) => targets.iter().map(|i| self.cell(curve, *i, sigmoid, law, data, guard)).collect(),
                None => Vec::new(),
            })
            .collect();
        let together = |of: fn(&[Cell]) -> Cell| -> Vec<Cell> {
            let parts: Vec<&Vec<Cell>> = curves[..self.benchmarks].iter().filter(|cells| !cells.is_empty()).collect();
            if parts.is_empty() {
                return Vec::new();
            }
            (0..targets.len()).map(|k| of(&parts.iter().map(|cells| cells[k].clone()).collect::<Vec<_>>())).collect()
        };
        self.scores()
            .into_iter()
            .map(|score| match score {
                Score::Curve(curve) => curves[curve].clone(),
                Score::Median => together(median),
                Score::Geomean => together(geomean),
            })
            .collect()
    }

    /// Day and ln rho of the targets that have one, with the target's position.
    pub(super) fn points(&self, targets: &[usize], cells: &[Cell]) -> Vec<(usize, f64, f64)> {
        targets.iter().zip(cells).filter_map(|(i, cell)| Some((*i, self.models[*i].day(), cell.ln_density?))).collect()
    }
}
