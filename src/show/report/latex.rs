//! LaTeX to paste into a paper: tables with booktabs, formulas as they are.

use super::{Block, Document, Span, Table};
use crate::base::text::{MADE_BY, one_line};
use crate::show::figure::symbols::GREEK;

/// The document as LaTeX for the body of a paper that loads `booktabs` and `amsmath`; figures and
/// commands to type stay with the report.
pub fn latex(document: &Document) -> String {
    let mut out = format!("% {MADE_BY}; needs \\usepackage{{booktabs,amsmath}}\n% {}\n", one_line(&document.title));
    for block in &document.blocks {
        match block {
            Block::Heading(_, text) => out.push_str(&format!("\n\\paragraph{{{}}}\n", escape(text))),
            Block::Paragraph(text) => out.push_str(&format!("\n{}\n", spans(text))),
            Block::Formula(tex) => out.push_str(&format!("\n\\[ {} \\]\n", one_line(tex))),
            Block::Table(table) => booktabs(&mut out, table),
            Block::Notice(_, items) | Block::List(items) => {
                out.push_str("\n\\begin{itemize}\n");
                items.iter().for_each(|item| out.push_str(&format!("  \\item {}\n", spans(item))));
                out.push_str("\\end{itemize}\n");
            }
            Block::Picture(_) | Block::Code(_) => {}
        }
    }
    out
}

fn booktabs(out: &mut String, table: &Table) {
    // Long words wrap, numbers do not.
    let wide = table.rows.iter().flat_map(|row| row.iter().enumerate()).fold(
        vec![0; table.columns.len()],
        |mut w, (k, cell)| {
            let length: usize = cell.iter().map(|span| span.text().chars().count()).sum();
            w[k] = w[k].max(length);
            w
        },
    );
    let column = |(k, (_, number)): (usize, &(String, bool))| match number {
        true => "r".to_owned(),
        false if wide[k] > 40 => "p{0.5\\linewidth}".to_owned(),
        false => "l".to_owned(),
    };
    let columns: String = table.columns.iter().enumerate().map(column).collect();
    let line = |cells: Vec<String>| format!("    {} \\\\\n", cells.join(" & "));
    out.push_str("\n\\begin{table}\n  \\centering\n");
    out.push_str(&format!(
        "  \\caption{{{}}}\n  \\begin{{tabular}}{{{columns}}}\n    \\toprule\n",
        escape(&table.caption)
    ));
    out.push_str(&line(table.columns.iter().map(|(head, _)| escape(head)).collect()));
    out.push_str("    \\midrule\n");
    table.rows.iter().for_each(|row| out.push_str(&line(row.iter().map(|cell| spans(cell)).collect())));
    out.push_str("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n");
}

impl Span {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Strong(text) | Self::Code(text) | Self::Math(text) => text,
        }
    }
}

fn spans(text: &[Span]) -> String {
    let one = |span: &Span| match span {
        Span::Plain(text) => escape(text),
        Span::Strong(text) => format!("\\textbf{{{}}}", escape(text)),
        // A long word, such as a digest, may break anywhere; a command breaks between its words.
        Span::Code(text) if text.chars().count() > 40 => {
            let word = |word: &str| {
                let letters: Vec<char> = word.chars().collect();
                let size = if letters.len() > 40 { 16 } else { 40 };
                let parts = letters.chunks(size).map(|part| escape(&part.iter().collect::<String>()));
                parts.collect::<Vec<_>>().join("\\allowbreak{}")
            };
            format!("\\texttt{{{}}}", text.split(' ').map(word).collect::<Vec<_>>().join(" "))
        }
        Span::Code(text) => format!("\\texttt{{{}}}", escape(text)),
        Span::Math(tex) => format!("${}$", one_line(tex)),
    };
    text.iter().map(one).collect()
}

/// Text as LaTeX sets it, with the signs that our numbers and symbols use as formulas.
fn escape(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        if let Some(digit) = raised(c) {
            let mut power = digit.to_string();
            while let Some(more) = letters.peek().copied().and_then(raised) {
                power.push(more);
                letters.next();
            }
            out.push_str(&format!("$^{{{power}}}$"));
            continue;
        }
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', c]),
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' | '>' => out.push_str(&format!("${c}$")),
            '–' => out.push_str("--"),
            '—' => out.push_str("---"),
            '…' => out.push_str("\\ldots{}"),
            '“' => out.push_str("``"),
            '”' => out.push_str("''"),
            _ => match sign(c) {
                Some(name) => out.push_str(&format!("${name}$")),
                None => out.push(c),
            },
        }
    }
    out
}

/// What a raised sign is a power of.
fn raised(c: char) -> Option<char> {
    const RAISED: [(char, char); 12] = [
        ('⁰', '0'),
        ('¹', '1'),
        ('²', '2'),
        ('³', '3'),
        ('⁴', '4'),
        ('⁵', '5'),
        ('⁶', '6'),
        ('⁷', '7'),
        ('⁸', '8'),
        ('⁹', '9'),
        ('⁻', '-'),
        ('⁺', '+'),
    ];
    RAISED.iter().find(|(sign, _)| *sign == c).map(|(_, plain)| *plain)
}

/// The formula of a sign.
fn sign(c: char) -> Option<String> {
    let name = match c {
        '−' => "-",
        '×' => "\\times",
        '·' => "\\cdot",
        '±' => "\\pm",
        '∞' => "\\infty",
        '≤' => "\\le",
        '≥' => "\\ge",
        '≈' => "\\approx",
        '∝' => "\\propto",
        '√' => "\\surd",
        '∂' => "\\partial",
        'Σ' => "\\Sigma",
        _ => return GREEK.iter().find(|(_, letter)| letter.chars().eq([c])).map(|(name, _)| format!("\\{name}")),
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_set_and_never_obeyed() {
        assert_eq!(escape(r"50% of a_b & \input{x}"), r"50\% of a\_b \& \textbackslash{}input\{x\}");
        assert_eq!(escape("1.2×10⁻³ – −∞"), r"1.2$\times$10$^{-3}$ -- $-$$\infty$");
        assert_eq!(escape("α ≤ 2"), r"$\alpha$ $\le$ 2");
    }
}
