//! Parameters and training FLOP of a decoder-only transformer, counted from its architecture and by
//! convention, so that N and C are computed and not guessed.
//!
//! With L layers of width d, h heads of width k, g key and value heads, feed-forward width f, m
//! matrices in it (2, or 3 if gated) and a vocabulary of V, the matrices of a layer hold
//! 2dhk + 2dgk in attention and mdf in the feed-forward part. A mixture of experts has that part E
//! times and a router of dE; a token passes through some of them.

use super::TRAINING;
use serde::Serialize;

/// What a layer norm learns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Norm {
    /// Nothing.
    None,
    /// A scale (RMSNorm).
    #[default]
    Scale,
    /// A scale and a shift (LayerNorm).
    ScaleAndShift,
}

/// How queries and keys are normed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueryKeyNorm {
    /// They are not.
    #[default]
    None,
    /// By head, with one scale of the head's width for queries and one for keys.
    PerHead,
    /// All heads together.
    Whole,
}

/// What is small beside the matrices, and yet part of an exact count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Details {
    /// Learned position embeddings; 0 where positions are rotary, relative or none.
    pub positions: u64,
    /// What a norm learns.
    pub norm: Norm,
    /// Norms in a layer.
    pub norms: u64,
    /// Whether token embeddings are normed before the first layer.
    pub embedding_norm: bool,
    /// How queries and keys are normed.
    pub query_key_norm: QueryKeyNorm,
    /// Biases of queries, keys and values.
    pub qkv_bias: bool,
    /// Bias of attention's output.
    pub output_bias: bool,
    /// Biases of the feed-forward part.
    pub ffn_bias: bool,
}

impl Details {
    /// As GPT-2: learned positions, LayerNorm, a bias everywhere.
    pub const fn gpt2(context: u64) -> Self {
        Self {
            positions: context,
            norm: Norm::ScaleAndShift,
            norms: 2,
            embedding_norm: false,
            query_key_norm: QueryKeyNorm::None,
            qkv_bias: true,
            output_bias: true,
            ffn_bias: true,
        }
    }

    /// As Llama: rotary positions, RMSNorm, no bias.
    pub const LLAMA: Self = Self {
        positions: 0,
        norm: Norm::Scale,
        norms: 2,
        embedding_norm: false,
        query_key_norm: QueryKeyNorm::None,
        qkv_bias: false,
        output_bias: false,
        ffn_bias: false,
    };
}

/// A decoder-only transformer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Architecture {
    /// Layers.
    pub layers: u64,
    /// Width of the residual stream.
    pub width: u64,
    /// Heads that ask.
    pub heads: u64,
    /// Heads of keys and values.
    pub kv_heads: u64,
    /// Width of a head.
    pub head_width: u64,
    /// Width of the feed-forward part, of one expert where there are several.
    pub ffn: u64,
    /// Whether the feed-forward part has a gate, a third matrix.
    pub gated: bool,
    /// Tokens in the vocabulary.
    pub vocabulary: u64,
    /// Whether the output head is the token embedding.
    pub tied: bool,
    /// Tokens in a training sequence.
    pub context: u64,
    /// Experts in a layer; 1 where it is dense.
    pub experts: u64,
    /// Experts that a token passes through.
    pub active: u64,
    /// The rest.
    pub details: Details,
}

/// Parameters by where they are and by convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parameters {
    /// All, shared ones counted once.
    pub total: u64,
    /// All but the embeddings of tokens and positions and the output head.
    pub non_embedding: u64,
    /// The matrices of the layers alone, as Kaplan et al. count N: no embeddings, biases or norms.
    pub kaplan: u64,
    /// Those that a token passes through, embeddings included.
    pub active: u64,
    /// Those that a token passes through, embeddings left out.
    pub active_non_embedding: u64,
    /// The matrices of the layers that a token passes through.
    pub active_kaplan: u64,
    /// Token embeddings.
    pub embedding: u64,
    /// Position embeddings.
    pub positions: u64,
    /// The output head; 0 where it is the token embedding.
    pub head: u64,
    /// Matrices of attention.
    pub attention: u64,
    /// Matrices of the feed-forward parts.
    pub feed_forward: u64,
    /// Routers.
    pub router: u64,
    /// Biases and norms.
    pub biases_and_norms: u64,
}

/// Training FLOP of a token by one convention.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Flop {
    /// `6nd`.
    pub convention: &'static str,
    /// What is counted.
    pub formula: &'static str,
    /// Where the convention is from.
    pub source: &'static str,
    /// Training FLOP per token, forward and backward.
    pub flop_per_token: f64,
    /// The same beside 6ND, N with embeddings (of a mixture, its active parameters).
    pub ratio_to_6nd: f64,
    /// The same beside 6ND, N without embeddings.
    pub ratio_to_6nd_non_embedding: f64,
}

/// Counts above this are not exact in double precision, and no model is that large.
const LARGEST: u128 = 1 << 53;
/// No single number of an architecture is above this, so that products of five stay in range.
const LARGEST_PART: u64 = 1 << 25;

impl Architecture {
    /// Whether it is one.
    ///
    /// # Errors
    /// One sentence that names the number.
    pub fn check(&self) -> Result<(), String> {
        let parts = [
            ("layers", self.layers),
            ("width", self.width),
            ("heads", self.heads),
            ("key and value heads", self.kv_heads),
            ("head width", self.head_width),
            ("feed-forward width", self.ffn),
            ("vocabulary", self.vocabulary),
            ("context", self.context),
            ("experts", self.experts),
            ("active experts", self.active),
        ];
        if let Some((name, value)) = parts.into_iter().find(|(_, value)| !(1..=LARGEST_PART).contains(value)) {
            return Err(format!("{name} is {value}; it must be from 1 to {LARGEST_PART}"));
        }
        if self.active > self.experts {
            return Err(format!("{} of {} experts cannot be active", self.active, self.experts));
        }
        if !self.heads.is_multiple_of(self.kv_heads) {
            let (heads, kv) = (self.heads, self.kv_heads);
            return Err(format!("{heads} heads cannot share {kv} key and value heads evenly"));
        }
        match self.tally()[0] > LARGEST {
            true => Err("it has more than 9e15 parameters; one of its numbers is wrong".to_owned()),
            false => Ok(()),
        }
    }

    /// Width of all heads together.
    fn attention_width(&self) -> u128 {
        u128::from(self.heads) * u128::from(self.head_width)
    }

    fn ffn_matrices(&self) -> u128 {
        if self.gated { 3 } else { 2 }
    }

    /// Parameters of the feed-forward matrices of one expert in one layer.
    fn expert(&self) -> u128 {
        self.ffn_matrices() * u128::from(self.width) * u128::from(self.ffn)
    }

    /// Parameters of the router of one layer.
    fn router(&self) -> u128 {
        if self.experts > 1 { u128::from(self.width) * u128::from(self.experts) } else { 0 }
    }

    /// Biases of one expert in one layer.
    fn expert_biases(&self) -> u128 {
        let inner = (self.ffn_matrices() - 1) * u128::from(self.ffn);
        if self.details.ffn_bias { inner + u128::from(self.width) } else { 0 }
    }

    /// Biases and norms of one layer but for those of its experts.
    fn small(&self) -> u128 {
        let [d, kv] = [self.width, self.kv_heads * self.head_width].map(u128::from);
        let details = &self.details;
        let biases = if details.qkv_bias { self.attention_width() + 2 * kv } else { 0 }
            + if details.output_bias { d } else { 0 };
        let query_key = match details.query_key_norm {
            QueryKeyNorm::None => 0,
            QueryKeyNorm::PerHead => 2 * u128::from(self.head_width),
            QueryKeyNorm::Whole => self.attention_width() + kv,
        };
        biases + query_key + u128::from(details.norms) * self.norm()
    }

    fn norm(&self) -> u128 {
        let d = u128::from(self.width);
        match self.details.norm {
            Norm::None => 0,
            Norm::Scale => d,
            Norm::ScaleAndShift => 2 * d,
        }
    }

    /// Total, token embedding, positions, head, attention, feed-forward, router, biases and norms.
    fn tally(&self) -> [u128; 8] {
        let [layers, d, experts] = [self.layers, self.width, self.experts].map(u128::from);
        let kv = u128::from(self.kv_heads) * u128::from(self.head_width);
        let embedding = u128::from(self.vocabulary) * d;
        let positions = u128::from(self.details.positions) * d;
        let head = if self.tied { 0 } else { embedding };
        let attention = layers * 2 * d * (self.attention_width() + kv);
        let feed_forward = layers * experts * self.expert();
        let router = layers * self.router();
        let outer = self.norm() * (1 + u128::from(self.details.embedding_norm));
        let small = layers * (self.small() + experts * self.expert_biases()) + outer;
        let parts = [embedding, positions, head, attention, feed_forward, router, small];
        let total = parts.iter().sum();
        let [embedding, positions, head, attention, feed_forward, router, small] = parts;
        [total, embedding, positions, head, attention, feed_forward, router, small]
    }

    /// Its parameters. Only of one that [`Architecture::check`] lets pass.
    pub fn parameters(&self) -> Parameters {
        let narrow = |count: u128| u64::try_from(count).unwrap_or(u64::MAX);
        let tally = self.tally();
        let [total, embedding, positions, head, attention, feed_forward, router, biases_and_norms] = tally.map(narrow);
        let idle = u128::from(self.layers) * u128::from(self.experts.saturating_sub(self.active));
        let idle_matrices = narrow(idle * self.expert());
        let idle = narrow(idle * (self.expert() + self.expert_biases()));
        let non_embedding = total - embedding - positions - head;
        let kaplan = attention + feed_forward + router;
        Parameters {
            total,
            non_embedding,
            kaplan,
            active: total - idle,
            active_non_embedding: non_embedding - idle,
            active_kaplan: kaplan - idle_matrices,
            embedding,
            positions,
            head,
            attention,
            feed_forward,
            router,
            biases_and_norms,
        }
    }

    /// Forward FLOP of a token as appendix F of Hoffmann et al. counts them: a multiplication and an
    /// addition are two, embeddings and the output head are matrix products, scores are taken over the
    /// whole context, and the softmax costs three for each.
    fn forward(&self) -> f64 {
        let of = |count: u128| count as f64;
        let [d, s, v, h] = [self.width, self.context, self.vocabulary, self.heads].map(|part| part as f64);
        let width = of(self.attention_width());
        let kv = (self.kv_heads * self.head_width) as f64;
        let embedding = 2.0 * v * d;
        let projections = 2.0 * d * (width + 2.0 * kv) + 2.0 * width * d;
        let scores = 2.0 * s * width + 3.0 * h * s + 2.0 * s * width;
        let feed_forward = 2.0 * (self.active as f64 * of(self.expert()) + of(self.router()));
        let head = 2.0 * d * v;
        embedding + self.layers as f64 * (projections + scores + feed_forward) + head
    }

    /// Training FLOP of a token by each convention, beside 6ND.
    pub fn flop(&self) -> Vec<Flop> {
        let n = self.parameters();
        let [all, inner, matrices] = [n.active, n.active_non_embedding, n.active_kaplan].map(|n| n as f64);
        // Every layer of every token looks at a whole context, at the width of all heads.
        let look = self.layers as f64 * self.context as f64 * self.attention_width() as f64;
        let six_n_d = [all, inner].map(|n| TRAINING * n);
        let of = |convention, formula, source, flop_per_token: f64| Flop {
            convention,
            formula,
            source,
            flop_per_token,
            ratio_to_6nd: flop_per_token / six_n_d[0],
            ratio_to_6nd_non_embedding: flop_per_token / six_n_d[1],
        };
        vec![
            of("6nd", "6ND, N with embeddings", "Hoffmann et al. 2022, arXiv 2203.15556", six_n_d[0]),
            of("6nd-non-embedding", "6ND, N without embeddings", "Kaplan et al. 2020, arXiv 2001.08361", six_n_d[1]),
            of(
                "6nd-kaplan-attention",
                "(6N + 6 layers context heads head_width) D, N the layers' matrices",
                "Kaplan et al. 2020, table 1",
                TRAINING * (matrices + look),
            ),
            of(
                "6nd-attention",
                "(6N + 12 layers context heads head_width) D, N with embeddings",
                "Chowdhery et al. 2022, arXiv 2204.02311, appendix B",
                six_n_d[0] + 2.0 * TRAINING * look,
            ),
            of(
                "chinchilla-f",
                "every product of the forward pass, three times",
                "Hoffmann et al. 2022, appendix F",
                3.0 * self.forward(),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dense(layers: u64, width: u64, heads: u64, ffn: u64, vocabulary: u64) -> Architecture {
        Architecture {
            layers,
            width,
            heads,
            kv_heads: heads,
            head_width: width / heads,
            ffn,
            gated: false,
            vocabulary,
            tied: true,
            context: 1024,
            experts: 1,
            active: 1,
            details: Details::gpt2(1024),
        }
    }

    #[test]
    fn published_sizes_come_out_to_the_last_parameter() {
        let gpt2 = dense(12, 768, 12, 3072, 50257);
        assert_eq!(gpt2.parameters().total, 124_439_808);
        assert_eq!(dense(48, 1600, 25, 6400, 50257).parameters().total, 1_557_611_200, "GPT-2 XL");
        let llama =
            Architecture { gated: true, tied: false, details: Details::LLAMA, ..dense(32, 4096, 32, 11008, 32000) };
        assert_eq!(llama.parameters().total, 6_738_415_616);
        let mistral = Architecture { kv_heads: 8, ffn: 14336, ..llama };
        assert_eq!(mistral.parameters().total, 7_241_732_096);
        let mixtral = Architecture { experts: 8, active: 2, ..mistral };
        assert_eq!(mixtral.parameters().total, 46_702_792_704);
        assert_eq!((mixtral.parameters().active as f64 / 1e8).round(), 129.0);
        assert_eq!(mixtral.check(), Ok(()));
    }

    #[test]
    fn kaplan_counts_twelve_squares_of_the_width_in_each_layer() {
        let gpt2 = dense(12, 768, 12, 3072, 50257).parameters();
        assert_eq!(gpt2.kaplan, 12 * 12 * 768 * 768);
        assert_eq!(gpt2.non_embedding, gpt2.total - (50257 + 1024) * 768);
        assert_eq!(gpt2.non_embedding - gpt2.kaplan, gpt2.biases_and_norms);
    }

    #[test]
    fn conventions_part_by_what_they_count() {
        let tiny = Architecture { context: 3, details: Details::LLAMA, ..dense(1, 4, 2, 8, 10) };
        let flop = |wanted: &str| tiny.flop().into_iter().find(|f| f.convention == wanted).unwrap().flop_per_token;
        // Matrices: attention 4*4*4 = 64, feed-forward 2*4*8 = 64; embeddings 40; three norms of 4.
        assert_eq!(flop("6nd"), 6.0 * (128.0 + 40.0 + 12.0));
        assert_eq!(flop("6nd-non-embedding"), 6.0 * 140.0);
        assert_eq!(flop("6nd-kaplan-attention"), 6.0 * 128.0 + 6.0 * 12.0);
        assert_eq!(flop("6nd-attention"), 6.0 * 180.0 + 12.0 * 12.0);
        // By hand over the sequence of 3 tokens, line by line of appendix F, then by token:
        let (s, v, d, h, k, f) = (3.0, 10.0, 4.0, 2.0, 2.0, 8.0);
        let embeddings = 2.0 * s * v * d;
        let attention = 2.0 * 3.0 * s * d * (k * h)
            + 2.0 * s * s * (k * h)
            + 3.0 * h * s * s
            + 2.0 * s * s * (k * h)
            + 2.0 * s * (k * h) * d;
        let block = 2.0 * s * (d * f + d * f);
        let logits = 2.0 * s * d * v;
        assert_eq!(flop("chinchilla-f"), 3.0 * (embeddings + attention + block + logits) / s);
    }

    #[test]
    fn what_is_no_architecture_is_named() {
        let gpt2 = dense(12, 768, 12, 3072, 50257);
        let said = |architecture: Architecture| architecture.check().unwrap_err();
        assert!(said(Architecture { layers: 0, ..gpt2 }).starts_with("layers is 0"));
        assert!(said(Architecture { active: 2, ..gpt2 }).contains("2 of 1 experts"));
        assert!(said(Architecture { kv_heads: 5, ..gpt2 }).contains("evenly"));
        let huge = Architecture { width: 1 << 25, ffn: 1 << 25, layers: 1 << 25, ..gpt2 };
        assert!(said(huge).contains("parameters"));
    }
}
