//! The one small language of `--where`, `--map` and card exclusions: `L < 3.4 and N >= 1e7`,
//! `family in ["a", "b"]`, `6*N*D < 6 ZFLOP`, `ln(perplexity)`, `step*batch_size*seq_len`.
//!
//! A bare word is a role or a column; a column whose name is not one word stands in backticks.
//! `row` is the number of a row, from 1, unless a column has that name. Text stands in quotes. Comparisons may be chained: `1e7 <= N < 1e9`. A comparison with a
//! missing value or NaN is false. Arithmetic: `+ - * / ^` and the functions of [`crate::base::expression`].

use super::error::Mistake;
pub(super) use crate::base::expression::Name;
use crate::base::expression::{Fault, Node, Op, parse};
use crate::base::units::{Dimension, Quantity, Unit};

/// A parsed filter or formula.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    root: Node,
    /// The columns it names, by [`Node::Column`] index.
    pub names: Vec<Name>,
}

/// The values of a named column.
#[derive(Clone, Copy)]
pub(super) enum Values<'a> {
    Numbers(&'a [f64]),
    Texts(&'a [String]),
}

impl Expression {
    /// Reads a condition. `known` says whether a word is a column or a role: `train-loss` is one
    /// word if it names something, else a difference.
    pub fn condition(text: &str, known: &dyn Fn(&str) -> bool) -> Result<Self, Mistake> {
        Self::parse(text, known, true)
    }

    /// Reads a formula: its value is a number.
    pub fn formula(text: &str, known: &dyn Fn(&str) -> bool) -> Result<Self, Mistake> {
        Self::parse(text, known, false)
    }

    fn parse(text: &str, known: &dyn Fn(&str) -> bool, condition: bool) -> Result<Self, Mistake> {
        let error =
            |(position, detail): Fault| Mistake::Expression { text: text.to_owned(), position: position + 1, detail };
        let (root, names) = parse(text, known).map_err(error)?;
        match (condition, root.is_condition()) {
            (true, false) => {
                let detail = "a comparison (<, <=, >, >=, ==, != or in) should stand here";
                Err(error((text.chars().count(), detail.to_owned())))
            }
            (false, true) => Err(error((0, "a number is needed here, not a comparison".to_owned()))),
            (false, false) if root.is_text() => Err(error((0, "a number is needed here, not a text".to_owned()))),
            _ => Ok(Self { root, names }),
        }
    }

    /// Whether it is a lone column, which needs no formula.
    pub fn is_column(&self) -> bool {
        matches!(self.root, Node::Column(_))
    }

    /// Whether a row passes.
    pub fn holds(&self, columns: &[Values<'_>], row: usize) -> bool {
        self.root.holds(columns, row)
    }

    /// The number at a row; NaN where a column has none.
    pub fn value(&self, columns: &[Values<'_>], row: usize) -> f64 {
        self.root.number(columns, row)
    }

    /// Brings every number with a unit that is compared with a column to the unit of that column.
    /// `unit` says what a column counts, if that is known.
    ///
    /// # Errors
    /// [`Mistake::Expression`]: another dimension, or a column that counts nothing known.
    pub fn settle(&mut self, text: &str, unit: &dyn Fn(&Name) -> Option<Unit>) -> Result<(), Mistake> {
        let names = std::mem::take(&mut self.names);
        let settled = self.root.settle(&|i| unit(&names[i]));
        self.names = names;
        settled.map_err(|(position, detail)| Mistake::Expression {
            text: text.to_owned(),
            position: position + 1,
            detail,
        })
    }
}

impl Expression {
    /// Refuses a bare number beside a column that its header counts in millions, say, where the number as it stands
    /// tells no row from another and in the header's count it would. `multiplied` says by what a column was multiplied.
    ///
    /// # Errors
    /// [`Mistake::Expression`], with how to write the number.
    pub fn as_meant(
        &self,
        text: &str,
        columns: &[Values<'_>],
        multiplied: &dyn Fn(&Name) -> Option<f64>,
    ) -> Result<(), Mistake> {
        let factors: Vec<Option<f64>> = self.names.iter().map(multiplied).collect();
        let Some((i, quantity, position)) = self.root.misread(columns, &factors) else { return Ok(()) };
        let (number, factor) = (quantity.number, factors[i].unwrap_or(1.0));
        let written = match factor {
            1e3 => format!("{number}K"),
            1e6 => format!("{number}M"),
            1e9 => format!("{number}B"),
            1e12 => format!("{number}T"),
            _ => format!("{:e}", number * factor),
        };
        let detail = format!(
            "`{}` counts by {factor:e}, and {number} without a power of ten of its own lies beyond every row; write {written}",
            self.names[i].name
        );
        Err(Mistake::Expression { text: text.to_owned(), position: position + 1, detail })
    }
}

impl Node {
    /// The first bare number that is not meant as it stands: the column beside it, the number and where it is.
    fn misread(&self, columns: &[Values<'_>], factors: &[Option<f64>]) -> Option<(usize, Quantity, usize)> {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().find_map(|node| node.misread(columns, factors)),
            Self::Not(node) => node.misread(columns, factors),
            Self::Compare(a, op, b) => {
                let (i, quantity, position) = match (&**a, &**b) {
                    (Self::Column(i), Self::Number(quantity, position))
                    | (Self::Number(quantity, position), Self::Column(i)) => (*i, *quantity, *position),
                    _ => return None,
                };
                let factor = factors[i].filter(|_| quantity.unit.is_none() && !quantity.scaled)?;
                let Values::Numbers(values) = columns[i] else { return None };
                let present: Vec<usize> = (0..values.len()).filter(|&row| values[row].is_finite()).collect();
                let passing = |value: f64| {
                    let number = || Self::Number(Quantity { value, ..quantity }, position);
                    let [a, b] = [a, b].map(|side| match **side {
                        Self::Column(i) => Self::Column(i),
                        _ => number(),
                    });
                    present.iter().filter(|&&row| compare(&a, *op, &b, columns, row)).count()
                };
                let (plain, counted, all) = (passing(quantity.value), passing(quantity.value * factor), present.len());
                let apart = (1..all).contains(&counted) || plain == 0 && counted == all;
                ((plain == 0 || plain == all) && apart).then_some((i, quantity, position))
            }
            Self::In(a, list) => list
                .iter()
                .find_map(|item| Self::Compare(a.clone(), Op::Equal, Box::new(item.clone())).misread(columns, factors)),
            _ => None,
        }
    }

    fn holds(&self, columns: &[Values<'_>], row: usize) -> bool {
        match self {
            Self::And(all) => all.iter().all(|node| node.holds(columns, row)),
            Self::Or(any) => any.iter().any(|node| node.holds(columns, row)),
            Self::Not(node) => !node.holds(columns, row),
            Self::Compare(a, op, b) => compare(a, *op, b, columns, row),
            Self::In(a, list) => list.iter().any(|b| compare(a, Op::Equal, b, columns, row)),
            _ => false,
        }
    }

    fn number(&self, columns: &[Values<'_>], row: usize) -> f64 {
        match self {
            Self::Column(i) => match columns[*i] {
                Values::Numbers(values) => values[row],
                Values::Texts(_) => f64::NAN,
            },
            Self::Number(quantity, _) => quantity.value,
            Self::Sum(terms) => terms.iter().map(|(sign, term)| sign * term.number(columns, row)).sum(),
            Self::Product(factors) => factors.iter().fold(1.0, |product, (divide, factor)| {
                let factor = factor.number(columns, row);
                if *divide { product / factor } else { product * factor }
            }),
            Self::Power(base, exponent) => base.number(columns, row).powf(exponent.number(columns, row)),
            Self::Call(function, arguments) => match &arguments[..] {
                [x] => function.of(x.number(columns, row)),
                [x, y] => function.of_two(x.number(columns, row), y.number(columns, row)),
                _ => f64::NAN,
            },
            _ => f64::NAN,
        }
    }

    fn text<'a>(&'a self, columns: &[Values<'a>], row: usize) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Column(i) => match columns[*i] {
                Values::Texts(values) => Some(&values[row]),
                Values::Numbers(_) => None,
            },
            _ => None,
        }
    }

    fn settle(&mut self, unit: &dyn Fn(usize) -> Option<Unit>) -> Result<(), Fault> {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter_mut().try_for_each(|node| node.settle(unit)),
            Self::Not(node) => node.settle(unit),
            Self::Compare(a, _, b) => {
                if let (Self::Column(i), number @ Self::Number(..)) = (&**a, &mut **b) {
                    number.convert(unit(*i))?;
                }
                if let (number @ Self::Number(..), Self::Column(i)) = (&mut **a, &**b) {
                    number.convert(unit(*i))?;
                }
                Ok(())
            }
            Self::In(a, list) => match &**a {
                Self::Column(i) => list.iter_mut().try_for_each(|item| item.convert(unit(*i))),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// A number with a unit becomes one of the unit of the column beside it.
    fn convert(&mut self, needed: Option<Unit>) -> Result<(), Fault> {
        let Self::Number(quantity, position) = self else { return Ok(()) };
        let Some(unit) = quantity.unit.filter(|unit| unit.dimension != Dimension::NUMBER) else { return Ok(()) };
        let Some(needed) = needed else {
            let detail = "the column beside this unit names none; write a plain number, or name the column's unit in its header or in --map";
            return Err((*position, detail.to_owned()));
        };
        let text = format!("{} {}", quantity.number, unit.dimension);
        match quantity.in_unit(needed, &text) {
            Ok(value) => quantity.value = value,
            Err(error) => return Err((*position, error.to_string())),
        }
        Ok(())
    }
}

fn compare(a: &Node, op: Op, b: &Node, columns: &[Values<'_>], row: usize) -> bool {
    // `outlier == False`: the words that programs write for truth.
    let truth = |text: &str, wanted: bool| match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "1.0" | "yes" => wanted,
        "false" | "0" | "0.0" | "no" => !wanted,
        _ => false,
    };
    match (a, b) {
        (Node::Truth(wanted), other) | (other, Node::Truth(wanted)) => match other.text(columns, row) {
            Some("") => false,
            Some(text) => truth(text, *wanted) == (op == Op::Equal),
            None => false,
        },
        _ => match (a.text(columns, row), b.text(columns, row)) {
            (Some(a), Some(b)) => (a == b) == (op == Op::Equal),
            _ => {
                let (a, b) = (a.number(columns, row), b.number(columns, row));
                if a.is_nan() || b.is_nan() {
                    return false;
                }
                match op {
                    Op::Less => a < b,
                    Op::LessEqual => a <= b,
                    Op::Greater => a > b,
                    Op::GreaterEqual => a >= b,
                    Op::Equal => a == b,
                    Op::NotEqual => a != b,
                }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anything(_: &str) -> bool {
        false
    }

    fn kept(text: &str, columns: &[(&str, Values<'_>)]) -> Vec<usize> {
        let known = |word: &str| columns.iter().any(|(column, _)| *column == word);
        let expression = Expression::condition(text, &known).unwrap();
        let values: Vec<Values<'_>> = expression
            .names
            .iter()
            .map(|name| columns.iter().find(|(column, _)| *column == name.name).unwrap().1)
            .collect();
        (0..4).filter(|&row| expression.holds(&values, row)).collect()
    }

    fn value(text: &str, columns: &[(&str, f64)]) -> f64 {
        let known = |word: &str| columns.iter().any(|(column, _)| *column == word);
        let expression = Expression::formula(text, &known).unwrap();
        let cells: Vec<[f64; 1]> = expression
            .names
            .iter()
            .map(|name| [columns.iter().find(|(column, _)| *column == name.name).unwrap().1])
            .collect();
        let values: Vec<Values<'_>> = cells.iter().map(|cell| Values::Numbers(cell)).collect();
        expression.value(&values, 0)
    }

    #[test]
    fn comparisons_combine() {
        let n = [1e6, 1e7, 1e8, 1e9];
        let l = [5.0, 4.0, f64::NAN, 2.0];
        let family = ["a", "b", "a", "c"].map(str::to_owned);
        let bad = ["False", "true", "", "FALSE"].map(str::to_owned);
        let columns = [
            ("N", Values::Numbers(&n)),
            ("val loss", Values::Numbers(&l)),
            ("family", Values::Texts(&family)),
            ("outlier", Values::Texts(&bad)),
        ];
        assert_eq!(kept("N >= 10M", &columns), [1, 2, 3]);
        assert_eq!(kept("N >= 10 M and `val loss` < 3", &columns), [3]);
        assert_eq!(kept("1e7 <= N < 1e9", &columns), [1, 2]);
        assert_eq!(kept("`val loss` != 4", &columns), [0, 3]);
        assert_eq!(kept("family == 'a' or N > 500M", &columns), [0, 2, 3]);
        assert_eq!(kept("family in [\"a\", 'c'] and not (N in [1e6, 1e8])", &columns), [3]);
        assert_eq!(kept("not family != \"b\"", &columns), [1]);
        assert_eq!(kept("outlier == False", &columns), [0, 3]);
        assert_eq!(kept("outlier == True", &columns), [1]);
        assert_eq!(kept("6*N*20 > 1e10 and (N + 1) / 2 < 1e8", &columns), [2]);
        assert_eq!(kept("((N)) > 1e8", &columns), [3]);
    }

    #[test]
    fn formulas_follow_the_usual_order() {
        for (text, expected) in [
            ("1-acc/100", 0.7),
            ("1 - acc / 100", 0.7),
            ("step*batch-size", 60.0),
            ("-2^2", -4.0),
            ("2^-1", 0.5),
            ("2^3^2", 512.0),
            ("10^step", 1e2),
            ("ln(exp(acc))", 30.0),
            ("6*1M*2", 12e6),
            ("(acc - step)*-1", -28.0),
            ("2-1-1", 0.0),
            ("8/4/2", 1.0),
        ] {
            let found = value(text, &[("acc", 30.0), ("step", 2.0), ("batch-size", 30.0)]);
            assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{text}: {found}");
        }
    }

    #[test]
    fn mistakes_are_placed() {
        let message = |text: &str| Expression::condition(text, &anything).unwrap_err().to_string();
        assert_eq!(message("L < "), "in `L < ` at character 5: a column, a number or a quoted text should stand here");
        assert_eq!(message("L = 3"), "in `L = 3` at character 3: write == to compare");
        assert_eq!(message("(L < 3"), "in `(L < 3` at character 7: a closing `)` is missing");
        assert_eq!(
            message("L < 3 N > 2"),
            "in `L < 3 N > 2` at character 7: `N` is not a unit known here (write parameters, tokens, FLOP, PF-days, nat/token, bits, days, …)"
        );
        assert_eq!(message("a < 'x'"), "in `a < 'x'` at character 3: text can only be compared with == or !=");
        assert_eq!(message("a == 'x"), "in `a == 'x` at character 6: the ' opened here is never closed");
        assert_eq!(message("a & b"), "in `a & b` at character 3: `&` has no meaning here");
        assert!(message("L").contains("a comparison"));
        assert!(message("L < 3)").contains("should have ended"));
        assert!(message("log(L) < 3").contains("write ln or log10"));
        assert!(message("(L < 3) + 1 > 2").contains("not a comparison"));
        let formula = |text: &str| Expression::formula(text, &anything).unwrap_err().to_string();
        assert!(formula("L < 3").contains("a number is needed here"));
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = format!("{}L < 3{}", "(".repeat(7600), ")".repeat(7600));
        assert!(Expression::condition(&deep, &anything).unwrap_err().to_string().contains("more than 64 deep"));
        for deep in ["-".repeat(9000) + "1 < 2", "not ".repeat(9000) + "1 < 2", "2^".repeat(9000) + "2 < 3"] {
            assert!(Expression::condition(&deep, &anything).is_err());
        }
        let long = vec!["L < 3"; 9_000].join(" and ");
        let expression = Expression::condition(&long, &anything).unwrap();
        let l = [2.0, 4.0];
        let values = vec![Values::Numbers(&l); expression.names.len()];
        assert!(expression.holds(&values, 0) && !expression.holds(&values, 1));
        assert!(Expression::condition(&"a".repeat(200_000), &anything).is_err());
    }
}
