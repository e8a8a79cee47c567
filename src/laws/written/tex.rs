//! A written law in LaTeX.

use super::read::{Leaf, Parsed};
use crate::base::expression::{Function, Node};

const GREEK: &[&str] = &[
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Sigma", "Phi", "Psi",
    "Omega",
];

/// A name: `alpha_N` as α with N below.
pub(super) fn symbol(name: &str) -> String {
    let one = |word: &str| match (GREEK.contains(&word), word.chars().count()) {
        (true, _) => format!(r"\{word}"),
        (false, 0 | 1) => word.to_owned(),
        (false, _) => format!(r"\mathrm{{{word}}}"),
    };
    match name.split_once('_') {
        Some((head, tail)) if !head.is_empty() && !tail.is_empty() => {
            format!("{}_{{{}}}", one(head), one(&tail.replace('_', "")))
        }
        _ => one(&name.replace('_', "")),
    }
}

/// The whole law.
pub(super) fn law(parsed: &Parsed) -> String {
    format!("{} = {}", symbol(&parsed.output), node(parsed, &parsed.body))
}

fn node(parsed: &Parsed, of: &Node) -> String {
    match of {
        Node::Column(i) => match parsed.leaves[*i] {
            Leaf::Input(i) => symbol(&parsed.inputs[i]),
            Leaf::Param(j) => symbol(&parsed.params[j].symbol),
        },
        Node::Number(quantity, _) => number(quantity.value),
        Node::Sum(terms) => {
            let mut out = String::new();
            for (k, (sign, term)) in terms.iter().enumerate() {
                out += match (k, *sign < 0.0) {
                    (0, false) => "",
                    (0, true) => "-",
                    (_, true) => " - ",
                    (_, false) => " + ",
                };
                let inner = matches!(term, Node::Sum(_)) && (k > 0 || *sign < 0.0);
                out += &if inner { bracket(parsed, term) } else { node(parsed, term) };
            }
            out
        }
        Node::Product(factors) => {
            let side = |below: bool| {
                let part: Vec<&Node> =
                    factors.iter().filter(|(divides, _)| *divides == below).map(|(_, factor)| factor).collect();
                let alone = part.len() == 1 && factors.len() > 1 && factors.iter().any(|(divides, _)| *divides);
                let text = |factor: &&Node| match factor {
                    Node::Sum(_) if !alone => bracket(parsed, factor),
                    _ => node(parsed, factor),
                };
                part.iter().map(text).collect::<Vec<_>>().join(r" \, ")
            };
            match (side(false), side(true)) {
                (above, below) if below.is_empty() => above,
                (above, below) => format!(r"\frac{{{}}}{{{below}}}", if above.is_empty() { "1" } else { &above }),
            }
        }
        Node::Power(base, exponent) => {
            let lone = matches!(&**base, Node::Column(_))
                || matches!(&**base, Node::Number(quantity, _) if quantity.value >= 0.0);
            let base = if lone { node(parsed, base) } else { bracket(parsed, base) };
            format!("{base}^{{{}}}", node(parsed, exponent))
        }
        Node::Call(function, arguments) => {
            let inner = arguments.iter().map(|argument| node(parsed, argument)).collect::<Vec<_>>().join(", ");
            match function {
                Function::Sqrt => format!(r"\sqrt{{{inner}}}"),
                Function::Abs => format!(r"\left|{inner}\right|"),
                Function::Log10 => format!(r"\log_{{10}}\left({inner}\right)"),
                Function::Log2 => format!(r"\log_2\left({inner}\right)"),
                Function::Sigmoid => format!(r"\sigma\left({inner}\right)"),
                Function::Log1p => format!(r"\ln\left(1 + {inner}\right)"),
                Function::Expm1 => format!(r"\left(e^{{{inner}}} - 1\right)"),
                Function::Atan => format!(r"\arctan\left({inner}\right)"),
                other => format!(r"\{}\left({inner}\right)", other.name()),
            }
        }
        _ => String::new(),
    }
}

fn bracket(parsed: &Parsed, of: &Node) -> String {
    format!(r"\left({}\right)", node(parsed, of))
}

fn number(value: f64) -> String {
    let plain = format!("{value}");
    match plain.len() <= 8 {
        true => plain,
        false => {
            let scientific = format!("{value:e}");
            let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
            format!(r"{digits} \times 10^{{{power}}}")
        }
    }
}
