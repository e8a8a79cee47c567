//! How a verb ends badly: one sentence on standard error, or with `--json` one line of JSON there;
//! and the exit status that says whose fault it was.

use crate::base::text;
use crate::data::ingest::IngestError;
use crate::methods::method::MethodError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use std::fmt::Display;
use std::process::ExitCode;

/// Why a verb ended badly, and the exit status that says so.
#[derive(Debug)]
pub(crate) struct Failure {
    status: u8,
    kind: Kind,
    message: String,
    /// Whoever reads our output has seen enough.
    unread: bool,
}

/// What kind of failure it is: the words that scripts may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The command line does not parse.
    Usage,
    /// What was asked for makes no sense.
    Request,
    /// No column for a role, two for one, or a condition that does not read.
    Columns,
    /// The table cannot be read, or a cell is no number of its role.
    Table,
    /// There is no such law.
    UnknownLaw,
    /// A law that was written down cannot be read.
    WrittenLaw,
    /// A fixed, tied or bounded parameter, or a prior, makes no sense.
    Constraint,
    /// The rows do not pose the problem.
    Fit,
    /// The solver did not arrive.
    NotConverged,
    /// There is no such fit.
    UnknownFit,
    /// The file is no saved fit, or not one to be believed.
    SavedFit,
    /// The study cannot be read.
    Study,
    /// A method cannot be run on what it was given.
    Method,
    /// A file or folder cannot be written.
    Output,
    /// A published number did not come out as recorded.
    Surprise,
    /// The work failed in some other way.
    Work,
    /// A fault of the program.
    Fault,
}

/// A failure as `--json` prints it, on one line of standard error.
#[derive(Serialize, JsonSchema)]
pub(super) struct Report<'a> {
    error: Said<'a>,
}

/// What is said of it.
#[derive(Serialize, JsonSchema)]
struct Said<'a> {
    kind: Kind,
    /// One sentence: what is wrong, where, and mostly what to do.
    message: &'a str,
    /// What to do.
    remedy: &'a str,
}

impl Kind {
    /// The way out where the sentence names none.
    fn remedy(self) -> &'static str {
        match self {
            Self::Usage | Self::Request => "correct the command; `scaling VERB --help` lists its options",
            Self::Columns => "say which column plays the role with --map ROLE=COLUMN, or give it with --set ROLE=VALUE",
            Self::Table => "correct the table at the place named, or leave the row out with --where",
            Self::UnknownLaw => "choose a law that `scaling laws` lists",
            Self::WrittenLaw => {
                "write the law as 'L(N, D) = E + A/N^alpha + B/D^beta': inputs in the brackets, all other names parameters"
            }
            Self::Constraint => "correct --fix, --tie, --bound or --prior; `scaling laws ID` lists the parameters",
            Self::Fit => "give more rows or wider ones, or choose a law with fewer parameters",
            Self::NotConverged => {
                "do not use its numbers: bound or fix a parameter, choose a law with fewer, or look for failed runs among the rows"
            }
            Self::UnknownFit => "make a fit with `scaling fit TABLE --law ID --out DIR`",
            Self::SavedFit => "fit again",
            Self::Study => "correct the study at the line and key named",
            Self::Method => "give the method what its page says that it reads; `scaling laws ID` shows it",
            Self::Output => "choose another place with --out",
            Self::Surprise => "read the reasons with `scaling reproduce KEY`",
            Self::Work => "correct what the message names and run the command again",
            Self::Fault => "report it with the command and the table",
        }
    }
}

impl Failure {
    /// The request makes no sense: status 2.
    pub fn request(message: impl Display) -> Self {
        Self { status: 2, kind: Kind::Request, message: message.to_string(), unread: false }
    }
    /// The work failed, or a number did not reproduce: status 1.
    pub fn work(message: impl Display) -> Self {
        Self { status: 1, kind: Kind::Work, message: message.to_string(), unread: false }
    }
    /// The same failure, of a kind.
    pub fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Says so on standard error, and gives the exit status.
    pub fn report(&self, as_json: bool) -> ExitCode {
        // A reader that has seen enough (`| head`) is no failure.
        if self.unread {
            return ExitCode::SUCCESS;
        }
        let message = text::message(&self.message);
        match as_json {
            true => super::door::complain(&self.json(&message, None)),
            false => super::door::complain(&format!("error: {message}")),
        }
        ExitCode::from(self.status)
    }

    fn json(&self, message: &str, remedy: Option<&str>) -> String {
        let remedy = remedy.or_else(|| text::remedy(message)).unwrap_or(self.kind.remedy());
        json!(Report { error: Said { kind: self.kind, message, remedy } }).to_string()
    }
}

/// Whether the command line asks for JSON; asked before it is parsed, since it may not parse.
pub(super) fn wants_json() -> bool {
    std::env::args_os().skip(1).take_while(|word| word != "--").any(|word| word == "--json")
}

/// Help and version are what was asked for; anything else is a usage error: status 2.
pub(super) fn misused(usage: &clap::Error) -> ExitCode {
    if !usage.use_stderr() {
        let _ = usage.print();
        return ExitCode::SUCCESS;
    }
    // Line by line: what was typed may be long, or hold what a terminal obeys.
    let words = usage.render().to_string();
    let lines: Vec<String> = words.lines().map(text::message).collect();
    if !wants_json() {
        super::door::complain(lines.join("\n").trim_end());
        return ExitCode::from(2);
    }
    let said = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let said: Vec<&str> = said.take_while(|line| !line.starts_with("Usage:")).collect();
    let tip = said.iter().find_map(|line| line.strip_prefix("tip: "));
    let plain: Vec<&str> = said.iter().filter(|line| !line.starts_with("tip: ")).copied().collect();
    let message = text::message(plain.join(" ").trim_start_matches("error: "));
    let failure = Failure::request(&message).of(Kind::Usage);
    super::door::complain(&failure.json(&message, tip));
    ExitCode::from(2)
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self { unread: error.kind() == std::io::ErrorKind::BrokenPipe, ..Self::work(error) }
    }
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Self {
        match error.is_request() {
            true => Self::request(error).of(Kind::Columns),
            false => Self::work(error).of(Kind::Table),
        }
    }
}

impl From<crate::work::store::StoreError> for Failure {
    fn from(error: crate::work::store::StoreError) -> Self {
        use crate::work::store::StoreError;
        match error {
            StoreError::Refused { .. } => Self::request(error).of(Kind::SavedFit),
            StoreError::Unreadable { .. } => Self::work(error).of(Kind::SavedFit),
            StoreError::Unwritable { .. } => Self::work(error).of(Kind::Output),
        }
    }
}

impl From<crate::work::study::StudyError> for Failure {
    fn from(error: crate::work::study::StudyError) -> Self {
        use crate::work::study::StudyError;
        match error {
            StudyError::Malformed { .. } => Self::request(error).of(Kind::Study),
            StudyError::Unreadable { .. } => Self::work(error).of(Kind::Study),
            StudyError::Store(store) => store.into(),
        }
    }
}

impl From<crate::work::gallery::GalleryError> for Failure {
    fn from(error: crate::work::gallery::GalleryError) -> Self {
        use crate::work::gallery::GalleryError;
        match error {
            GalleryError::Store(store) => store.into(),
            GalleryError::Table(_) => Self::work(error).of(Kind::Output),
            GalleryError::Figure(_) | GalleryError::Json(_) => Self::work(error),
        }
    }
}

impl From<crate::work::job::JobError> for Failure {
    fn from(error: crate::work::job::JobError) -> Self {
        use crate::engine::fit::FitError;
        use crate::work::job::JobError;
        match error {
            JobError::UnknownLaw { .. } => Self::request(error).of(Kind::UnknownLaw),
            JobError::WrittenLaw(_) => Self::request(error).of(Kind::WrittenLaw),
            JobError::Optimum(_) | JobError::TooMany { .. } => Self::request(error),
            JobError::Fit(
                FitError::UnknownParameter { .. } | FitError::BadConstraint(_) | FitError::NothingFree(_),
            ) => Self::request(error).of(Kind::Constraint),
            JobError::Ingest(mistake) => mistake.into(),
            JobError::Changed { .. } => Self::work(error).of(Kind::Table),
            _ => Self::work(error).of(Kind::Fit),
        }
    }
}

impl From<MethodError> for Failure {
    fn from(error: MethodError) -> Self {
        match error {
            MethodError::Ingest(mistake) => mistake.into(),
            error if error.is_request() => Self::request(error).of(Kind::Method),
            error => Self::work(error).of(Kind::Method),
        }
    }
}
