//! A real browser, driven through the WebDriver protocol.

use super::http::{post, request};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A browser without a window, and the program that drives it. Both end with it.
pub struct Browser {
    driver: Child,
    host: String,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one; none where there is no `chromedriver`.
    pub fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("chromedriver");
        let quiet = command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let driver = quiet.spawn().ok()?;
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Self { driver, host: format!("127.0.0.1:{port}"), session: String::new(), _profile: profile };
        browser.wait("the driver", &mut |_| std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_ok());
        let profile = format!("--user-data-dir={}", browser._profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--window-size=1400,1500",
            &profile,
        ];
        let wish = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": { "args": arguments } } } });
        let answer = browser.ask("", &wish);
        browser.session = answer["sessionId"].as_str().expect("a session").to_owned();
        Some(browser)
    }

    fn ask(&self, path: &str, body: &Value) -> Value {
        let path =
            if self.session.is_empty() { "/session".to_owned() } else { format!("/session/{}{path}", self.session) };
        let (status, text) = post(&self.host, &path, "", &body.to_string());
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str::<Value>(&text).unwrap()["value"].take()
    }

    /// Opens a page.
    pub fn open(&self, address: &str) {
        self.ask("/url", &json!({ "url": address }));
    }

    /// Runs a script in the page and returns what it returns.
    pub fn run(&self, script: &str) -> Value {
        self.ask("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until a script returns true.
    pub fn until(&self, script: &str) {
        self.wait(script, &mut |browser| browser.run(script) == json!(true));
    }

    fn wait(&self, what: &str, ready: &mut dyn FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !ready(self) {
            assert!(begun.elapsed() < Duration::from_secs(60), "waited for a minute for: {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let head = format!("DELETE /session/{} HTTP/1.1\r\nHost: {}\r\n", self.session, self.host);
            request(&self.host, &head, "");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
