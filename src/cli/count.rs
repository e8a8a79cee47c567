//! `scaling count`.

use super::{Failure, Outcome, print, print_json, tokens};
use crate::costs::architecture::{Architecture, Details};
use crate::data::architecture;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Which architecture.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling count config.json --tokens 2T
         scaling count --layers 12 --width 768 --heads 12 --vocabulary 50257 --context 1024 --tied")]
pub struct Args {
    /// A Hugging Face config.json, or the folder that holds one
    #[arg(required_unless_present = "layers", conflicts_with = "layers")]
    config: Option<PathBuf>,
    /// Layers
    #[arg(long, requires_all = ["width", "heads", "vocabulary", "context"])]
    layers: Option<u64>,
    /// Width of the residual stream
    #[arg(long, requires = "layers")]
    width: Option<u64>,
    /// Attention heads
    #[arg(long, requires = "layers")]
    heads: Option<u64>,
    /// Heads of keys and values [default: as many as heads]
    #[arg(long, requires = "layers")]
    kv_heads: Option<u64>,
    /// Width of a head [default: width / heads]
    #[arg(long, requires = "layers")]
    head_width: Option<u64>,
    /// Width of the feed-forward part, of one expert where there are several [default: 4 width]
    #[arg(long, alias = "ffn-width", requires = "layers")]
    ffn: Option<u64>,
    /// The feed-forward part has a gate, a third matrix (SwiGLU)
    #[arg(long, requires = "layers")]
    gated: bool,
    /// Tokens in the vocabulary
    #[arg(long, alias = "vocab", requires = "layers")]
    vocabulary: Option<u64>,
    /// The output head is the token embedding
    #[arg(long, requires = "layers")]
    tied: bool,
    /// Tokens in a training sequence [default: what the configuration allows]
    #[arg(long)]
    context: Option<u64>,
    /// Experts in a layer
    #[arg(long, requires = "active")]
    experts: Option<u64>,
    /// Experts that a token passes through
    #[arg(long, alias = "active-experts", requires = "experts")]
    active: Option<u64>,
    /// Biases, norms and positions: of gpt2 (learned positions, LayerNorm, biases) or llama (rotary, RMSNorm, none)
    /// [default: llama if gated, else gpt2]
    #[arg(long, value_name = "NAME", value_parser = ["gpt2", "llama"], requires = "layers")]
    style: Option<String>,
    /// Training tokens, to count all of C
    #[arg(long, visible_alias = "D", value_name = "TOKENS", value_parser = tokens)]
    tokens: Option<f64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// The architecture that a file describes.
fn of_file(args: &Args, path: &Path) -> Result<Architecture, Failure> {
    let path = if path.is_dir() { path.join("config.json") } else { path.to_path_buf() };
    let shown = path.display();
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::work(format!("{shown}: {error}")))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| Failure::work(format!("{shown}: {error}")))?;
    let config = value.as_object().ok_or_else(|| Failure::work(format!("{shown}: it is not one JSON object")))?;
    let found = architecture::of_config(config).map_err(|error| {
        Failure::request(format!("{shown}: {error}; the numbers may be given with --layers, --width and the rest"))
    })?;
    // Learned positions are as many as the model has, however long the sequences that it is trained on.
    Ok(Architecture { context: args.context.unwrap_or(found.context), ..found })
}

/// The architecture that the flags describe.
fn of_flags(args: &Args) -> Result<Architecture, Failure> {
    let part = |part: Option<u64>| part.unwrap_or_default();
    let (width, heads, context) = (part(args.width), part(args.heads), part(args.context));
    let head_width = match args.head_width {
        Some(width) => width,
        None if heads > 0 && width.is_multiple_of(heads) => width / heads,
        None => {
            return Err(Failure::request(format!("{heads} heads do not divide a width of {width}; say --head-width")));
        }
    };
    let ffn = match args.ffn {
        None if args.gated => {
            return Err(Failure::request("say --ffn: the width of a gated feed-forward part has no usual value"));
        }
        None => width.saturating_mul(4),
        Some(ffn) => ffn,
    };
    let style = args.style.as_deref().unwrap_or(if args.gated { "llama" } else { "gpt2" });
    Ok(Architecture {
        layers: part(args.layers),
        width,
        heads,
        kv_heads: args.kv_heads.unwrap_or(heads),
        head_width,
        ffn,
        gated: args.gated,
        vocabulary: part(args.vocabulary),
        tied: args.tied,
        context,
        experts: args.experts.unwrap_or(1),
        active: args.active.unwrap_or(1),
        details: if style == "gpt2" { Details::gpt2(context) } else { Details::LLAMA },
    })
}

/// A whole number with its digits in threes.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Prints parameters and training FLOP by each convention.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let architecture = match &args.config {
        Some(path) => of_file(args, path)?,
        None => of_flags(args)?,
    };
    architecture.check().map_err(Failure::request)?;
    if let Some(tokens) = args.tokens.filter(|tokens| !(*tokens > 0.0 && tokens.is_finite())) {
        return Err(Failure::request(format!("--tokens {tokens} must be a positive number")));
    }
    let (parameters, flop) = (architecture.parameters(), architecture.flop());
    if args.json {
        let mut rows = json!(flop);
        if let (Some(tokens), Some(rows)) = (args.tokens, rows.as_array_mut()) {
            rows.iter_mut().zip(&flop).for_each(|(row, flop)| row["flop"] = json!(flop.flop_per_token * tokens));
        }
        let value = json!({
            "architecture": architecture, "parameters": parameters, "tokens": args.tokens, "flop": rows,
        });
        return print_json(out, &value);
    }
    let mut table = print::table(&["parameters", "", "share"]);
    let mut row = |name: &str, count: u64| {
        let share = format!("{:.2} %", 100.0 * count as f64 / parameters.total as f64);
        table.add_row([name.to_owned(), grouped(count), share]);
    };
    row("all", parameters.total);
    row("without embeddings", parameters.non_embedding);
    row("matrices of the layers (Kaplan)", parameters.kaplan);
    if architecture.experts > 1 {
        row("active", parameters.active);
        row("active without embeddings", parameters.active_non_embedding);
        row("routers", parameters.router);
    }
    row("token embeddings", parameters.embedding);
    row("position embeddings", parameters.positions);
    row("output head", parameters.head);
    row("attention", parameters.attention);
    row("feed-forward", parameters.feed_forward);
    row("biases and norms", parameters.biases_and_norms);
    writeln!(out, "{table}\n")?;
    let head = if args.tokens.is_some() { "training FLOP" } else { "FLOP a token" };
    let mut table = print::table(&["convention", head, "/ 6ND", "/ 6ND, no emb."]);
    for flop in &flop {
        let (value, all, inner) = (flop.flop_per_token, flop.ratio_to_6nd, flop.ratio_to_6nd_non_embedding);
        let value = format!("{:.4e}", value * args.tokens.unwrap_or(1.0));
        table.add_row([flop.convention.to_owned(), value, format!("{all:.4}"), format!("{inner:.4}")]);
    }
    writeln!(out, "{table}\n")?;
    for flop in &flop {
        writeln!(out, "{}: {}\n    {}", flop.convention, flop.source, flop.formula)?;
    }
    Ok(())
}
