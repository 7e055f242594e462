//! Who may ask at all. Any page of the internet can send requests to a service of this PC, so everything a foreign
//! page cannot fake is checked: Host, Origin, Sec-Fetch-Site, the kind of content, and the key.

use super::http::{Head, Method, Problem, Response};
use super::key::Key;

/// The header of the key.
pub const KEY_HEADER: &str = "x-chiiki-key";

/// What a route asks of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Pages, pictures: nothing secret, may be opened by a link
    Page,
    /// Data that needs no key: greeting, redeeming a launch link
    Open,
    /// Data that needs the key
    Key,
    /// A table for Excel's own data connection: a token in the address, and no browser
    Token,
}

/// Checks the sender before anything else is looked at.
///
/// # Errors
/// The refusal.
pub fn check_sender(head: &Head, access: Access) -> Result<(), Problem> {
    let foreign = |what: &str| {
        let hint = "chiiki-sheet open で画面を開き直してください。";
        Problem::new(403, "foreign-request", format!("ほかの場所からの要求は受け付けません（{what}）。"), hint)
    };
    let scheme = if head.tls { "https" } else { "http" };
    let hosts = [format!("localhost:{}", head.port), format!("127.0.0.1:{}", head.port)];
    if !head.header("host").is_some_and(|host| hosts.iter().any(|own| own == host)) {
        return Err(foreign("Host"));
    }
    if head.has("origin") {
        let own = hosts.iter().any(|host| head.header("origin") == Some(format!("{scheme}://{host}").as_str()));
        if !own || access == Access::Token {
            return Err(foreign("Origin"));
        }
    }
    if head.has("sec-fetch-site") {
        let site = head.header("sec-fetch-site").unwrap_or_default();
        let opened_by_link = access == Access::Page && head.header("sec-fetch-mode") == Some("navigate");
        if !(matches!(site, "same-origin" | "none") || opened_by_link) {
            return Err(foreign("Sec-Fetch-Site"));
        }
    }
    Ok(())
}

/// Checks the key of a request that needs it.
///
/// # Errors
/// The refusal; it never tells the key that was expected.
pub fn check_key(head: &Head, key: &Key) -> Result<(), Problem> {
    if key.matches(head.header(KEY_HEADER).unwrap_or_default()) {
        return Ok(());
    }
    let hint = "この画面を閉じて、chiiki-sheet open（またはショートカット）で開き直してください。";
    Err(Problem::new(401, "key-wrong", "この画面は、いま動いている chiiki-sheet とつながっていません。", hint))
}

/// What changes something comes as JSON: a form of a foreign page cannot send that without asking first.
///
/// # Errors
/// The refusal.
pub fn check_content(head: &Head) -> Result<(), Problem> {
    if head.method != Method::Post {
        if head.content_length > 0 {
            return Err(Problem::new(400, "bad-request", "内容の付いた読み出しの要求は受け付けません。", ""));
        }
        return Ok(());
    }
    let kind = head.header("content-type").unwrap_or_default();
    let (kind, rest) = kind.split_once(';').unwrap_or((kind, ""));
    let charset = rest.trim().to_ascii_lowercase();
    if kind.trim().eq_ignore_ascii_case("application/json")
        && matches!(charset.as_str(), "" | "charset=utf-8" | "charset=\"utf-8\"")
    {
        return Ok(());
    }
    Err(Problem::new(415, "not-json", "JSON（application/json）で送ってください。", ""))
}

/// The header that says what a page may do.
pub const POLICY: &str = "Content-Security-Policy";

/// What a page of ours may do: use what this service gives, and nothing else. `style` is the hash of the one style that
/// may stand in the page itself.
pub fn policy(style: Option<&str>) -> String {
    let style = style.map(|hash| format!(" '{hash}'")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Whether the browser says that no page asked for this: an address that was typed, a bookmark, our own link.
pub fn nobodys_page(head: &Head) -> bool {
    head.header("sec-fetch-site") == Some("none")
}

/// The headers every answer carries. Icons have no `Cache-Control`: Excel shows a blank one otherwise.
///
/// A page that another one opened is cut off from it. Where nobody opened it (`alone`) there is nothing to cut, and a
/// browser told to do so starts a process of its own for the page: 50 ms of the time until it is painted.
pub fn secure(response: Response, icon: bool, alone: bool) -> Response {
    let response = if response.header(POLICY).is_some() { response } else { response.with(POLICY, policy(None)) };
    let response = response
        .with("X-Content-Type-Options", "nosniff")
        .with("Referrer-Policy", "no-referrer")
        .with("Cross-Origin-Resource-Policy", "same-origin");
    let response = if alone { response } else { response.with("Cross-Origin-Opener-Policy", "same-origin") };
    if icon || response.header("cache-control").is_some() {
        response
    } else {
        response.with("Cache-Control", "no-store")
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, check_content, check_key, check_sender};
    use crate::serve::http::{Head, Method};
    use crate::serve::key::Key;

    fn head(method: Method, headers: &[(&str, &str)]) -> Head {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Head {
            method,
            path: vec![String::new()],
            query: Vec::new(),
            headers,
            content_length: 0,
            keep_alive: true,
            port: 5,
            tls: false,
        }
    }

    #[test]
    fn only_the_own_page_is_let_in() {
        let sender = |headers: &[(&str, &str)], access| check_sender(&head(Method::Get, headers), access).is_ok();
        let ok = ("host", "localhost:5");
        assert!(sender(&[ok], Access::Key));
        assert!(sender(&[("host", "127.0.0.1:5")], Access::Key));
        for host in ["evil.test:5", "localhost", "localhost:6", "LOCALHOST:5", "[::1]:5", ""] {
            assert!(!sender(&[("host", host)], Access::Page), "{host}");
        }
        assert!(sender(&[ok, ("origin", "http://localhost:5")], Access::Key));
        for origin in ["http://localhost:6", "https://localhost:5", "null", "http://evil.test", ""] {
            assert!(!sender(&[ok, ("origin", origin)], Access::Key), "{origin}");
        }
        assert!(sender(&[ok, ("sec-fetch-site", "same-origin")], Access::Key));
        assert!(!sender(&[ok, ("sec-fetch-site", "same-site")], Access::Key));
        assert!(!sender(&[ok, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], Access::Key));
        assert!(sender(&[ok, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], Access::Page));
        assert!(!sender(&[ok, ("origin", "http://localhost:5")], Access::Token));
    }

    #[test]
    fn changes_come_as_json_with_the_key() {
        for (kind, good) in [
            ("application/json", true),
            ("application/json; charset=UTF-8", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("application/json; charset=sjis", false),
            ("", false),
        ] {
            assert_eq!(check_content(&head(Method::Post, &[("content-type", kind)])).is_ok(), good, "{kind}");
        }
        let key = Key::random().unwrap();
        assert!(check_key(&head(Method::Get, &[("x-chiiki-key", key.as_str())]), &key).is_ok());
        assert!(check_key(&head(Method::Get, &[]), &key).is_err());
    }
}
