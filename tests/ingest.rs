//! Tables in, measurements out: the formats, the names, the units, the filter; and for every bad
//! input the sentence that the user reads.

use scaling_laws::data::ingest::{self, Needed, Request, Source, TableColumn};
use scaling_laws::data::measurements::Measurements;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

fn needed(roles: &[(&str, &str)]) -> Vec<Needed> {
    roles.iter().map(|(symbol, unit)| Needed::new(symbol, unit)).collect()
}

fn chinchilla() -> Request {
    let needed = needed(&[("N", "parameters"), ("D", "tokens"), ("L", "nat/token")]);
    Request { needed, ..Request::default() }
}

fn file(folder: &TempDir, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, contents).unwrap();
    path
}

/// Reads a text as a file of a name.
fn read_as(name: &str, contents: impl AsRef<[u8]>, request: &Request) -> Result<Measurements, String> {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, name, contents);
    ingest::read(&Source::File(path), request).map_err(|error| {
        let message = error.to_string();
        assert!(message.contains(name), "the file is named: {message}");
        assert!(!message.contains('\n'), "one sentence: {message}");
        message.split_once(&format!("{name}: ")).expect("the file comes first").1.to_owned()
    })
}

fn read(contents: impl AsRef<[u8]>) -> Measurements {
    read_as("runs.csv", contents, &chinchilla()).unwrap()
}

fn mistake(contents: impl AsRef<[u8]>) -> String {
    read_as("runs.csv", contents, &chinchilla()).unwrap_err()
}

fn mapped(pairs: &[(&str, &str)]) -> Request {
    let map = pairs.iter().map(|(role, column)| ((*role).to_owned(), (*column).to_owned())).collect();
    Request { map, ..chinchilla() }
}

fn filtered(filter: &str) -> Request {
    Request { filter: Some(filter.to_owned()), ..chinchilla() }
}

fn kinds(data: &Measurements) -> Vec<&str> {
    data.provenance.warnings.iter().map(|warning| warning.kind.as_str()).collect()
}

const RUNS: &str = "N,D,L\n1e8,2e9,3.5\n2e8,4e9,3.2\n4e8,2e9,3.1\n";

// What works.

#[test]
fn the_embedded_runs_of_figure_4_become_measurements() {
    let data = ingest::read(&Source::named("hoffmann2022-figure4"), &chinchilla()).unwrap();
    assert_eq!(data.len(), 245);
    assert_eq!(data.column("N").unwrap()[0], 6795600349.289);
    assert_eq!(data.column("D").unwrap()[0], 9.99385279971e+18 / (6.0 * 6795600349.289));
    let provenance = &data.provenance;
    assert_eq!(provenance.columns[1].derived_by.as_deref(), Some("D = C/(6N)"));
    assert_eq!(provenance.columns[0].header.as_deref(), Some("N"));
    assert_eq!(provenance.cite, ["besiroglu2024", "hoffmann2022"]);
    assert!(provenance.warnings.is_empty(), "{:?}", provenance.warnings);
}

#[test]
fn every_format_gives_the_same_measurements() {
    let csv = read(RUNS);
    let semicolons = read(RUNS.replace(',', ";"));
    let tabs = read_as("runs.tsv", RUNS.replace(',', "\t"), &chinchilla()).unwrap();
    let windows = read(format!("\u{feff}# a comment\r\n#another\r\n\r\n{}", RUNS.replace('\n', "\r\n")));
    let unfinished = read(RUNS.trim_end());
    let array = "[ {\"N\":1e8,\"D\":2000000000,\"L\":3.5},{\"N\":\"200M\",\"D\":4e9,\"L\":3.2},\n{\"L\":3.1,\"N\":4e8,\"D\":2e9}]";
    let array = read_as("runs.json", array, &chinchilla()).unwrap();
    let lines = "{\"N\":1e8,\"D\":2000000000,\"L\":3.5}\n{\"N\":\"200M\",\"D\":4e9,\"L\":3.2}\n{\"L\":3.1,\"N\":4e8,\"D\":2e9}\n";
    let lines = read_as("runs.jsonl", lines, &chinchilla()).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("runs.parquet");
    let columns = ["N", "D", "L"]
        .map(|symbol| (symbol.to_owned(), TableColumn::numbers(csv.column(symbol).unwrap().iter().copied())));
    ingest::write_table(&columns, &path).unwrap();
    let parquet = ingest::read(&Source::File(path), &chinchilla()).unwrap();
    for other in [semicolons, tabs, windows, unfinished, array, lines, parquet] {
        assert_eq!(other.columns, csv.columns);
        assert_eq!(other.rows, [1, 2, 3]);
        assert_eq!(other.provenance.sha256.as_ref().map(String::len), Some(64));
    }
}

#[test]
fn values_carry_units() {
    let data =
        read("Model Size,Training Tokens,Val Loss\n70B,1.4T,1.9\n7B params,300B tokens,2.2\n1_000_000,350M tokens,4\n");
    assert_eq!(data.column("N").unwrap(), [70e9, 7e9, 1e6]);
    assert_eq!(data.column("D").unwrap(), [1.4e12, 3e11, 350e6]);
    let data = read("N,C,L\n70B,1 ZFLOP,1.9\n7B,12.5 PF-days,2.2\n");
    assert_eq!(data.column("D").unwrap(), [1e21 / (6.0 * 70e9), 12.5 * 8.64e19 / (6.0 * 7e9)]);
    let data = read("params (B),tokens (T),loss (nats)\n70,1.4,1.9\n7,0.5,2.2\n");
    assert_eq!(data.column("N").unwrap(), [70e9, 7e9]);
    assert_eq!(data.column("D").unwrap(), [1.4e12, 0.5e12]);
    let data = read("params,flops (1e18),loss\n1e9,6,1.9\n2e9,24,2.2\n");
    assert_eq!(data.column("D").unwrap(), [1e9, 2e9]);
    let request = Request { needed: needed(&[("C", "PF-days"), ("L", "nat/token")]), ..Request::default() };
    let data = read_as("runs.csv", "C,L\n8.64e19,3\n12.5 PF-days,2\n", &request).unwrap_err();
    assert!(data.contains("mixes units"), "{data}");
    let data = read_as("runs.csv", "C,L\n8.64e19,3\n8.64e20,2\n", &request).unwrap();
    assert_eq!(data.column("C").unwrap(), [1.0, 10.0]);
}

#[test]
fn a_map_overrides_the_headers() {
    let text = "size,tokens,train_loss,val_loss,test_loss\n1e8,2e9,3.4,3.5,3.6\n2e8,4e9,3.1,3.2,3.3\n";
    let data = read_as("runs.csv", text, &mapped(&[("N", "size"), ("L", "train_loss")])).unwrap();
    assert_eq!(data.column("L").unwrap(), [3.4, 3.1]);
    let data = read_as("runs.csv", text.replace("1e8,", "0.1,").replace("2e8,", "0.2,"), &{
        mapped(&[("N", "size (B)"), ("L", "Test Loss")])
    })
    .unwrap();
    assert_eq!(data.column("N").unwrap(), [1e8, 2e8]);
    assert_eq!(data.column("L").unwrap(), [3.6, 3.3]);
    let request = Request { needed: needed(&[("x", "1"), ("L", "1")]), ..mapped(&[("x", "N")]) };
    let data = ingest::read(&Source::named("hoffmann2022-figure4"), &request).unwrap();
    assert_eq!(data.column("x").unwrap()[0], 6795600349.289);
}

#[test]
fn symbols_that_differ_only_in_case_are_told_apart() {
    let request = Request { needed: needed(&[("E", "bits"), ("e", "1"), ("L", "1")]), ..Request::default() };
    let data = read_as("runs.csv", "e,E,L\n1,4,3\n2,5,4\n", &request).unwrap();
    assert_eq!(data.column("E").unwrap(), [4.0, 5.0]);
    assert_eq!(data.column("e").unwrap(), [1.0, 2.0]);
}

#[test]
fn rows_are_dropped_only_by_conditions_and_counted() {
    let text = "run,family,N,D,L\na,x,1e8,2e9,3.5\nb,x,2e8,4e9,NaN\nc,y,4e8,2e9,3.1\nd,y,-1,2e9,diverged\ne,y,8e8,,3\n";
    let request = Request {
        labels: vec!["run".into()],
        exclude: vec![("run == 'd'".into(), "diverged".into())],
        ..filtered("L > 0 and D > 0")
    };
    let data = read_as("runs.csv", text, &request).unwrap();
    assert_eq!(data.rows, [1, 3]);
    assert_eq!(data.label("run").unwrap(), ["a", "c"]);
    let provenance = &data.provenance;
    assert_eq!((provenance.rows_read, provenance.rows_used), (5, 2));
    let dropped: Vec<(&str, usize, &[usize])> =
        provenance.dropped.iter().map(|d| (d.reason.as_str(), d.count, d.rows.as_slice())).collect();
    assert_eq!(dropped, [("diverged", 1, &[4][..]), ("not L > 0 and D > 0", 2, &[2, 5][..])]);
    // A role that is neither needed nor a column, but follows from columns.
    let data = read_as("runs.csv", RUNS, &filtered("C > 2e18 and N in [200M, 400M]")).unwrap();
    assert_eq!(data.rows, [2, 3]);
    assert_eq!(data.columns.len(), 3);
    let data = read_as("runs.csv", RUNS, &filtered("D == 2B")).unwrap();
    assert_eq!(data.rows, [1, 3]);
}

#[test]
fn a_filter_on_a_column_and_on_its_header_agree() {
    let text = "Model Size,tokens,loss,arch\n1e8,2e9,3.5,moe\n2e8,4e9,3.2,dense\n4e8,2e9,3.1,dense\n";
    for filter in ["N >= 2e8", "`Model Size` >= 2e8", "arch == \"dense\"", "not arch in ['moe']", "model-size > 1.5e8"]
    {
        assert_eq!(read_as("runs.csv", text, &filtered(filter)).unwrap().rows, [2, 3], "{filter}");
    }
}

#[test]
fn quoted_cells_blank_lines_and_short_lines_are_understood() {
    let text = "name,N,D,L\n\"a, \"\"b\"\"\nc\",1e8,2e9,3.5\n\nd,2e8,\"4,000,000,000\",3.2\n";
    let data = read_as("runs.csv", text, &Request { labels: vec!["name".into()], ..chinchilla() }).unwrap();
    assert_eq!(data.label("name").unwrap(), ["a, \"b\"\nc", "d"]);
    assert_eq!(data.column("D").unwrap(), [2e9, 4e9]);
    assert_eq!(
        mistake("name,N,D,L\n\"a\nb\",1e8,2e9,3.5\n\nd,2e8,4e9\n"),
        "line 5 (data row 2), column `L` is empty; fill it in or leave the row out, for example with --where 'L > 0'"
    );
}

#[test]
fn numbers_are_read_to_the_last_bit() {
    let values = ["0.1", "1e23", "5e-324", "1.7976931348623157e308", "123456789012345678", "2.2250738585072011e-308"];
    let request = Request { needed: needed(&[("L", "1")]), ..Request::default() };
    let rows = |format: &dyn Fn(&str) -> String| values.iter().map(|value| format(value)).collect::<String>();
    let csv = read_as("a.csv", format!("i,L\n{}", rows(&|v| format!("0,{v}\n"))), &request).unwrap();
    let json = read_as("a.jsonl", rows(&|v| format!("{{\"L\": {v}}}\n")), &request).unwrap();
    let expected: Vec<f64> = values.iter().map(|value| value.parse().unwrap()).collect();
    assert_eq!(csv.column("L").unwrap(), expected);
    assert_eq!(json.column("L").unwrap(), expected);
}

// What is worth a warning.

#[test]
fn compute_that_contradicts_6nd_is_reported() {
    let data = read("N,D,C,L\n1e8,2e9,1.2e18,3.5\n2e8,4e9,4.8e18,3.2\n4e8,2e9,9.6e18,3.1\n");
    let warning = &data.provenance.warnings[0];
    assert_eq!(warning.kind, "c-contradicts-6nd");
    assert_eq!(
        warning.message,
        "C differs from 6ND by more than 5 % in 1 of 3 rows (median C/6ND 1.000, worst 2.000 in row 3); \
         N, D or C may be counted differently"
    );
    assert!(kinds(&read("N,D,C,L\n1e8,2e9,1.2e18,3.5\n2e8,4e9,4.9e18,3.2\n")).is_empty());
}

#[test]
fn duplicate_rows_one_budget_and_constant_columns_are_reported() {
    let data = read(format!("{RUNS}2e8,4e9,3.2\n"));
    assert_eq!(kinds(&data), ["duplicate-rows"]);
    assert_eq!(
        data.provenance.warnings[0].message,
        "1 of 4 rows repeat another in every column used (the first: row 4 repeats row 2)"
    );
    let data = read("N,D,L\n1e8,8e9,3.5\n2e8,4e9,3.2\n4e8,2e9,3.1\n");
    assert_eq!(kinds(&data), ["one-budget"]);
    assert!(data.provenance.warnings[0].message.starts_with("all rows spend one budget, 4.8e18 FLOP"));
    let data = read("N,D,L\n1e8,8e9,3.5\n2e8,8e9,3.2\n");
    assert_eq!(kinds(&data), ["constant-column"]);
    assert!(data.provenance.warnings[0].message.starts_with("D is 8000000000 in every row"));
}

#[test]
fn rival_conventions_and_suspicious_names_are_reported() {
    let mut request = chinchilla();
    request.needed[0].counts = scaling_laws::law::Counts::WithEmbedding;
    let data = read_as("runs.csv", RUNS.replace("N,", "non_embedding_params,"), &request).unwrap();
    assert_eq!(kinds(&data), ["counts-differ"]);
    assert_eq!(
        data.provenance.warnings[0].message,
        "column `non_embedding_params` counts parameters without embeddings \
         where the law means parameters with embeddings"
    );
    let text = RUNS.replace("N,", "size_b,").replace("e8,", ",");
    let data = read_as("runs.csv", text, &mapped(&[("N", "size_b")])).unwrap();
    assert_eq!(kinds(&data), ["unit-in-header"]);
    assert!(data.provenance.warnings[0].message.ends_with("say so as --map 'N=size_b (B)'"));
}

// What is wrong, and what is said.

#[test]
fn a_missing_file_is_named_with_similar_data_sets() {
    let error = ingest::read(&Source::named("no/such/file.csv"), &chinchilla()).unwrap_err();
    assert_eq!(error.to_string(), "no/such/file.csv: no such file, and no built-in data set has this name");
    let error = ingest::read(&Source::named("hofmann2022-figure4"), &chinchilla()).unwrap_err();
    assert!(error.to_string().ends_with("has this name; there is `hoffmann2022-figure4`"), "{error}");
    let error = ingest::read(&Source::named("nist-strd"), &chinchilla()).unwrap_err();
    assert!(error.to_string().contains("this data set has parts; name one of `nist-strd/Bennett5`, "), "{error}");
    let error = ingest::read(&Source::named("nist-strd/Benet5"), &chinchilla()).unwrap_err();
    assert!(error.to_string().ends_with("; there is `nist-strd/Bennett5`"), "{error}");
    let folder = TempDir::new().unwrap();
    let error = ingest::read(&Source::File(folder.path().to_owned()), &chinchilla()).unwrap_err();
    assert!(error.to_string().contains("cannot be read: "), "{error}");
    let error = ingest::read(&Source::named(&folder.path().to_string_lossy()), &chinchilla()).unwrap_err();
    assert!(error.to_string().contains("no table was found there"), "{error}");
}

#[test]
fn files_without_a_table_are_told_apart() {
    assert_eq!(mistake(""), "the file is empty");
    assert_eq!(mistake("\n  \n# nothing\n"), "the file is empty");
    assert_eq!(mistake("N,D,L\n"), "the file has a header and no data rows");
    assert_eq!(mistake("N,D,L\n\n\n"), "the file has a header and no data rows");
    assert_eq!(
        mistake("1e8,2e9,3.5\n2e8,4e9,3.2\n"),
        "line 1 holds only numbers where the header should stand; \
         put the column names (for example N,D,L) on the first line"
    );
    assert_eq!(
        mistake("N~D~L\n1e8~2e9~3.5\nN D\n"),
        "no column for N, or C to make it from (N = C/(6D)); D, or C to make it from (D = C/(6N)); L, \
         or ppl to make it from (L = ln(perplexity)) among `N~D~L`; say which with --map N=COLUMN \
         --map D=COLUMN --map L=COLUMN, or give a constant with --set N=VALUE"
    );
    assert_eq!(
        mistake(b"PK\x03\x04rubbish"),
        "this is a spreadsheet or a zip archive, which is not read here; save the table as CSV, JSON, Parquet or Feather"
    );
    assert!(mistake(b"\x1f\x8b\x08\x00").starts_with("the compressed file is truncated or damaged"));
}

#[test]
fn a_role_found_twice_or_not_at_all_names_the_remedy() {
    assert_eq!(
        mistake("N,D,val_loss,test_loss\n1e8,2e9,3.5,3.6\n"),
        "two columns could be L, `val_loss` and `test_loss`; say which with --map L=COLUMN"
    );
    assert_eq!(
        mistake("N,D,score\n1e8,2e9,30\n"),
        "no column for L, or ppl to make it from (L = ln(perplexity)) among `N`, `D`, `score`; \
         say which with --map L=COLUMN, or give a constant with --set L=VALUE"
    );
    let missing = |column: &str| read_as("runs.csv", "N,D,log loss\n1,2,3\n", &mapped(&[("L", column)])).unwrap_err();
    assert_eq!(missing("logloss2"), "there is no column `logloss2`; there is `log loss`");
    assert_eq!(missing("zzzzzzzz"), "there is no column `zzzzzzzz`; there is `N`, `D`, `log loss`");
    let request = Request { labels: vec!["rum".into()], ..chinchilla() };
    assert_eq!(
        read_as("runs.csv", "run,N,D,L\na,1,2,3\n", &request).unwrap_err(),
        "there is no column `rum`; there is `run`"
    );
}

#[test]
fn cells_that_are_no_positive_number_are_placed() {
    let cell = |text: &str| mistake(format!("N,D,L\n1e8,2e9,3.5\n2e8,4e9,{text}\n4e8,2e9,3.1\n"));
    let place = "line 3 (data row 2), column `L`";
    assert_eq!(
        cell("diverged"),
        format!("{place}: `diverged` is not a number; correct the cell or leave the row out with --where")
    );
    assert_eq!(
        cell(""),
        format!("{place} is empty; fill it in or leave the row out, for example with --where 'L > 0'")
    );
    for (text, value) in [("NaN", "NaN"), ("nan", "NaN"), ("inf", "inf"), ("-inf", "-inf")] {
        assert_eq!(
            cell(text),
            format!("{place} is {value}, not a finite number; leave the row out, for example with --where 'L < 1e99'")
        );
    }
    for (text, value) in [("-3.2", "-3.2"), ("0", "0")] {
        assert_eq!(
            cell(text),
            format!("{place} is {value}, and L must be positive; leave the row out, for example with --where 'L > 0'")
        );
    }
    assert!(cell("\"3,200\"").contains("`3,200` has a comma that could mean thousands or decimals"));
    assert!(cell("3.2 parsec").contains("`parsec` is not a unit known here"));
    let json = read_as("runs.json", "[{\"N\":1,\"D\":2,\"L\":3},{\"N\":1,\"D\":null,\"L\":[3]}]", &chinchilla());
    assert_eq!(
        json.unwrap_err(),
        "data row 2, column `D` is empty; fill it in or leave the row out, for example with --where 'D > 0'"
    );
    // What D is made from is held to the same.
    assert!(mistake("N,C,L\n1e8,0,3\n").starts_with("line 2 (data row 1), column `C` is 0, and C must be positive"));
}

#[test]
fn numbers_that_need_not_be_positive_may_be_negative() {
    let mut request = chinchilla();
    request.needed[2].positive = false;
    let data = read_as("runs.csv", "N,D,L\n1e8,2e9,-3.5\n2e8,4e9,0\n", &request).unwrap();
    assert_eq!(data.column("L").unwrap(), [-3.5, 0.0]);
}

#[test]
fn rows_all_alike_and_filters_that_leave_nothing_are_refused() {
    assert_eq!(
        mistake("N,D,L\n1e8,2e9,3.5\n1e8,2e9,3.5\n"),
        "all 2 rows are alike in every column used; nothing can be fitted to them"
    );
    assert_eq!(
        read_as("runs.csv", RUNS, &filtered("L > 9")).unwrap_err(),
        "no row is left of 3: 3 left out by `not L > 9`"
    );
}

#[test]
fn units_that_do_not_go_together_are_refused() {
    assert_eq!(
        mistake("N,D,L\n1e8,2B tokens,3.5\n2e8,6 ZFLOP,3.2\n"),
        "column `D` mixes units: `2B tokens` (data row 1) and `6 ZFLOP` (data row 2); \
         write the whole column in one unit"
    );
    assert_eq!(
        mistake("N,C,L\n1e8,12.5 PF-days,3.5\n2e8,13,3.2\n"),
        "column `C` mixes units: `12.5 PF-days` (data row 1) and `13` (data row 2); \
         write the whole column in one unit"
    );
    assert_eq!(
        mistake("N,D,L\n1e8,2 ZFLOP,3.5\n2e8,6 ZFLOP,3.2\n"),
        "column `D` is in FLOP, and D counts tokens; choose another column with --map D=COLUMN"
    );
}

#[test]
fn damaged_text_is_placed() {
    assert_eq!(
        mistake("N,D,L\n1e8,2e9,3.5\n2e8,4e9,3,2\n"),
        "line 3 has 4 fields where the header has 3; quote cells that hold the separator, \
         and write decimals with a point"
    );
    assert_eq!(
        mistake("N,D,L\n1e8,\"2e9,3.5\n2e8,4e9,3.2\n"),
        "the quotation mark opened in the record at line 2 is never closed"
    );
    assert_eq!(mistake(b"N,D,L\n1e8,2e9,3.5\n2e8,4e9,\xff\xfe\n"), "line 3 is not UTF-8 text; save the file as UTF-8");
    let utf16: Vec<u8> = RUNS.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(mistake(utf16), "line 1 is not UTF-8 text; save the file as UTF-8");
    let json = |text: &str| read_as("runs.json", text, &chinchilla()).unwrap_err();
    assert_eq!(json("[]"), "the file has a header and no data rows");
    assert_eq!(
        json("[{\"N\": 1,\n \"D\": }]"),
        "not a JSON array of objects or one object per line (expected value at line 2 column 7)"
    );
    assert!(json("[1, 2]").starts_with("not a JSON array of objects or one object per line (invalid type"));
}

#[test]
fn parquet_that_is_not_or_breaks_off_is_an_error_of_the_file() {
    let parquet = |bytes: &[u8]| read_as("runs.parquet", bytes, &chinchilla()).unwrap_err();
    assert_eq!(
        parquet(RUNS.as_bytes()),
        "the name says Parquet but the contents are not; if it is text, give it its own extension (.csv, .tsv, .json)"
    );
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("whole.parquet");
    let values = || TableColumn::numbers((1..=500).map(f64::from));
    ingest::write_table(&["N", "D", "L"].map(|name| (name.to_owned(), values())), &path).unwrap();
    let whole = fs::read(&path).unwrap();
    assert_eq!(
        parquet(&whole[..whole.len() / 2]),
        "the Parquet file is truncated or damaged (it does not end as one does)"
    );
    assert_eq!(parquet(&whole[..6]), "the Parquet file is truncated or damaged (it is too short)");
    // Damage anywhere is an answer or an error, never a panic that gets out.
    for at in (4..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        let _ = read_as("runs.parquet", &bytes, &chinchilla());
    }
    let mut bytes = whole.clone();
    bytes.drain(200..400);
    assert!(parquet(&bytes).starts_with("the Parquet file is truncated or damaged ("));
}

#[test]
fn a_mistake_in_a_filter_is_placed() {
    let say = |filter: &str| read_as("runs.csv", RUNS, &filtered(filter)).unwrap_err();
    assert_eq!(
        say("L < 3 and loss2 > 1"),
        "in `L < 3 and loss2 > 1` at character 11: there is no column `loss2`; there is `N`, `D`, `L`"
    );
    assert_eq!(say("L <"), "in `L <` at character 4: a column, a number or a quoted text should stand here");
    assert_eq!(say("L = 3"), "in `L = 3` at character 3: write == to compare");
}

// Tables out, and back.

#[test]
fn a_table_survives_both_formats() {
    let folder = TempDir::new().unwrap();
    let columns = vec![
        ("name".to_owned(), TableColumn::Text(vec!["a".into(), "b, \"c\"".into(), "ä".into()])),
        ("alpha".to_owned(), TableColumn::Numbers(vec![Some(0.1), None, Some(1e300)])),
        ("B".to_owned(), TableColumn::numbers([1.0, 2.0, 5.76e23])),
    ];
    for name in ["table.csv", "table.parquet"] {
        let path = folder.path().join(name);
        ingest::write_table(&columns, &path).unwrap();
        assert_eq!(ingest::read_table(&path).unwrap(), columns, "{name}");
        let once = fs::read(&path).unwrap();
        ingest::write_table(&columns, &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), once, "{name} is written alike every time");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    let error = ingest::write_table(&columns, &folder.path().join("table.csv/inside.csv")).unwrap_err();
    assert!(error.to_string().contains("cannot write "), "{error}");
    assert!(ingest::read_table(&folder.path().join("none.csv")).unwrap_err().to_string().contains("no such file"));
}

// Size.

/// Peak resident memory of this process in bytes.
#[cfg(target_os = "linux")]
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

/// Reads a table of `ROWS` rows. Alone in its process, because it measures the peak of the memory:
/// the test below runs it so, with ten million.
#[test]
#[cfg(target_os = "linux")]
fn ten_million_rows_take_the_memory_of_the_columns_asked_for() {
    use std::io::Write as _;
    let Ok(rows) = std::env::var("ROWS") else {
        return println!("left to the test below, which runs this one in a process of its own");
    };
    let rows: usize = rows.parse().unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("big.csv");
    let mut out = std::io::BufWriter::new(fs::File::create(&path).unwrap());
    writeln!(out, "run,N,tokens,loss,note").unwrap();
    for i in 0..rows {
        let (n, d) = (1_000_000 + i, 20_000_000 + 3 * i);
        writeln!(out, "r{i},{n},{d},{}.{:04},a column that nobody asked for", 2 + i % 3, i % 10_000).unwrap();
    }
    out.into_inner().unwrap();
    let size = fs::metadata(&path).unwrap().len() as usize;
    let before = peak();
    let start = std::time::Instant::now();
    let data = ingest::read(&Source::File(path), &chinchilla()).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    let grown = peak() - before;
    println!("{rows} rows, {} MB in {seconds:.1} s, {} MB grown", size >> 20, grown >> 20);
    assert_eq!(data.len(), rows);
    assert_eq!(data.rows[rows - 1], rows);
    assert_eq!(data.column("N").unwrap()[rows - 1], (1_000_000 + rows - 1) as f64);
    assert_eq!(data.column("D").unwrap()[123_456], (20_000_000 + 3 * 123_456) as f64);
    assert_eq!(data.column("L").unwrap()[123_456], 2.3456);
    // Three columns and the row numbers at eight bytes while vectors double, a hash of each row,
    // and a few pieces of the file.
    let bound = (2 * 4 * 8 + 16) * rows + (100 << 20);
    assert!(grown < bound, "{} MB grown where {} MB are allowed", grown >> 20, bound >> 20);
}

#[test]
#[cfg(target_os = "linux")]
fn ten_million_rows_are_read_in_bounded_memory() {
    let name = "ten_million_rows_take_the_memory_of_the_columns_asked_for";
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env("ROWS", "10000000")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
