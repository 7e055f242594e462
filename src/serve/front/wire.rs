//! Answers as bytes: tiny_http's printer, and the one header it does not let through.

use std::io::{self, Write};

use tiny_http::{HTTPVersion, Header};

use crate::serve::http::Response;

/// Writes an answer; with `close` it says that nothing follows, with `no_body` it stands for a HEAD request.
pub(super) fn write(out: &mut impl Write, response: Response, no_body: bool, close: bool) -> io::Result<()> {
    let mut headers = Vec::with_capacity(response.headers.len());
    for (name, value) in &response.headers {
        // A value that is no ASCII is a fault of ours; the answer is better without it than not given.
        headers.extend(Header::from_bytes(name.as_bytes(), value.as_bytes()).ok());
    }
    headers.extend(Header::from_bytes(&b"Server"[..], &b"chiiki-sheet"[..]).ok());
    let length = response.body.len();
    let answer = tiny_http::Response::new(response.status.into(), headers, &*response.body, Some(length), None)
        .with_chunked_threshold(usize::MAX);
    let mut bytes = Vec::with_capacity(length + 1024);
    answer.raw_print(&mut bytes, HTTPVersion(1, 1), &[], no_body, None)?;
    let line = bytes.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let (first, rest) = bytes.split_at(line);
    out.write_all(first)?;
    if close {
        out.write_all(b"Connection: close\r\n")?;
    }
    out.write_all(rest)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::serve::http::Response;

    fn printed(no_body: bool, close: bool) -> String {
        let mut out = Vec::new();
        let response = Response::new(200, "text/plain", b"abc".to_vec()).with("X-Frame-Options", "DENY");
        write(&mut out, response, no_body, close).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn length_and_connection_are_told() {
        let text = printed(false, true);
        assert!(text.starts_with("HTTP/1.1 200 OK\r\nConnection: close\r\n"), "{text}");
        assert!(text.contains("Content-Length: 3\r\n") && text.ends_with("\r\n\r\nabc"), "{text}");
        assert!(text.contains("X-Frame-Options: DENY\r\n") && !text.contains("tiny"), "{text}");
        let text = printed(true, false);
        assert!(text.ends_with("\r\n\r\n") && text.contains("Content-Length: 3") && !text.contains("Connection"));
    }
}
