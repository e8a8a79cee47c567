//! Requests as a test needs them: one each connection, the head written by hand where it matters.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Sends a request and returns the status and the body.
pub fn request(host: &str, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    let text = format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    // A server may refuse and close before it has read all.
    let _ = stream.write_all(text.as_bytes());
    let mut stream = BufReader::new(stream);
    let line = |stream: &mut BufReader<TcpStream>| {
        let mut line = String::new();
        let _ = stream.read_line(&mut line);
        line.trim_end().to_owned()
    };
    let status = line(&mut stream).split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    let mut length = None;
    loop {
        let header = line(&mut stream).to_ascii_lowercase();
        match header.split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().ok(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = Vec::new();
    match length {
        // Not to the end: some servers keep the connection whatever is asked of them.
        Some(length) => drop(stream.take(length).read_to_end(&mut body)),
        None => {
            let mut all = String::new();
            let _ = stream.read_to_string(&mut all);
            body = joined(&all).into_bytes();
        }
    }
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// A body that came in chunks.
fn joined(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 || size > rest.len() {
            break;
        }
        whole.push_str(&rest[..size]);
        body = rest[size..].trim_start_matches("\r\n");
    }
    whole
}

/// A question to `host` with a JSON body.
pub fn post(host: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
    request(host, &format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{headers}"), body)
}
