//! Tables become measurements: architectures of models, cards of data sets, reading ([`ingest`], the only room that knows
//! polars), and the columns that everything above works on.

pub mod architecture;
pub mod card;
pub mod ingest;
pub mod measurements;
