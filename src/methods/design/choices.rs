//! Which runs may be had, and which are chosen by which rule.

use super::{Settings, card, refused};
use crate::data::ingest::{Needed, Request};
use crate::engine::design::{Candidate, Fitted, Floor, Goal, Rule, choose, grid, iso_cost, largest, shared};
use crate::methods::method::{Given, MethodError};

/// The table of candidates, and its column of costs.
const TABLE: &str = "candidates";
const COST: &str = "cost";

/// A choice that was made.
pub(super) struct Made {
    /// Kebab-case name.
    pub id: &'static str,
    /// In words.
    pub name: &'static str,
    /// The runs.
    pub runs: Vec<Candidate>,
    /// Their rows in the list; empty for those of a grid.
    pub rows: Vec<usize>,
}

/// Runs that may be had for a budget.
pub(super) struct Offer {
    /// The budget.
    pub budget: f64,
    /// What it is counted in.
    pub unit: String,
    fixed: Vec<(String, f64)>,
    /// The user's, with their rows.
    list: Option<(Vec<Candidate>, Vec<usize>)>,
    /// Grids: the law allowed to be wrong, and trusted.
    grids: [Vec<Candidate>; 2],
}

impl Offer {
    /// What the settings and tables offer. `at_ease`: what the rows cost is the budget if none is named.
    pub fn read(
        given: &Given,
        settings: &Settings,
        fitted: &Fitted,
        fixed: Vec<(String, f64)>,
        at_ease: bool,
    ) -> Result<Self, MethodError> {
        let law = fitted.law().card();
        let cost = law.allocation.as_ref().map(|allocation| allocation.cost);
        let listed = given.has(TABLE).then(|| list(given, fitted)).transpose()?;
        let spent = fitted.spent().map(|(sum, _)| sum).filter(|_| at_ease);
        let Some(budget) = settings.budget.map(|budget| budget.0).or(spent) else {
            return refused("say with budget what the runs may cost together".to_owned());
        };
        if !(budget > 0.0 && budget.is_finite()) {
            return refused(format!("budget = {budget} must be a positive number"));
        }
        let (list, own_cost) = match listed {
            Some((list, rows, own_cost)) => (Some((list, rows)), own_cost),
            None => (None, false),
        };
        let unit = cost.map_or("1", |cost| cost.unit);
        let unit = if own_cost { COST.to_owned() } else { unit.to_owned() };
        let floors = [Floor::CAUTIOUS, Floor::TRUSTING];
        let grids = floors.map(|floor| if list.is_none() { grid(fitted, budget, floor, &fixed) } else { Vec::new() });
        let out = Self { budget, unit, fixed, list, grids };
        if out.count(settings.trust_law) == 0 {
            let why = match (&out.list, cost) {
                (Some(_), _) => "the list of candidates is empty".to_owned(),
                (None, None) => format!("`{}` has no cost: list the runs that could be trained with theirs", law.id),
                (None, Some(_)) => format!(
                    "a budget of {budget:e} buys no run of the grid for `{}`: raise it, fix inputs that the cost does not choose with at, or list candidates",
                    law.id
                ),
            };
            return Err(MethodError::refused(why));
        }
        Ok(out)
    }

    /// Candidates of the recommended choice.
    fn of(&self, trust: bool) -> &[Candidate] {
        match &self.list {
            Some((list, _)) => list,
            None => &self.grids[usize::from(trust)],
        }
    }

    /// How many there are.
    pub fn count(&self, trust: bool) -> usize {
        self.of(trust).len()
    }

    /// Whether they are the user's.
    pub fn listed(&self) -> bool {
        self.list.is_some()
    }

    /// What the cheapest costs, as the end of a sentence.
    pub fn cheapest(&self) -> String {
        let least = self.of(false).iter().chain(self.of(true)).map(|one| one.cost).fold(f64::INFINITY, f64::min);
        if least.is_finite() { format!("; the cheapest costs {least:e}") } else { String::new() }
    }

    /// The recommended choice first, then the other rules, then habits; empty ones left out but for the
    /// first.
    pub fn choices(&self, fitted: &Fitted, goal: &Goal, settings: &Settings) -> Vec<Made> {
        let aware = || self.by_rule("discrepancy-aware", "discrepancy-aware", fitted, goal, settings, false);
        let trusting = || match goal {
            Goal::Parameters => self.by_rule("d-optimal", "D-optimal, law trusted", fitted, goal, settings, true),
            _ => self.by_rule("c-optimal", "c-optimal, law trusted", fitted, goal, settings, true),
        };
        let d = (*goal != Goal::Parameters)
            .then(|| self.by_rule("d-optimal", "D-optimal, law trusted", fitted, &Goal::Parameters, settings, true));
        let mut out = if settings.trust_law { vec![trusting(), aware()] } else { vec![aware(), trusting()] };
        out.extend(d);
        out.extend(self.habits(fitted, settings));
        let first = out.remove(0);
        let rest = out.into_iter().filter(|made| !made.runs.is_empty());
        std::iter::once(first).chain(rest).collect()
    }

    fn by_rule(
        &self,
        id: &'static str,
        name: &'static str,
        fitted: &Fitted,
        goal: &Goal,
        settings: &Settings,
        trust: bool,
    ) -> Made {
        let candidates = self.of(trust);
        let rule = Rule { runs: settings.runs, repeat: self.list.is_none(), ..Rule::default() };
        let chosen = choose(fitted, candidates, goal, self.budget, !trust, &rule).unwrap_or_default();
        self.made(id, name, &chosen, candidates)
    }

    fn made(&self, id: &'static str, name: &'static str, chosen: &[usize], candidates: &[Candidate]) -> Made {
        let rows = self.list.iter().flat_map(|(_, rows)| chosen.iter().map(|&k| rows[k])).collect();
        Made { id, name, runs: chosen.iter().map(|&k| candidates[k].clone()).collect(), rows }
    }

    fn habits(&self, fitted: &Fitted, settings: &Settings) -> Vec<Made> {
        let Some((list, _)) = &self.list else {
            let (budget, runs, fixed) = (self.budget, settings.runs, &self.fixed);
            let made = |id, name, runs| Made { id, name, runs, rows: Vec::new() };
            return vec![
                made("largest", "one largest run", largest(fitted, budget, fixed)),
                made("optimum", "equal runs at the optimum", shared(fitted, budget, runs, fixed)),
                made("isoflop", "another IsoFLOP", iso_cost(fitted, budget, runs, fixed)),
            ];
        };
        let mut order: Vec<usize> = (0..list.len()).filter(|&k| list[k].cost <= self.budget).collect();
        order.sort_by(|&a, &b| list[a].cost.total_cmp(&list[b].cost).then(a.cmp(&b)));
        let dearest: Vec<usize> = order.last().copied().into_iter().collect();
        let (mut left, mut cheap) = (self.budget, Vec::new());
        for &k in order.iter().take(settings.runs) {
            if list[k].cost > left {
                break;
            }
            left -= list[k].cost;
            cheap.push(k);
        }
        vec![
            self.made("largest", "one largest run", &dearest, list),
            self.made("cheapest", "the cheapest runs", &cheap, list),
        ]
    }
}

/// The user's candidates, their rows, and whether they say what they cost.
fn list(given: &Given, fitted: &Fitted) -> Result<(Vec<Candidate>, Vec<usize>, bool), MethodError> {
    let law = fitted.law().card();
    let mut request = Request::of(fitted.law());
    request.needed.retain(|needed| needed.symbol != law.output.symbol);
    let headers = given.headers(&card::STATIC, TABLE)?;
    let mapped = given.reading(TABLE).is_some_and(|asked| asked.reading.map.iter().any(|(role, _)| role == COST));
    let own = mapped || headers.iter().any(|header| header.trim().eq_ignore_ascii_case(COST));
    if own {
        request.needed.push(Needed::new(COST, "1"));
    }
    let rows = given.read_columns(&card::STATIC, TABLE, request)?;
    let column = |symbol: &str| rows.column(symbol).unwrap_or_default();
    let x = |k: usize| law.inputs.iter().map(|input| column(input.symbol)[k]).collect::<Vec<f64>>();
    let by_law = law.allocation.as_ref().map(|allocation| allocation.cost.of);
    let candidate = |k: usize| {
        let x = x(k);
        let cost = if own { Some(column(COST)[k]) } else { by_law.map(|of| of(&x)) };
        cost.filter(|cost| *cost > 0.0 && cost.is_finite()).map(|cost| Candidate { x, cost })
    };
    let list: Option<Vec<Candidate>> = (0..rows.len()).map(candidate).collect();
    match list {
        Some(list) => Ok((list, rows.rows.clone(), own)),
        None => Err(MethodError::refused(format!(
            "`{}` has no cost for these runs: give the candidates a column `{COST}`",
            law.id
        ))),
    }
}
