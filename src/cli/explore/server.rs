//! The server of the page: this machine only, a token in the address, nothing from outside.

use crate::base::fault;
use rand::RngExt;
use serde_json::Value;
use std::io::Read;
use tiny_http::{Header, Method, Request, Response};

/// Bytes of a request's body, at most.
const LONGEST: u64 = 1 << 20;

/// What a request is answered with.
pub enum Reply {
    /// The page.
    Page(String),
    /// Its script.
    Script(String),
    /// An answer.
    Json(Value),
    /// There is no such thing.
    Missing,
}

/// A server on the loopback interface.
pub struct Server {
    http: tiny_http::Server,
    host: String,
    token: String,
}

impl Server {
    /// Listens; port 0 takes any that is free.
    pub fn bind(port: u16) -> Result<Self, String> {
        let http = tiny_http::Server::http(("127.0.0.1", port)).map_err(|error| error.to_string())?;
        let host = http.server_addr().to_string();
        // From the system's entropy: the token is a secret, not a draw that must repeat.
        let mut random = rand::rng();
        let token = (0..4).map(|_| format!("{:08x}", random.random::<u32>())).collect();
        Ok(Self { http, host, token })
    }

    /// Where the page is.
    pub fn address(&self) -> String {
        format!("http://{}/?token={}", self.host, self.token)
    }

    /// What requests must bear.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Answers requests, one after the other, until the program ends.
    pub fn serve(&self, answer: &dyn Fn(&str, &[u8]) -> Reply) {
        for request in self.http.incoming_requests() {
            self.one(request, answer);
        }
    }

    fn one(&self, mut request: Request, answer: &dyn Fn(&str, &[u8]) -> Reply) {
        let url = request.url().to_owned();
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        if let Err((status, why)) = self.admit(&request, path, query) {
            return refuse(request, status, why);
        }
        let mut body = Vec::new();
        if request.as_reader().take(LONGEST + 1).read_to_end(&mut body).is_err() || body.len() as u64 > LONGEST {
            return refuse(request, 413, "the request is too long");
        }
        let reply = fault::caught(|| answer(path, &body))
            .unwrap_or_else(|fault| Reply::Json(serde_json::json!({ "error": { "message": fault.to_string() } })));
        let (text, kind) = match reply {
            Reply::Page(text) => (text, "text/html; charset=utf-8"),
            Reply::Script(text) => (text, "text/javascript; charset=utf-8"),
            Reply::Json(value) => (value.to_string(), "application/json"),
            Reply::Missing => return refuse(request, 404, "there is nothing here"),
        };
        send(request, 200, text, kind);
    }

    /// The host must be ours (a page elsewhere may have its name lead here), and the token right: in
    /// the address of the page and its script, in a header that no other page can set on questions.
    fn admit(&self, request: &Request, path: &str, query: &str) -> Result<(), (u16, &'static str)> {
        let header = |name: &'static str| {
            request.headers().iter().find(|h| h.field.equiv(name)).map(|h| h.value.as_str().to_owned())
        };
        let port = self.host.rsplit(':').next().unwrap_or_default();
        let local = [self.host.clone(), format!("localhost:{port}")];
        if header("Host").is_none_or(|host| !local.contains(&host)) {
            return Err((403, "this page answers to this machine only"));
        }
        if header("Origin").is_some_and(|origin| !local.iter().any(|host| origin == format!("http://{host}"))) {
            return Err((403, "this page answers to itself only"));
        }
        let question = path.starts_with("/api/");
        let expected = if question { &Method::Post } else { &Method::Get };
        if request.method() != expected {
            return Err((405, "not this way"));
        }
        let given = match question {
            true => header("X-Token"),
            false => query.split('&').find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned),
        };
        match given.is_some_and(|given| same(&given, &self.token)) {
            true => Ok(()),
            false => Err((403, "the address lacks its token; open the one that was printed")),
        }
    }
}

/// Whether two secrets are the same, in a time that does not tell how much of them is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn refuse(request: Request, status: u16, why: &str) {
    send(request, status, why.to_owned(), "text/plain; charset=utf-8");
}

fn send(request: Request, status: u16, text: String, kind: &str) {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; \
                          img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        ("Content-Type", kind),
        ("Content-Security-Policy", POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
    ];
    let headers = headers.iter().filter_map(|(name, value)| Header::from_bytes(name.as_bytes(), value.as_bytes()).ok());
    let response = headers.fold(Response::from_string(text).with_status_code(status), Response::with_header);
    // A browser that went away is nothing to mend.
    let _ = request.respond(response);
}
