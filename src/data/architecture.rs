//! Architectures as the configurations of models write them down: Hugging Face's `config.json`, and
//! nanoGPT's keys, which have no `model_type`.

use crate::costs::architecture::{Architecture, Details, Norm, QueryKeyNorm};
use serde_json::{Map, Value};

type Config = Map<String, Value>;

/// What a kind of model adds to its numbers.
struct Kind {
    /// As `model_type` names it.
    name: &'static str,
    gated: bool,
    /// Whether head and embedding are one where the configuration does not say.
    tied: bool,
    /// Whether positions are learned, and how many rows more than the context they have.
    positions: Option<u64>,
    norm: Norm,
    norms: u64,
    embedding_norm: bool,
    query_key_norm: QueryKeyNorm,
    /// Biases where the configuration does not say: queries, keys and values; output; feed-forward.
    biases: [bool; 3],
    /// Whether `attention_bias` and `mlp_bias` decide over biases.
    asks: bool,
}

/// As Llama, the most common.
const LLAMA: Kind = Kind {
    name: "llama",
    gated: true,
    tied: false,
    positions: None,
    norm: Norm::Scale,
    norms: 2,
    embedding_norm: false,
    query_key_norm: QueryKeyNorm::None,
    biases: [false; 3],
    asks: true,
};

/// As GPT-2.
const GPT2: Kind = Kind {
    name: "gpt2",
    gated: false,
    tied: true,
    positions: Some(0),
    norm: Norm::ScaleAndShift,
    biases: [true; 3],
    asks: false,
    ..LLAMA
};

/// The kinds that are counted to the last parameter.
const KINDS: &[Kind] = &[
    LLAMA,
    Kind { name: "mistral", asks: false, ..LLAMA },
    Kind { name: "mixtral", asks: false, ..LLAMA },
    Kind { name: "qwen2", biases: [true, false, false], asks: false, ..LLAMA },
    Kind { name: "qwen3", query_key_norm: QueryKeyNorm::PerHead, ..LLAMA },
    Kind { name: "qwen3_moe", query_key_norm: QueryKeyNorm::PerHead, ..LLAMA },
    Kind { name: "gemma", tied: true, ..LLAMA },
    Kind { name: "gemma2", tied: true, norms: 4, ..LLAMA },
    Kind { name: "olmo", norm: Norm::None, ..LLAMA },
    Kind { name: "olmo2", query_key_norm: QueryKeyNorm::Whole, ..LLAMA },
    GPT2,
    Kind { name: "gpt_neox", tied: false, positions: None, ..GPT2 },
    // Two rows of its positions stand before the first token.
    Kind { name: "opt", positions: Some(2), ..GPT2 },
    // Positions are slopes that are not learned.
    Kind { name: "bloom", positions: None, embedding_norm: true, ..GPT2 },
];

/// What changes counts and is not counted here.
const BEYOND: &[(&str, &str)] = &[
    ("kv_lora_rank", "latent attention"),
    ("n_shared_experts", "shared experts"),
    ("shared_expert_intermediate_size", "shared experts"),
    ("add_cross_attention", "cross-attention"),
    ("is_encoder_decoder", "an encoder beside the decoder"),
    ("vision_config", "a part that sees"),
];

const LAYERS: &[&str] = &["num_hidden_layers", "n_layer", "n_layers", "num_layers"];
const WIDTH: &[&str] = &["hidden_size", "n_embd", "d_model", "n_embed"];
const HEADS: &[&str] = &["num_attention_heads", "n_head", "n_heads", "num_heads"];
const FFN: &[&str] = &["intermediate_size", "n_inner", "ffn_dim"];
const CONTEXT: &[&str] = &["max_position_embeddings", "n_positions", "n_ctx", "block_size", "seq_length"];

/// Whether an object holds an architecture: layers, width and vocabulary.
pub fn is_config(config: &Config) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| config.get(*name).is_some_and(Value::is_u64));
    has(LAYERS) && has(WIDTH) && has(&["vocab_size"])
}

/// The first of these keys that holds a whole number; null is as good as absent.
fn whole(config: &Config, names: &[&str]) -> Result<Option<u64>, String> {
    for name in names {
        match config.get(*name) {
            None | Some(Value::Null) => {}
            Some(value) => {
                let number = value.as_u64();
                return number.map(Some).ok_or_else(|| format!("`{name}` is {value}, not a whole number"));
            }
        }
    }
    Ok(None)
}

fn needed(config: &Config, names: &[&str]) -> Result<u64, String> {
    whole(config, names)?.ok_or_else(|| format!("it has no `{}`", names.join("` or `")))
}

fn flag(config: &Config, name: &str) -> Option<bool> {
    config.get(name).and_then(Value::as_bool)
}

/// The kind that a configuration says it is.
fn kind(config: &Config) -> Result<&'static Kind, String> {
    let nanogpt = config.contains_key("block_size") && config.contains_key("n_embd");
    let named = match config.get("model_type").and_then(Value::as_str) {
        Some(name) => name,
        None if nanogpt => GPT2.name,
        None => return Err("it has no `model_type`".to_owned()),
    };
    KINDS.iter().find(|kind| kind.name == named).ok_or_else(|| {
        let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        format!("models of type `{named}` are not counted here, only {}", known.join(", "))
    })
}

/// The architecture that a configuration describes.
///
/// # Errors
/// One sentence: what is missing, makes no sense, or is of a kind whose parameters are not known
/// here to the last one.
pub fn of_config(config: &Config) -> Result<Architecture, String> {
    let says = |key: &str| !matches!(config.get(key), None | Some(Value::Null | Value::Bool(false)));
    let beyond = |key: &str| says(key) && config.get(key).and_then(Value::as_u64) != Some(0);
    if let Some((key, what)) = BEYOND.iter().find(|(key, _)| beyond(key)) {
        return Err(format!("`{key}` means {what}, which is not counted here"));
    }
    let kind = kind(config)?;
    let width = needed(config, WIDTH)?;
    if whole(config, &["word_embed_proj_dim"])?.is_some_and(|own| own != width) {
        return Err("its embeddings are narrower than its layers, which is not counted here".to_owned());
    }
    let heads = needed(config, HEADS)?;
    let head_width = match whole(config, &["head_dim"])? {
        Some(width) => width,
        None if heads > 0 && width.is_multiple_of(heads) => width / heads,
        None => return Err(format!("{heads} heads do not divide its width of {width}")),
    };
    let experts = whole(config, &["num_local_experts", "num_experts"])?.unwrap_or(1);
    let active = if experts > 1 { needed(config, &["num_experts_per_tok"])? } else { 1 };
    let mixed = if experts > 1 { whole(config, &["moe_intermediate_size"])? } else { None };
    let ffn = match (mixed, whole(config, FFN)?) {
        (Some(ffn), _) | (None, Some(ffn)) => ffn,
        (None, None) if !kind.gated => 4 * width,
        (None, None) => return Err(format!("it has no `{}`", FFN.join("` or `"))),
    };
    let context = needed(config, CONTEXT)?;
    let asked = |key: &str, own: bool| if kind.asks { flag(config, key).unwrap_or(own) } else { own };
    // nanoGPT's `bias` is that of matrices and of norms.
    let plain = flag(config, "bias") == Some(false) && config.contains_key("block_size");
    let [qkv_bias, output_bias, ffn_bias] = if plain { [false; 3] } else { kind.biases };
    let details = Details {
        positions: kind.positions.map_or(0, |more| context.saturating_add(more)),
        norm: if plain { Norm::Scale } else { kind.norm },
        norms: kind.norms,
        embedding_norm: kind.embedding_norm,
        query_key_norm: kind.query_key_norm,
        qkv_bias: asked("attention_bias", qkv_bias),
        output_bias: asked("attention_bias", output_bias),
        ffn_bias: asked("mlp_bias", ffn_bias),
    };
    let architecture = Architecture {
        layers: needed(config, LAYERS)?,
        width,
        heads,
        kv_heads: whole(config, &["num_key_value_heads"])?.unwrap_or(heads),
        head_width,
        ffn,
        gated: kind.gated,
        vocabulary: needed(config, &["vocab_size"])?,
        tied: flag(config, "tie_word_embeddings").unwrap_or(kind.tied),
        context,
        experts,
        active,
        details,
    };
    architecture.check().map(|()| architecture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn total(config: Value) -> Result<u64, String> {
        of_config(config.as_object().unwrap()).map(|architecture| architecture.parameters().total)
    }

    #[test]
    fn configurations_give_the_published_sizes() {
        let gpt2 = json!({"model_type": "gpt2", "n_layer": 12, "n_embd": 768, "n_head": 12, "vocab_size": 50257,
                          "n_positions": 1024, "n_inner": null});
        assert_eq!(total(gpt2), Ok(124_439_808));
        let llama = json!({"model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096,
            "num_attention_heads": 32, "num_key_value_heads": 32, "intermediate_size": 11008, "vocab_size": 32000,
            "max_position_embeddings": 4096, "tie_word_embeddings": false});
        assert_eq!(total(llama), Ok(6_738_415_616));
        let mixtral = json!({"model_type": "mixtral", "num_hidden_layers": 32, "hidden_size": 4096,
            "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 32000,
            "max_position_embeddings": 32768, "num_local_experts": 8, "num_experts_per_tok": 2});
        assert_eq!(total(mixtral), Ok(46_702_792_704));
        let pythia = json!({"model_type": "gpt_neox", "num_hidden_layers": 6, "hidden_size": 512,
            "num_attention_heads": 8, "intermediate_size": 2048, "vocab_size": 50304,
            "max_position_embeddings": 2048, "tie_word_embeddings": false});
        assert_eq!(total(pythia), Ok(70_426_624));
        let opt = json!({"model_type": "opt", "num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12,
            "ffn_dim": 3072, "vocab_size": 50272, "max_position_embeddings": 2048, "word_embed_proj_dim": 768});
        assert_eq!(total(opt), Ok(125_239_296));
        let bloom = json!({"model_type": "bloom", "n_layer": 24, "hidden_size": 1024, "n_head": 16,
            "vocab_size": 250880, "seq_length": 2048});
        assert_eq!(total(bloom), Ok(559_214_592));
        let qwen2 = json!({"model_type": "qwen2", "num_hidden_layers": 24, "hidden_size": 896,
            "num_attention_heads": 14, "num_key_value_heads": 2, "intermediate_size": 4864, "vocab_size": 151936,
            "max_position_embeddings": 32768, "tie_word_embeddings": true});
        assert_eq!(total(qwen2), Ok(494_032_768));
    }

    #[test]
    fn nanogpt_needs_no_type() {
        let small = json!({"n_layer": 12, "n_embd": 768, "n_head": 12, "vocab_size": 50304, "block_size": 1024,
                           "bias": false});
        // 124.34M beside GPT-2's 124.44M: a vocabulary of 47 more, no biases and no shifts.
        let gone = 12 * (3 * 768 + 768 + 3072 + 768 + 2 * 768) + 768;
        assert_eq!(total(small), Ok(124_439_808 + 47 * 768 - gone));
    }

    #[test]
    fn what_is_not_known_to_the_last_parameter_is_refused() {
        let base = json!({"model_type": "deepseek_v3", "num_hidden_layers": 2, "hidden_size": 8, "vocab_size": 9});
        assert!(total(base).unwrap_err().contains("deepseek_v3"));
        assert!(total(json!({"kv_lora_rank": 512})).unwrap_err().contains("latent attention"));
        assert!(total(json!({"model_type": "llama", "hidden_size": "x"})).unwrap_err().contains("hidden_size"));
        assert!(total(json!({"model_type": "gpt2", "hidden_size": 8, "n_head": 3})).unwrap_err().contains("divide"));
    }
}
