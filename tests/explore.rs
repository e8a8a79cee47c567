//! `scaling explore`: a page that answers to this machine alone, and says what the commands say.

#[path = "support/browser.rs"]
mod browser;
#[path = "support/http.rs"]
mod http;

use browser::Browser;
use http::{post, request};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// The page of a table, until it is dropped.
struct Page {
    program: Child,
    /// Kept open: what the program prints must have somewhere to go.
    _printed: BufReader<ChildStdout>,
    address: String,
    host: String,
    token: String,
}

impl Page {
    fn of(arguments: &[&str]) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("scaling"));
        let mut program = command.arg("explore").args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        let mut printed = BufReader::new(program.stdout.take().unwrap());
        printed.read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let rest = address.strip_prefix("http://").expect("an address");
        let (host, token) = rest.split_once("/?token=").unwrap();
        let (host, token) = (host.to_owned(), token.to_owned());
        Self { program, _printed: printed, address, host, token }
    }

    fn ask(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, text) = post(&self.host, path, &format!("X-Token: {}\r\n", self.token), &body.to_string());
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// What the command line says of a fit.
fn fitted(arguments: &[&str]) -> Value {
    let output =
        Command::new(assert_cmd::cargo::cargo_bin!("scaling")).arg("fit").args(arguments).arg("--json").output();
    serde_json::from_slice(&output.unwrap().stdout).unwrap()
}

fn chinchilla(exclude: &[usize]) -> Value {
    json!({ "data": "hoffmann2022-figure4", "law": "chinchilla", "where": "L < 3.4469", "exclude": exclude })
}

#[test]
fn only_the_page_itself_on_this_machine_is_answered() {
    let page = Page::of(&[]);
    let (host, token) = (&page.host, &page.token);
    let get =
        |path: &str, host_named: &str| request(host, &format!("GET {path} HTTP/1.1\r\nHost: {host_named}\r\n"), "").0;
    assert_eq!(get(&format!("/?token={token}"), host), 200);
    assert_eq!(get("/", host), 403, "no token");
    assert_eq!(get("/?token=0123", host), 403, "a wrong token");
    assert_eq!(get(&format!("/?token={token}"), "elsewhere.example"), 403, "another name for this machine");
    assert_eq!(get(&format!("/elsewhere?token={token}"), host), 404);
    assert_eq!(get(&format!("/api/fit?token={token}"), host), 405, "questions are posted");
    let body = chinchilla(&[]).to_string();
    assert_eq!(post(host, "/api/fit", "", &body).0, 403, "a question without the token");
    let foreign = format!("X-Token: {token}\r\nOrigin: http://elsewhere.example\r\n");
    assert_eq!(post(host, "/api/fit", &foreign, &body).0, 403, "a question from another page");
    let long = " ".repeat((1 << 20) + 10);
    assert_eq!(post(host, "/api/fit", &format!("X-Token: {token}\r\n"), &long).0, 413);
}

#[test]
fn what_is_not_understood_is_a_sentence_and_the_page_goes_on() {
    let page = Page::of(&[]);
    let told = |body: Value| page.ask("/api/fit", &body).1["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(told(json!({ "law": 3 })).contains("not understood"));
    assert!(told(json!({ "data": "hoffmann2022-figure4", "law": "chinchila" })).contains("chinchilla"), "a near name");
    assert!(told(json!({ "data": "nowhere.csv", "law": "chinchilla" })).contains("nowhere.csv"));
    assert!(told(json!({ "data": "hoffmann2022-figure4", "law": "chinchilla", "where": "L <" })).contains("L <"));
    let all: Vec<usize> = (0..20_000).collect();
    assert!(told(chinchilla(&all)).contains("condition"));
    assert_eq!(page.ask("/api/fit", &chinchilla(&[])).0, 200);
}

#[test]
fn the_page_says_what_the_command_says() {
    let page = Page::of(&[]);
    let (status, answer) = page.ask("/api/fit", &chinchilla(&[2, 3]));
    assert_eq!(status, 200);
    let said =
        fitted(&["hoffmann2022-figure4", "--law", "chinchilla", "--where", "(L < 3.4469) and not row in [2, 3]"]);
    assert_eq!(said["rows"]["used"], answer["record"]["points"]["rows"].as_array().unwrap().len());
    for parameter in answer["record"]["parameters"].as_array().unwrap() {
        let theirs = &said["parameters"][parameter["symbol"].as_str().unwrap()];
        for key in ["estimate", "lower", "upper"] {
            assert_eq!(parameter[key], theirs[key], "{} {key}", parameter["symbol"]);
        }
    }
    let (_, report) = page.ask("/api/report", &chinchilla(&[2, 3]));
    assert!(report["html"].as_str().unwrap().contains("<svg"), "the report holds its figures");
}

#[test]
fn in_a_browser_a_row_is_dropped_a_law_changed_and_the_command_remakes_the_screen() {
    let Some(browser) = Browser::start() else {
        eprintln!("skipped: chromedriver is not here");
        return;
    };
    let page = Page::of(&[]);
    browser.open(&page.address);
    let ready = "return document.body.dataset.state === 'ready'";
    browser.until(ready);
    let estimate = "return document.querySelector('article.a tr[data-symbol=alpha] td.n').textContent";
    let interval = "return document.querySelectorAll('article.a tr[data-symbol=alpha] td.n')[1].textContent";
    let (before, was) = (browser.run(estimate), browser.run(interval));
    // The row that pulls hardest: the largest residual.
    let worst = "const p = answers[0].answer.record.points; \
                 const k = p.residual.reduce((best, r, i) => Math.abs(r) > Math.abs(p.residual[best]) ? i : best, 0); \
                 const row = p.rows[k]; \
                 document.querySelector(`#rows circle[data-row='${row}']`).dispatchEvent(new MouseEvent('click', {bubbles: true})); \
                 return row";
    let row = browser.run(worst);
    browser.until(&format!("return document.body.dataset.state === 'ready' && leftOut.has({row})"));
    browser.until("return answers[0].answer.record.points.rows.length === 239");
    assert_ne!(browser.run(interval), was, "one row less changes the interval");
    assert_eq!(
        browser.run("return document.querySelectorAll('#rows circle.out').length"),
        json!(1),
        "it stays in sight"
    );
    let command = browser.run("return document.getElementById('command').textContent");
    assert!(command.as_str().unwrap().contains(&format!("not row in [{row}]")), "{command}");

    let condition = format!("(L < 3.4469) and not row in [{row}]");
    let said = fitted(&["hoffmann2022-figure4", "--law", "chinchilla", "--where", &condition]);
    let shown = browser.run("return answers[0].answer.record.parameters.map((p) => p.estimate)");
    let theirs: Vec<&Value> =
        ["E", "A", "B", "alpha", "beta"].iter().map(|p| &said["parameters"][*p]["estimate"]).collect();
    assert_eq!(shown, json!(theirs), "the command gives the same digits");

    browser.run("document.getElementById('restore').click()");
    browser
        .until("return answers[0].answer.record.points.rows.length === 240 && document.body.dataset.state === 'ready'");
    assert_eq!(browser.run(estimate), before, "with all rows back, all is as it was");

    let beside = "const s = document.getElementById('law-b'); s.value = 'kaplan'; s.dispatchEvent(new Event('change'))";
    browser.run(beside);
    browser.until("return document.querySelectorAll('#answers article').length === 2");
    let wrong = "const w = document.getElementById('where'); w.value = 'L <'; w.dispatchEvent(new Event('change'))";
    browser.run(wrong);
    browser.until("return document.body.dataset.state === 'wrong'");
    let status = browser.run("return document.getElementById('status').textContent");
    assert!(status.as_str().unwrap().contains("L <"), "{status}");
}
