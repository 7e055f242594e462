//! Requests and answers as the rest of the service sees them, whatever carried them: a socket or a test's memory.

use std::borrow::Cow;

use serde::Serialize;

/// What a request wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read
    Get,
    /// Read, without the content
    Head,
    /// Change
    Post,
    /// Everything else; never answered with anything but 405
    Other,
}

/// The part of a request before its content.
#[derive(Clone, Debug)]
pub struct Head {
    /// What is wanted
    pub method: Method,
    /// Segments of the path, decoded; never empty, `.`, `..` or with a separator in them, but the last one may be empty
    pub path: Vec<String>,
    /// Names and values after `?`, decoded
    pub query: Vec<(String, String)>,
    /// Names in small letters and values
    pub headers: Vec<(String, String)>,
    /// Length of the content that follows
    pub content_length: u64,
    /// Whether the sender wants to go on with the connection
    pub keep_alive: bool,
    /// The port it came in by
    pub port: u16,
    /// Whether it came in encrypted
    pub tls: bool,
}

impl Head {
    /// The value of a header that stands there once; a header that stands there twice has none.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// Whether a header stands there at all.
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known == name)
    }

    /// The first value of a name in the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A whole request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Everything before the content
    pub head: Head,
    /// The content
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// 200 …
    pub status: u16,
    /// Names and values, ASCII
    pub headers: Vec<(&'static str, String)>,
    /// Content
    pub body: Cow<'static, [u8]>,
}

/// What every mistake is told as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// 400 …
    #[serde(skip)]
    pub status: u16,
    /// A stable word for programs
    pub code: String,
    /// What happened, in Japanese
    pub message: String,
    /// What to do next; may be empty
    pub hint: String,
}

impl Problem {
    /// A mistake with its status, word, sentence and way out.
    pub fn new(status: u16, code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), hint: hint.into() }
    }

    /// Nothing has this address.
    pub fn not_found() -> Self {
        Self::new(404, "not-found", "このアドレスには何もありません。", "画面を開き直してください。")
    }

    /// There is something, but not for this method.
    pub fn method_not_allowed() -> Self {
        Self::new(405, "method-not-allowed", "この操作はできません。", "画面を開き直してください。")
    }

    /// As an answer.
    pub fn response(&self) -> Response {
        Response::json(self.status, self)
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        problem.response()
    }
}

impl Response {
    /// Content of a kind.
    pub fn new(status: u16, kind: &str, body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { status, headers: vec![("Content-Type", kind.to_owned())], body: body.into() }
    }

    /// A value as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => Self::new(status, "application/json; charset=utf-8", bytes),
            Err(_) => Self::new(
                500,
                "application/json; charset=utf-8",
                &br#"{"code":"internal","message":"answer could not be written","hint":""}"#[..],
            ),
        }
    }

    /// With a header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What answers requests.
pub trait Handler: Send + Sync {
    /// Looks at a request before its content is read: how many bytes the content may have, or why it is refused.
    ///
    /// # Errors
    /// The answer to give instead of reading on.
    fn admit(&self, head: &Head) -> Result<u64, Response>;

    /// Answers an admitted request.
    fn answer(&self, request: &Request) -> Response;

    /// An answer to what never became a request (a broken head, a full house).
    fn refuse(&self, problem: &Problem) -> Response;
}
