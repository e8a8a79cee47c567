//! What each parameter of a written law is, read off the place where it stands.

use super::read::{Leaf, Parsed};
use crate::base::expression::{Function, Node};

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Linear: a coefficient of something that falls, grows or saturates, or the constant beside
    /// one. Positive.
    Coefficient(Unit),
    /// Linear, of any sign.
    Slope,
    /// Exponent of an input of which the sign is written.
    Exponent,
    /// Exponent of an input of which the sign is open.
    OpenExponent,
    /// What an input is divided by, or divides. Positive.
    Scale(usize),
    /// What an input is multiplied with inside something nonlinear. Positive.
    Rate(usize),
    /// What is taken from an input, or added to it.
    Place(usize),
    /// Anything else.
    Free,
}

/// What is known of a coefficient's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    /// That of the output: what stands beside it, if anything, is a pure number.
    Output,
    /// That of the output and of a power of one input.
    Power(usize),
    /// Nothing.
    Unknown,
}

/// The kind of every parameter.
pub(super) fn kinds(parsed: &Parsed) -> Vec<Kind> {
    let mut kinds = vec![None; parsed.params.len()];
    linear(parsed, &mut kinds);
    walk(parsed, &parsed.body, false, &mut kinds);
    kinds.into_iter().map(|kind| kind.unwrap_or(Kind::Free)).collect()
}

/// Terms of nested sums.
fn terms<'a>(node: &'a Node, out: &mut Vec<&'a Node>) {
    match node {
        Node::Sum(list) => list.iter().for_each(|(_, term)| terms(term, out)),
        _ => out.push(node),
    }
}

/// Factors of nested products, and whether each divides.
fn factors<'a>(node: &'a Node, divides: bool, out: &mut Vec<(bool, &'a Node)>) {
    match node {
        Node::Product(list) => list.iter().for_each(|(under, factor)| factors(factor, divides != *under, out)),
        Node::Sum(list) if list.len() == 1 => factors(&list[0].1, divides, out),
        _ => out.push((divides, node)),
    }
}

/// A parameter that stands once in the formula, as a factor of one of its terms, is linear; one of
/// each term can be.
fn linear(parsed: &Parsed, kinds: &mut [Option<Kind>]) {
    let mut all = Vec::new();
    terms(&parsed.body, &mut all);
    let count = |j: usize| parsed.leaves.iter().filter(|leaf| **leaf == Leaf::Param(j)).count();
    // Falls, grows or saturates: an input and a parameter under one nonlinear roof.
    let bent = |factor: &Node| {
        matches!(factor, Node::Power(..) | Node::Call(..) | Node::Sum(_))
            && parsed.has_input(factor)
            && parsed.has_param(factor)
    };
    let mut found = Vec::new();
    for term in all {
        let mut parts = Vec::new();
        factors(term, false, &mut parts);
        let lone = parts.iter().find_map(|(divides, factor)| match parsed.leaf(factor) {
            Some(Leaf::Param(j)) if !divides && count(j) == 1 => Some(j),
            _ => None,
        });
        let bends = parts.iter().any(|(_, factor)| bent(factor));
        let mut powers = parts.iter().filter(|(_, factor)| parsed.has_input(factor));
        let single = match (powers.next(), powers.next()) {
            (Some((_, Node::Power(base, _))), None) => match parsed.leaf(base) {
                Some(Leaf::Input(i)) => Some(i),
                _ => None,
            },
            _ => None,
        };
        let constant = parts.len() == 1 && lone.is_some();
        let mut beside =
            parts.iter().filter(|(_, factor)| lone.is_none() || parsed.leaf(factor) != lone.map(Leaf::Param));
        let unit = match single {
            Some(i) => Unit::Power(i),
            // A function's value, and a number, have none.
            None if beside.all(|(_, factor)| matches!(factor, Node::Call(..) | Node::Number(..))) => Unit::Output,
            None => Unit::Unknown,
        };
        found.push((lone, bends, constant, unit));
    }
    let bent_anywhere = found.iter().any(|(_, bends, ..)| *bends);
    for (lone, bends, constant, unit) in found {
        let Some(j) = lone else { continue };
        kinds[j] = Some(match bends || constant && bent_anywhere {
            true => Kind::Coefficient(unit),
            false => Kind::Slope,
        });
    }
}

/// Whether an input stands where only a positive number has a meaning: under a power that is not whole, or in a logarithm.
pub(super) fn is_positive(parsed: &Parsed, node: &Node, input: usize) -> bool {
    let own = |node: &Node| parsed.leaf(node) == Some(Leaf::Input(input));
    let whole = |exponent: &Node| matches!(exponent, Node::Number(quantity, _) if quantity.value.fract() == 0.0);
    let here = match node {
        Node::Power(base, exponent) => own(base) && !whole(exponent),
        Node::Call(Function::Ln | Function::Log10 | Function::Log2 | Function::Sqrt, arguments) => own(&arguments[0]),
        _ => false,
    };
    here || node.parts().into_iter().any(|part| is_positive(parsed, part, input))
}

fn give(kinds: &mut [Option<Kind>], j: usize, kind: Kind) {
    kinds[j].get_or_insert(kind);
}

/// Parameters in an exponent, as in N^(a/b), all positive unless the sign is open.
fn exponents(parsed: &Parsed, node: &Node, kind: Kind, kinds: &mut [Option<Kind>]) {
    match node {
        Node::Column(i) => {
            if let Leaf::Param(j) = parsed.leaves[*i] {
                give(kinds, j, kind);
            }
        }
        _ => node.parts().into_iter().for_each(|part| exponents(parsed, part, kind, kinds)),
    }
}

fn walk(parsed: &Parsed, node: &Node, under: bool, kinds: &mut [Option<Kind>]) {
    match node {
        Node::Power(base, exponent) if parsed.has_param(exponent) && !parsed.has_input(exponent) => {
            let signed = matches!(&**exponent, Node::Sum(_));
            let open = !under && !signed && matches!(parsed.leaf(base), Some(Leaf::Input(_)));
            exponents(parsed, exponent, if open { Kind::OpenExponent } else { Kind::Exponent }, kinds);
            walk(parsed, base, false, kinds);
        }
        Node::Product(_) => {
            let mut parts = Vec::new();
            factors(node, false, &mut parts);
            beside(parsed, &parts, kinds);
            for (divides, part) in parts {
                walk(parsed, part, divides, kinds);
            }
        }
        Node::Sum(list) => {
            let input = list.iter().find_map(|(_, term)| match parsed.leaf(term) {
                Some(Leaf::Input(i)) => Some(i),
                _ => None,
            });
            for (_, term) in list {
                if let (Some(i), Some(Leaf::Param(j))) = (input, parsed.leaf(term)) {
                    give(kinds, j, Kind::Place(i));
                }
                walk(parsed, term, under, kinds);
            }
        }
        _ => node.parts().into_iter().for_each(|part| walk(parsed, part, false, kinds)),
    }
}

/// Parameters that are factors beside an input.
fn beside(parsed: &Parsed, parts: &[(bool, &Node)], kinds: &mut [Option<Kind>]) {
    let input = parts.iter().find_map(|(divides, part)| {
        let lone = |node: &Node| match parsed.leaf(node) {
            Some(Leaf::Input(i)) => Some(i),
            _ => None,
        };
        let i = match part {
            Node::Sum(list) => list.iter().find_map(|(_, term)| lone(term)),
            other => lone(other),
        };
        i.map(|i| (*divides, i))
    });
    let Some((below, i)) = input else { return };
    for (divides, part) in parts {
        if let Some(Leaf::Param(j)) = parsed.leaf(part) {
            give(kinds, j, if *divides == below { Kind::Rate(i) } else { Kind::Scale(i) });
        }
    }
}

/// The exponent of the input beside a linear parameter, if it is one parameter and the power falls.
pub(super) fn exponent_beside(parsed: &Parsed, j: usize) -> Option<String> {
    let mut all = Vec::new();
    terms(&parsed.body, &mut all);
    all.into_iter().find_map(|term| {
        let mut parts = Vec::new();
        factors(term, false, &mut parts);
        let mine = parts.iter().any(|(_, factor)| parsed.leaf(factor) == Some(Leaf::Param(j)));
        let (divides, exponent) = parts.iter().filter(|_| mine).find_map(|(divides, factor)| match factor {
            Node::Power(base, exponent) if matches!(parsed.leaf(base), Some(Leaf::Input(_))) => {
                Some((*divides, &**exponent))
            }
            _ => None,
        })?;
        let (falls, exponent) = match exponent {
            Node::Sum(terms) => match &terms[..] {
                [(-1.0, inner)] => (!divides, inner),
                _ => return None,
            },
            other => (divides, other),
        };
        match parsed.leaf(exponent)? {
            Leaf::Param(k) if falls => Some(parsed.params[k].symbol.clone()),
            Leaf::Param(k) => Some(format!("-{}", parsed.params[k].symbol)),
            Leaf::Input(_) => None,
        }
    })
}
