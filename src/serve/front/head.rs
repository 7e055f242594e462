//! Reading the head of a request strictly: what is written in an unusual way is refused, never interpreted.

use crate::serve::http::{Head, Method, Problem};

/// Most bytes a head may have.
pub(super) const MOST_BYTES: usize = 16 * 1024;
/// Most headers.
const MOST_HEADERS: usize = 64;

/// The length of the head at the start of these bytes with its empty line, once it is complete.
pub(super) fn end_of(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// Whether what came so far can become a head at all: a line feed without its carriage return never does.
pub(super) fn is_hopeless(bytes: &[u8]) -> bool {
    let mut before = 0u8;
    let mut bad = false;
    for &byte in bytes {
        bad |= (byte == b'\n') != (before == b'\r');
        before = byte;
    }
    bad
}

fn bad(what: &str) -> Problem {
    Problem::new(
        400,
        "bad-request",
        format!("要求の書き方が正しくありません（{what}）。"),
        "画面を開き直してください。",
    )
}

/// A head too large to be one of ours.
pub(super) fn too_large() -> Problem {
    Problem::new(431, "head-too-large", "要求の見出しが大きすぎます。", "画面を開き直してください。")
}

/// Reads a head that [`end_of`] found complete.
///
/// # Errors
/// Whatever is not exactly as it should be.
pub(super) fn parse(bytes: &[u8], port: u16, tls: bool) -> Result<Head, Problem> {
    if is_hopeless(bytes) {
        return Err(bad("改行"));
    }
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let first = lines.next().unwrap_or_default();
    let mut parts = first.split(' ');
    let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(bad("1行目"));
    };
    let http11 = match version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        _ => return Err(bad("版")),
    };
    if method.is_empty() || !method.bytes().all(is_token) {
        return Err(bad("メソッド"));
    }
    let (path, query) = read_target(target)?;
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| bad("見出し"))?;
        if name.is_empty() || !name.bytes().all(is_token) || value.chars().any(|c| c.is_control() && c != '\t') {
            return Err(bad("見出し"));
        }
        if headers.len() >= MOST_HEADERS {
            return Err(too_large());
        }
        headers.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()));
    }
    let count = |name: &str| headers.iter().filter(|(known, _)| known == name).count();
    if count("host") != 1 {
        return Err(bad("Host"));
    }
    if count("transfer-encoding") > 0 {
        return Err(bad("Transfer-Encoding"));
    }
    for single in ["content-length", "content-type", "origin", "sec-fetch-site", "x-chiiki-key"] {
        if count(single) > 1 {
            return Err(bad(single));
        }
    }
    let value = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let content_length = match value("content-length") {
        None => 0,
        Some(text) if !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit()) => {
            text.parse().map_err(|_| bad("Content-Length"))?
        }
        Some(_) => return Err(bad("Content-Length")),
    };
    let connection = value("connection").unwrap_or_default().to_ascii_lowercase();
    let keep_alive = http11 && !connection.split(',').any(|word| word.trim() == "close");
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        _ => Method::Other,
    };
    Ok(Head { method, path, query, headers, content_length, keep_alive, port, tls })
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

type Target = (Vec<String>, Vec<(String, String)>);

/// Only a path from the root; a whole address (`http://…`) or an authority is for proxies.
fn read_target(target: &str) -> Result<Target, Problem> {
    if !target.bytes().all(|byte| (0x21..0x7f).contains(&byte)) || target.contains(['#', '\\']) {
        return Err(bad("アドレス"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let rest = path.strip_prefix('/').ok_or_else(|| bad("アドレス"))?;
    let raw: Vec<&str> = rest.split('/').collect();
    let mut segments = Vec::new();
    for (index, segment) in raw.iter().enumerate() {
        let text = decode(segment, false).ok_or_else(|| bad("アドレス"))?;
        let last = index + 1 == raw.len();
        let odd = (text.is_empty() && !last)
            || text == "."
            || text == ".."
            || text.contains(['/', '\\', ':'])
            || text.chars().any(char::is_control);
        if odd {
            return Err(bad("アドレス"));
        }
        segments.push(text);
    }
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (decode(name, true), decode(value, true)) else {
            return Err(bad("アドレス"));
        };
        if pairs.len() >= MOST_HEADERS {
            return Err(bad("アドレス"));
        }
        pairs.push((name, value));
    }
    Ok((segments, pairs))
}

/// Percent signs decoded; `None` for what is no UTF-8 or half a sign.
fn decode(text: &str, form: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            b'+' if form => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{end_of, is_hopeless, parse};
    use crate::serve::http::Method;

    fn of(text: &str) -> Result<crate::serve::http::Head, u16> {
        parse(text.as_bytes(), 50_000, false).map_err(|problem| problem.status)
    }

    #[test]
    fn a_plain_head_is_read() {
        let head =
            of("GET /api/v1/areas?q=%E7%A6%8F+a&x HTTP/1.1\r\nHost: localhost:50000\r\nX-A:  b \r\n\r\n").unwrap();
        assert_eq!((head.method, head.path.join("/").as_str()), (Method::Get, "api/v1/areas"));
        assert_eq!((head.query("q"), head.query("x"), head.header("x-a")), (Some("福 a"), Some(""), Some("b")));
        assert!(head.keep_alive);
    }

    #[test]
    fn whatever_is_odd_is_refused() {
        let host = "Host: localhost:1\r\n";
        for (target, headers) in [
            ("http://localhost/", host),
            ("*", host),
            ("localhost:1", host),
            ("/a/../b", host),
            ("/a/%2e%2e/b", host),
            ("/a%2Fb", host),
            ("/a%5Cb", host),
            ("/C:%5C", host),
            ("/a%00", host),
            ("/a%ff", host),
            ("/a%4", host),
            ("//evil", host),
            ("/a\u{e9}", host),
            ("/", ""),
            ("/", "Host: a\r\nHost: b\r\n"),
            ("/", "Host: a\r\nTransfer-Encoding: chunked\r\n"),
            ("/", "Host: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n"),
            ("/", "Host: a\r\nContent-Length: +1\r\n"),
            ("/", "Host: a\r\n folded\r\n"),
            ("/", "Host : a\r\n"),
            ("/", "Host: a\u{1}\r\n"),
        ] {
            assert_eq!(of(&format!("GET {target} HTTP/1.1\r\n{headers}\r\n")).err(), Some(400), "{target} {headers}");
        }
        assert_eq!(of("GET / HTTP/2.0\r\nHost: a\r\n\r\n").err(), Some(400));
        assert_eq!(of(&format!("GET / HTTP/1.1\r\n{host}{}\r\n", "A: b\r\n".repeat(70))).err(), Some(431));
    }

    #[test]
    fn a_bare_line_feed_is_known_before_the_head_is_complete() {
        assert!(is_hopeless(b"GET / HTTP/1.1\nHost: a\n\n"));
        assert!(is_hopeless(b"GET / HTTP/1.1\rHost"));
        assert!(!is_hopeless(b"GET / HTTP/1.1\r"));
        assert_eq!(end_of(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nbody"), Some(27));
    }
}
