//! The door, by raw sockets: what a hostile or broken program of the same PC can send.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chiiki_sheet::serve::{Service, front};

use super::support::{Double, Opened, options, workspace};

struct Door {
    _folder: tempfile::TempDir,
    service: Option<Service>,
}

impl Door {
    fn open() -> Self {
        Self::with(front::Limits::default())
    }

    fn with(limits: front::Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(folder.path(), false);
        let mut options = options(folder.path(), Arc::new(Double::default()), Opened::default());
        options.limits = limits;
        Self { service: Some(Service::start(Some(workspace), options).unwrap()), _folder: folder }
    }

    fn service(&self) -> &Service {
        self.service.as_ref().unwrap()
    }

    fn port(&self) -> u16 {
        self.service().app().port()
    }

    fn key(&self) -> String {
        self.service().app().key().as_str().to_owned()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port())).unwrap();
        // Only so that a failing test ends.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends bytes and reads the answer to its end.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes);
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The status of a request with these lines of head.
    fn status(&self, first: &str, lines: &[&str], body: &str) -> u16 {
        let mut head = format!("{first}\r\n");
        for line in lines {
            head.push_str(&line.replace("PORT", &self.port().to_string()).replace("KEY", &self.key()));
            head.push_str("\r\n");
        }
        status_of(&self.raw(format!("{head}Connection: close\r\n\r\n{body}").as_bytes()))
    }

    fn greeting(&self) -> u16 {
        self.status("GET /api/v1/hello HTTP/1.1", &["Host: localhost:PORT", "X-Chiiki-Key: KEY"], "")
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Some(service) = self.service.take() {
            service.close();
        }
    }
}

fn status_of(answer: &str) -> u16 {
    let word = answer.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {answer:?}"));
    word.parse().unwrap_or_else(|_| panic!("{answer:?}"))
}

const HOST: &str = "Host: localhost:PORT";
const KEY: &str = "X-Chiiki-Key: KEY";
const JSON: &str = "Content-Type: application/json";

#[test]
fn only_the_own_name_is_answered() {
    let door = Door::open();
    let hello = "GET /api/v1/hello HTTP/1.1";
    for (lines, status) in [
        (vec![HOST, KEY], 200),
        (vec!["Host: 127.0.0.1:PORT", KEY], 200),
        (vec![HOST, HOST, KEY], 400),
        (vec![HOST, "Host: evil.test", KEY], 400),
        (vec![KEY], 400),
        // A page that had its name point to 127.0.0.1 after it was loaded.
        (vec!["Host: evil.test:PORT", KEY], 403),
        (vec!["Host: localhost", KEY], 403),
        (vec!["Host: localhost:1", KEY], 403),
        (vec!["Host: localhost.:PORT", KEY], 403),
        (vec!["Host: 127.1:PORT", KEY], 403),
        (vec!["Host: [::1]:PORT", KEY], 403),
        (vec![HOST, KEY, "Origin: http://localhost:PORT"], 200),
        (vec![HOST, KEY, "Origin: http://evil.test"], 403),
        (vec![HOST, KEY, "Origin: http://localhost:1"], 403),
        (vec![HOST, KEY, "Origin: null"], 403),
        (vec![HOST, KEY, "Origin: http://localhost:PORT", "Origin: http://evil.test"], 400),
        (vec![HOST, KEY, "Sec-Fetch-Site: same-origin"], 200),
        (vec![HOST, KEY, "Sec-Fetch-Site: same-site"], 403),
        (vec![HOST, KEY, "Sec-Fetch-Site: cross-site"], 403),
        (vec![HOST], 401),
        (vec![HOST, "X-Chiiki-Key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"], 401),
        (vec![HOST, "Cookie: key=KEY"], 401),
        (vec![HOST, KEY, KEY], 400),
    ] {
        assert_eq!(door.status(hello, &lines, ""), status, "{lines:?}");
    }
}

#[test]
fn changes_come_as_json_and_by_post() {
    let door = Door::open();
    let preview = "POST /api/v1/preview HTTP/1.1";
    let body = r#"{"own":"見本県みほん市"}"#;
    let length = format!("Content-Length: {}", body.len());
    for (lines, status) in [
        (vec![HOST, KEY, JSON, &length], 200),
        (vec![HOST, KEY, "Content-Type: text/plain", &length], 415),
        (vec![HOST, KEY, "Content-Type: application/x-www-form-urlencoded", &length], 415),
        (vec![HOST, KEY, &length], 415),
        (vec![HOST, JSON, &length], 401),
        (vec![HOST, KEY, JSON, "Content-Length: 1048577"], 413),
        (vec![HOST, KEY, JSON, "Content-Length: 9999999999999999"], 400),
        (vec![HOST, KEY, JSON, "Transfer-Encoding: chunked"], 400),
        (vec![HOST, KEY, JSON, &length, "Transfer-Encoding: chunked"], 400),
    ] {
        assert_eq!(door.status(preview, &lines, body), status, "{lines:?}");
    }
    for (method, path, status) in [
        ("GET", "/api/v1/preview", 405),
        ("PUT", "/api/v1/settings", 405),
        ("DELETE", "/api/v1/sheets/1", 405),
        ("PATCH", "/api/v1/settings", 405),
        ("TRACE", "/", 405),
        ("OPTIONS", "/api/v1/preview", 405),
        ("OPTIONS", "/api/v1/hello", 405),
        ("CONNECT", "/", 405),
        ("POST", "/", 405),
        ("HEAD", "/api/v1/hello", 200),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v2/hello", 404),
    ] {
        let line = format!("{method} {path} HTTP/1.1");
        assert_eq!(door.status(&line, &[HOST, KEY, JSON], ""), status, "{line}");
    }
    let answer = door.raw(format!("OPTIONS /api/v1/preview HTTP/1.1\r\nHost: localhost:{}\r\nOrigin: http://localhost:{}\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n", door.port(), door.port()).as_bytes());
    assert!(answer.contains("Allow: POST\r\n"), "{answer}");
    assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
}

#[test]
fn paths_lead_nowhere_but_to_the_page() {
    let door = Door::open();
    for path in [
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cwindows%5cwin.ini",
        "/C:/windows/win.ini",
        "/C:%5Cwindows%5Cwin.ini",
        "//etc/passwd",
        "/%00",
        "/index.html%00.png",
        "/addin/../設定.toml",
        "/%ff%fe",
        "/\u{8a2d}",
        "http://localhost/",
        "*",
    ] {
        assert_eq!(door.status(&format!("GET {path} HTTP/1.1"), &[HOST], ""), 400, "{path}");
    }
    for path in [
        "/etc/passwd",
        "/Cargo.toml",
        "/openapi.json",
        "/icons/icon-32.png",
        "/addin/icons/x.png",
        "/a/b/c.js",
        "/officejs/office.js",
        "/pane",
    ] {
        assert_eq!(door.status(&format!("GET {path} HTTP/1.1"), &[HOST], ""), 404, "{path}");
    }
    // Where nothing is, a stranger learns nothing but that he is one.
    assert_eq!(door.status("GET /nothing HTTP/1.1", &["Host: evil.test"], ""), 403);
}

#[test]
fn heads_are_read_to_the_letter() {
    let door = Door::open();
    let port = door.port();
    for raw in [
        format!("GET / HTTP/1.1\nHost: localhost:{port}\n\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\n\r\n"),
        format!("GET  / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n folded\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost : localhost:{port}\r\n\r\n"),
        format!("GET / HTTP/9.9\r\nHost: localhost:{port}\r\n\r\n"),
        format!("GET /\r\nHost: localhost:{port}\r\n\r\n"),
        "\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\r\n\r\n".to_owned(),
    ] {
        assert_eq!(status_of(&door.raw(raw.as_bytes())), 400, "{raw:?}");
    }
    let many = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n{}\r\n", "A: b\r\n".repeat(64));
    assert_eq!(status_of(&door.raw(many.as_bytes())), 431);
    assert_eq!(door.greeting(), 200);
}

#[test]
fn a_header_of_256_mib_is_cut_short() {
    let door = Door::open();
    let mut stream = door.connect();
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: localhost:{}\r\nX: ", door.port()).as_bytes()).unwrap();
    let chunk = vec![b'a'; 64 * 1024];
    let mut sent = 0usize;
    while sent < 256 << 20 {
        match stream.write(&chunk) {
            Ok(0) | Err(_) => break,
            Ok(count) => sent += count,
        }
    }
    // What the system's own buffers take counts, too.
    assert!(sent < 32 << 20, "{sent} bytes were taken");
    assert_eq!(door.greeting(), 200);
}

#[test]
fn several_requests_share_a_connection() {
    let door = Door::open();
    let mut stream = door.connect();
    let request = format!("GET /api/v1/ping?nonce=a HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", door.port());
    // Two at once, as some clients do.
    stream.write_all(format!("{request}{request}").as_bytes()).unwrap();
    let last = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    stream.write_all(last.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK\r\n").count(), 3, "{text}");
    assert_eq!(text.matches("Connection: close").count(), 1);
}

#[test]
fn a_slow_head_is_not_waited_for() {
    let patience = Duration::from_millis(300);
    let door = Door::with(front::Limits { head: patience, ..front::Limits::default() });
    let mut stream = door.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(status_of(&text), 408);
    // One that says nothing at all is closed without a word.
    let mut silent = door.connect();
    let mut nothing = Vec::new();
    silent.read_to_end(&mut nothing).unwrap();
    assert!(nothing.is_empty());
    // Drops of one byte do not buy time: the whole head has one deadline.
    let mut dripping = door.connect();
    let start = Instant::now();
    let mut sent = 0;
    while dripping.write_all(b"G").is_ok() && start.elapsed() < Duration::from_secs(30) {
        sent += 1;
        let mut byte = [0u8; 1];
        dripping.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        if matches!(dripping.read(&mut byte), Ok(1)) {
            break;
        }
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{sent} bytes, {:?}", start.elapsed());
}

#[test]
fn a_body_that_never_comes_is_not_waited_for() {
    let limits = front::Limits { body: Duration::from_millis(300), ..front::Limits::default() };
    let door = Door::with(limits);
    assert_eq!(door.status("POST /api/v1/preview HTTP/1.1", &[HOST, KEY, JSON, "Content-Length: 100"], "{"), 408);
    assert_eq!(door.greeting(), 200);
}

#[test]
fn eight_hundred_half_open_connections_keep_nobody_out() {
    let door = Door::open();
    let mut half = Vec::new();
    for _ in 0..800 {
        let mut stream = door.connect();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: loc").unwrap();
        half.push(stream);
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let start = Instant::now();
        assert_eq!(door.greeting(), 200);
        slowest = slowest.max(start.elapsed());
    }
    println!("slowest of 20 answers beside 800 half-open connections: {slowest:?}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    assert!(door.service().guests() <= 33, "{} connections are kept", door.service().guests());
    // All but the newest were closed for those who came after.
    for stream in half.iter_mut().take(700) {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
}

#[test]
fn when_all_are_being_answered_a_newcomer_is_told_so() {
    let limits = front::Limits { connections: 2, ..front::Limits::default() };
    let door = Door::with(limits);
    // Two requests whose content is still to come: their heads are complete, so they are not closed for others.
    let busy: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut stream = door.connect();
            let head = format!(
                "POST /api/v1/preview HTTP/1.1\r\nHost: localhost:{}\r\nX-Chiiki-Key: {}\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n",
                door.port(),
                door.key()
            );
            stream.write_all(head.as_bytes()).unwrap();
            let mut word = [0u8; 12];
            stream.read_exact(&mut word).unwrap();
            assert_eq!(&word, b"HTTP/1.1 100");
            stream
        })
        .collect();
    assert_eq!(door.greeting(), 503);
    drop(busy);
    // Their places are free again as soon as the closing is noticed.
    let start = Instant::now();
    while door.greeting() != 200 {
        assert!(start.elapsed() < Duration::from_secs(60));
    }
}

#[test]
fn a_second_service_of_a_workspace_does_not_move_the_first() {
    let door = Door::open();
    let port = door.port();
    // Another program on the port: a new one is taken and written down.
    let other = Door::open();
    assert_ne!(other.port(), port);
    assert_eq!((door.greeting(), other.greeting()), (200, 200));
    // The key of one is nothing to the other.
    let stranger = format!("X-Chiiki-Key: {}", other.key());
    assert_eq!(door.status("GET /api/v1/hello HTTP/1.1", &[HOST, &stranger], ""), 401);
}
