//! The part of LaTeX that laws are written in, to MathML, which browsers set without scripts.

use crate::base::text::one_line;
use crate::show::figure::symbols::GREEK;

/// A formula as MathML, in a line or on its own.
pub fn mathml(tex: &str, display: bool) -> String {
    let tokens = tokens(tex);
    let mut reader = Reader { tokens: &tokens, at: 0, depth: 0 };
    let body = reader.row(None);
    let mode = if display { "block" } else { "inline" };
    format!("<math display=\"{mode}\"><mrow>{body}</mrow></math>")
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Command(String),
    Number(String),
    Letter(char),
    Open,
    Close,
    Up,
    Down,
    Sign(char),
    Cell,
}

fn tokens(tex: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut letters = tex.chars().peekable();
    while let Some(c) = letters.next() {
        out.push(match c {
            '\\' => {
                let mut name = String::new();
                while let Some(c) = letters.next_if(char::is_ascii_alphabetic) {
                    name.push(c);
                }
                if name.is_empty() {
                    name.extend(letters.next());
                }
                Token::Command(name)
            }
            '{' => Token::Open,
            '}' => Token::Close,
            '^' => Token::Up,
            '_' => Token::Down,
            '&' => Token::Cell,
            c if c.is_whitespace() || c == '$' => continue,
            c if c.is_ascii_digit() => {
                let mut number = c.to_string();
                loop {
                    let mut ahead = letters.clone();
                    match (ahead.next(), ahead.next()) {
                        (Some(d), _) if d.is_ascii_digit() => {}
                        (Some('.'), Some(d)) if d.is_ascii_digit() => {}
                        _ => break,
                    }
                    number.extend(letters.next());
                }
                Token::Number(number)
            }
            c if c.is_alphabetic() => Token::Letter(c),
            c => Token::Sign(c),
        });
    }
    out
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

/// Groups within groups, at most: what lies deeper is left out.
const DEEPEST: usize = 32;

/// Functions and limits, set upright.
const UPRIGHT: [&str; 17] = [
    "exp", "ln", "log", "min", "max", "lim", "sin", "cos", "tan", "tanh", "erf", "sinh", "cosh", "arg", "sup", "inf",
    "arccos",
];

const SIGNS: [(&str, &str); 44] = [
    ("cdot", "·"),
    ("times", "×"),
    ("le", "≤"),
    ("leq", "≤"),
    ("ge", "≥"),
    ("geq", "≥"),
    ("ne", "≠"),
    ("neq", "≠"),
    ("approx", "≈"),
    ("sim", "∼"),
    ("propto", "∝"),
    ("equiv", "≡"),
    ("pm", "±"),
    ("to", "→"),
    ("rightarrow", "→"),
    ("mapsto", "↦"),
    ("in", "∈"),
    ("sum", "∑"),
    ("prod", "∏"),
    ("int", "∫"),
    ("ast", "∗"),
    ("star", "⋆"),
    ("dots", "…"),
    ("ldots", "…"),
    ("cdots", "⋯"),
    ("prime", "′"),
    ("lfloor", "⌊"),
    ("rfloor", "⌋"),
    ("lceil", "⌈"),
    ("rceil", "⌉"),
    ("langle", "⟨"),
    ("rangle", "⟩"),
    ("lvert", "|"),
    ("rvert", "|"),
    ("mid", "|"),
    ("ll", "≪"),
    ("gg", "≫"),
    ("circ", "∘"),
    ("odot", "⊙"),
    ("top", "⊤"),
    ("land", "∧"),
    ("cap", "∩"),
    ("cup", "∪"),
    ("setminus", "∖"),
];

const ACCENTS: [(&str, &str); 6] =
    [("hat", "^"), ("widehat", "^"), ("bar", "¯"), ("overline", "¯"), ("tilde", "˜"), ("vec", "→")];

const SPACES: [(&str, &str); 8] = [
    (",", "0.17em"),
    (":", "0.22em"),
    (";", "0.28em"),
    (" ", "0.28em"),
    ("~", "0.28em"),
    ("quad", "1em"),
    ("qquad", "2em"),
    ("!", "-0.17em"),
];

fn named<'a>(table: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    table.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// Everything up to a closing token, which is consumed.
    fn row(&mut self, until: Option<&Token>) -> String {
        let mut out = String::new();
        while let Some(token) = self.peek() {
            if Some(token) == until {
                self.at += 1;
                break;
            }
            out.push_str(&self.scripted());
        }
        out
    }

    /// One item with what is raised and lowered on it.
    fn scripted(&mut self) -> String {
        let base = match self.peek() {
            Some(Token::Up | Token::Down) => "<mrow></mrow>".to_owned(),
            _ => self.item(),
        };
        let (mut up, mut down) = (None, None);
        loop {
            match self.peek() {
                Some(Token::Up) if up.is_none() => {
                    self.at += 1;
                    up = Some(self.argument());
                }
                Some(Token::Down) if down.is_none() => {
                    self.at += 1;
                    down = Some(self.argument());
                }
                _ => break,
            }
        }
        match (down, up) {
            (Some(down), Some(up)) => format!("<msubsup>{base}{down}{up}</msubsup>"),
            (Some(down), None) => format!("<msub>{base}{down}</msub>"),
            (None, Some(up)) => format!("<msup>{base}{up}</msup>"),
            (None, None) => base,
        }
    }

    /// A group in braces, or one item.
    fn argument(&mut self) -> String {
        if self.depth >= DEEPEST {
            self.next();
            return String::new();
        }
        self.depth += 1;
        let argument = self.braced();
        self.depth -= 1;
        argument
    }

    fn braced(&mut self) -> String {
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            // A word of several letters is a name, not a product.
            if let Some(word) = self.word() {
                return format!("<mi>{word}</mi>");
            }
            format!("<mrow>{}</mrow>", self.row(Some(&Token::Close)))
        } else {
            self.item()
        }
    }

    /// A group made of two or more plain letters, consumed with its closing brace.
    fn word(&mut self) -> Option<String> {
        let rest = self.tokens.get(self.at..)?;
        let end = rest.iter().position(|token| !matches!(token, Token::Letter(_)))?;
        if end < 2 || rest[end] != Token::Close {
            return None;
        }
        self.at += end + 1;
        Some(letters(&rest[..end]))
    }

    fn item(&mut self) -> String {
        let token = self.next();
        if self.depth >= DEEPEST {
            return String::new();
        }
        self.depth += 1;
        let item = self.one(token);
        self.depth -= 1;
        item
    }

    fn one(&mut self, token: Option<Token>) -> String {
        match token {
            None | Some(Token::Close) => String::new(),
            Some(Token::Open) => format!("<mrow>{}</mrow>", self.row(Some(&Token::Close))),
            Some(Token::Number(number)) => format!("<mn>{number}</mn>"),
            Some(Token::Letter(letter)) => format!("<mi>{letter}</mi>"),
            Some(Token::Sign(sign)) => operator(&sign.to_string()),
            Some(Token::Cell) => "<mspace width=\"1em\"/>".to_owned(),
            Some(Token::Up | Token::Down) => String::new(),
            Some(Token::Command(name)) => self.command(&name),
        }
    }

    fn command(&mut self, name: &str) -> String {
        if let Some(letter) = named(&GREEK, name) {
            return format!("<mi>{letter}</mi>");
        }
        if let Some(sign) = named(&SIGNS, name) {
            return format!("<mo>{sign}</mo>");
        }
        if let Some(width) = named(&SPACES, name) {
            return format!("<mspace width=\"{width}\"/>");
        }
        if let Some(accent) = named(&ACCENTS, name) {
            let under = self.argument();
            return format!("<mover accent=\"true\">{under}<mo>{accent}</mo></mover>");
        }
        if UPRIGHT.contains(&name) {
            return format!("<mi>{name}</mi><mspace width=\"0.12em\"/>");
        }
        match name {
            "frac" | "dfrac" | "tfrac" => {
                let (over, under) = (self.argument(), self.argument());
                format!("<mfrac>{over}{under}</mfrac>")
            }
            "sqrt" => format!("<msqrt>{}</msqrt>", self.argument()),
            "left" | "right" | "big" | "Big" | "bigl" | "bigr" | "Bigl" | "Bigr" => match self.next() {
                Some(Token::Sign('.')) | None => String::new(),
                Some(Token::Sign(sign)) => operator(&sign.to_string()),
                Some(Token::Command(_)) => {
                    self.at -= 1;
                    self.item()
                }
                Some(_) => String::new(),
            },
            "mathrm" | "text" | "textrm" | "operatorname" | "mathit" | "mathbf" | "mathcal" | "textsf" | "mathsf" => {
                let words = self.plain();
                if words.chars().count() == 1 {
                    format!("<mi mathvariant=\"normal\">{words}</mi>")
                } else {
                    format!("<mi>{words}</mi>")
                }
            }
            "{" | "}" | "%" | "_" | "#" | "&" | "|" => operator(if name == "|" { "‖" } else { name }),
            "begin" | "end" => {
                self.plain();
                String::new()
            }
            "\\" => "<mspace linebreak=\"newline\"/>".to_owned(),
            // Sizes and styles change nothing here; anything else is shown as written.
            "displaystyle" | "textstyle" | "limits" | "nolimits" => String::new(),
            other => format!("<mtext>{}</mtext>", escape(other)),
        }
    }

    /// A group read as words.
    fn plain(&mut self) -> String {
        if self.peek() != Some(&Token::Open) {
            return match self.next() {
                Some(token) => letters(&[token]),
                None => String::new(),
            };
        }
        let start = self.at + 1;
        let length = self.tokens.get(start..).unwrap_or(&[]).iter().take_while(|t| **t != Token::Close).count();
        self.at = start + length + 1;
        letters(&self.tokens[start.min(self.tokens.len())..(start + length).min(self.tokens.len())])
    }
}

fn letters(tokens: &[Token]) -> String {
    tokens
        .iter()
        .map(|token| match token {
            Token::Letter(c) | Token::Sign(c) => escape(&c.to_string()),
            Token::Number(number) => number.clone(),
            Token::Command(name) if named(&SPACES, name).is_some() => " ".to_owned(),
            Token::Command(name) => named(&GREEK, name).map_or_else(|| escape(name), str::to_owned),
            Token::Down => "_".to_owned(),
            _ => String::new(),
        })
        .collect()
}

fn operator(sign: &str) -> String {
    match sign {
        "-" => "<mo>−</mo>".to_owned(),
        "*" => "<mo>∗</mo>".to_owned(),
        "'" => "<mo>′</mo>".to_owned(),
        other => format!("<mo>{}</mo>", escape(other)),
    }
}

fn escape(text: &str) -> String {
    one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(tex: &str) -> String {
        let all = mathml(tex, false);
        all.trim_start_matches("<math display=\"inline\"><mrow>").trim_end_matches("</mrow></math>").to_owned()
    }

    #[test]
    fn sets_fractions_scripts_and_greek() {
        assert_eq!(
            inside(r"\frac{A}{N^\alpha}"),
            "<mfrac><mrow><mi>A</mi></mrow><mrow><msup><mi>N</mi><mi>α</mi></msup></mrow></mfrac>"
        );
        assert_eq!(inside("x_0^2"), "<msubsup><mi>x</mi><mn>0</mn><mn>2</mn></msubsup>");
        assert_eq!(inside("N_{opt}"), "<msub><mi>N</mi><mi>opt</mi></msub>");
        assert_eq!(inside("C^{-0.5}"), "<msup><mi>C</mi><mrow><mo>−</mo><mn>0.5</mn></mrow></msup>");
        assert_eq!(inside(r"a < b"), "<mi>a</mi><mo>&lt;</mo><mi>b</mi>");
    }

    #[test]
    fn every_formula_of_every_law_closes_its_tags() {
        for law in crate::laws::LAWS {
            let card = law.card();
            let derived = card.derived.iter().map(|d| d.formula);
            for tex in std::iter::once(card.formula).chain(derived).chain(card.params.iter().map(|p| p.tex)) {
                let html = mathml(tex, true);
                for tag in ["mrow", "mfrac", "msup", "msub", "msubsup", "mover", "msqrt", "mi", "mo", "mn"] {
                    let (open, close) =
                        (html.matches(&format!("<{tag}>")).count(), html.matches(&format!("</{tag}>")).count());
                    let with_attributes = html.matches(&format!("<{tag} ")).count();
                    assert_eq!(open + with_attributes, close, "{}: {tex}: {html}", card.id);
                }
                assert!(!html.contains("<mtext>"), "{}: unknown command in {tex}: {html}", card.id);
            }
        }
    }

    #[test]
    fn a_deep_formula_is_no_deep_stack() {
        for deep in ["{", r"\hat", r"\left\left", r"\frac{", "x^{", r"\sqrt{a_{"] {
            assert!(mathml(&deep.repeat(200_000), true).ends_with("</math>"), "{deep}");
        }
    }

    #[test]
    fn broken_tex_still_ends() {
        for tex in [r"\frac{A", "x^", "_", r"\left", r"\mathrm", "}}", r"\text{a", "{", r"\sqrt"] {
            assert!(mathml(tex, false).ends_with("</math>"), "{tex}");
        }
    }
}
