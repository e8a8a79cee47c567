//! From the text of a law to its parts: output, inputs, formula, and what is said of parameters.

use crate::base::expression::{Fault, Node, parse};
use crate::law::{MAX_INPUTS, MAX_PARAMS};

/// What a name at a leaf stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// An input, in the order of the brackets.
    Input(usize),
    /// A parameter, in the order of the formula.
    Param(usize),
}

/// A parameter and what the text says of it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub symbol: String,
    pub bounds: Option<(f64, f64)>,
    pub starts: Option<Vec<f64>>,
}

/// A law in parts.
#[derive(Debug)]
pub(super) struct Parsed {
    pub output: String,
    pub inputs: Vec<String>,
    pub params: Vec<Named>,
    pub body: Node,
    /// What each [`Node::Column`] stands for.
    pub leaves: Vec<Leaf>,
    /// The formula begins at this character.
    pub start: usize,
}

impl Parsed {
    /// The input or parameter that a node is, if it is nothing else.
    pub fn leaf(&self, node: &Node) -> Option<Leaf> {
        match node {
            Node::Column(i) => Some(self.leaves[*i]),
            Node::Sum(terms) => match &terms[..] {
                [(1.0, term)] => self.leaf(term),
                _ => None,
            },
            _ => None,
        }
    }
    /// Whether something stands anywhere in a node.
    pub fn any(&self, node: &Node, of: &dyn Fn(Leaf) -> bool) -> bool {
        match node {
            Node::Column(i) => of(self.leaves[*i]),
            _ => node.parts().into_iter().any(|part| self.any(part, of)),
        }
    }
    /// Whether an input stands anywhere in a node.
    pub fn has_input(&self, node: &Node) -> bool {
        self.any(node, &|leaf| matches!(leaf, Leaf::Input(_)))
    }
    /// Whether a parameter stands anywhere in a node.
    pub fn has_param(&self, node: &Node) -> bool {
        self.any(node, &|leaf| matches!(leaf, Leaf::Param(_)))
    }
}

/// Reads a law.
pub(super) fn read(text: &str) -> Result<Parsed, Fault> {
    let count = |bytes: usize| text[..bytes].chars().count();
    let equals = text.find('=').ok_or((0, "an = should stand between output and formula".to_owned()))?;
    let (output, inputs) = head(&text[..equals])?;
    let rest = &text[equals + 1..];
    let body = rest.split(';').next().unwrap_or_default();
    let start = count(equals + 1);
    let (body, names) = parse(body, &|_| false).map_err(|(at, detail)| (at + start, meant(detail)))?;
    if body.is_condition() || body.is_text() {
        return Err((start, "a formula should stand here".to_owned()));
    }
    let mut params: Vec<Named> = Vec::new();
    let mut leaves = Vec::with_capacity(names.len());
    for name in &names {
        let at = start + name.position - 1;
        if name.name == output {
            return Err((at, format!("`{output}` is what the formula gives, and cannot stand in it")));
        }
        let leaf = match inputs.iter().position(|input| *input == name.name) {
            Some(i) => Leaf::Input(i),
            None => Leaf::Param(match params.iter().position(|param| param.symbol == name.name) {
                Some(j) => j,
                None => {
                    let symbol = symbol(&name.name)
                        .ok_or((at, format!("`{}` is no name of a parameter: letters, digits and _", name.name)))?;
                    params.push(Named { symbol, bounds: None, starts: None });
                    params.len() - 1
                }
            }),
        };
        leaves.push(leaf);
    }
    if let Some(unused) = (0..inputs.len()).find(|i| !leaves.contains(&Leaf::Input(*i))) {
        return Err((start, format!("the input `{}` does not stand in the formula", inputs[unused])));
    }
    match params.len() {
        0 => return Err((start, "the formula has no parameter to fit".to_owned())),
        1..=MAX_PARAMS => {}
        many => return Err((start, format!("a law has at most {MAX_PARAMS} parameters, and this one {many}"))),
    }
    let mut at = equals + 1;
    for (k, clause) in rest.split(';').enumerate() {
        if k > 0 {
            said(clause, &mut params).map_err(|detail| (count(at), detail))?;
        }
        at += clause.len() + 1;
    }
    Ok(Parsed { output, inputs, params, body, leaves, start })
}

/// A fault of the shared grammar in the words of a law.
fn meant(detail: String) -> String {
    detail
        .replace("a column, a number or a quoted text", "an input, a parameter or a number")
        .replace(" or a comparison", "")
}

fn symbol(name: &str) -> Option<String> {
    let sound =
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    (sound && !name.is_empty()).then(|| name.to_owned())
}

/// `L(N, D)`.
fn head(text: &str) -> Result<(String, Vec<String>), Fault> {
    let form = || (0, "a law begins with its output and its inputs in brackets, as L(N, D) = …".to_owned());
    let open = text.find('(').ok_or_else(form)?;
    let close = text.trim_end().strip_suffix(')').ok_or_else(form)?;
    let output = symbol(text[..open].trim()).ok_or_else(form)?;
    let mut inputs: Vec<String> = Vec::new();
    for name in close[open + 1..].split(',').map(str::trim) {
        let at = open + 1;
        let input = symbol(name).ok_or((at, format!("`{name}` is no name of an input: letters, digits and _")))?;
        if inputs.contains(&input) || input == output {
            return Err((at, format!("`{input}` is named twice")));
        }
        inputs.push(input);
    }
    match inputs.len() {
        1..=MAX_INPUTS => Ok((output, inputs)),
        many => Err((open, format!("a law has 1 to {MAX_INPUTS} inputs, and this one {many}"))),
    }
}

/// `alpha in [0, 2]` or `alpha from 0.1, 0.5`.
fn said(clause: &str, params: &mut [Named]) -> Result<(), String> {
    let clause = clause.trim();
    let form = || format!("`{clause}` says nothing of a parameter: write `alpha in [0, 2]` or `alpha from 0.1, 0.5`");
    let (name, rest) = clause.split_once(' ').ok_or_else(form)?;
    let known: Vec<&str> = params.iter().map(|param| param.symbol.as_str()).collect();
    let Some(j) = known.iter().position(|symbol| *symbol == name) else {
        return Err(format!("the formula has no parameter `{name}`; it has {}", known.join(", ")));
    };
    let numbers = |list: &str| -> Result<Vec<f64>, String> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|value| !value.is_nan());
        list.split(',').map(|text| number(text).ok_or_else(|| format!("`{}` is not a number", text.trim()))).collect()
    };
    if let Some(list) = rest.trim().strip_prefix("in ") {
        let inside = list.trim().strip_prefix('[').and_then(|list| list.strip_suffix(']')).ok_or_else(form)?;
        match numbers(inside)?[..] {
            [low, high] if low < high => params[j].bounds = Some((low, high)),
            _ => return Err(format!("the bounds of `{name}` should be two numbers, the lower first")),
        }
    } else if let Some(list) = rest.trim().strip_prefix("from ") {
        let starts = numbers(list)?;
        if starts.iter().any(|start| !start.is_finite()) || starts.len() > 8 {
            return Err(format!("the starts of `{name}` should be at most eight finite numbers"));
        }
        params[j].starts = Some(starts);
    } else {
        return Err(form());
    }
    if let (Some((low, high)), Some(starts)) = (params[j].bounds, &params[j].starts)
        && starts.iter().any(|start| *start < low || *start > high)
    {
        return Err(format!("a start of `{name}` lies outside its bounds"));
    }
    Ok(())
}
