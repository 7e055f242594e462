//! The key of a service and the tokens that are good for one use.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// How long a launch link is good for.
pub const LAUNCH_TIME: Duration = Duration::from_secs(60);
/// Launch links open at a time; the oldest gives way.
const MOST_LAUNCHES: usize = 16;

/// 256 random bits as 43 letters. It is never shown in logs: `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A new key from the system's random numbers.
    ///
    /// # Errors
    /// The system gives none.
    pub fn random() -> Result<Self> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("乱数が得られません: {error}")))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A key as it was kept; `None` when it is not of the right shape.
    pub fn parse(text: &str) -> Option<Self> {
        let good = text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        good.then(|| Self(text.to_owned()))
    }

    /// The key's letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text is this key. Takes as long for any text.
    pub fn matches(&self, text: &str) -> bool {
        same(&self.0, text)
    }

    /// Shows that one knows the key without giving it away: who asks sends a nonce of their own.
    pub fn proof(&self, nonce: &str) -> String {
        hex(&Sha256::digest(format!("chiiki-sheet\0{}\0{nonce}\0{}", self.0, self.0)))
    }
}

/// Compares hashes, so that neither content nor length shows in the time it takes.
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    a.iter().zip(b.iter()).fold(0u8, |differs, (x, y)| differs | (x ^ y)) == 0
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Tokens of launch links, each good once.
#[derive(Debug, Default)]
pub struct Launches(Mutex<Vec<(Key, Instant)>>);

impl Launches {
    /// A new token.
    ///
    /// # Errors
    /// As [`Key::random`].
    pub fn issue(&self) -> Result<String> {
        let token = Key::random()?;
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, since)| since.elapsed() < LAUNCH_TIME);
        if open.len() >= MOST_LAUNCHES {
            open.remove(0);
        }
        let text = token.as_str().to_owned();
        open.push((token, Instant::now()));
        Ok(text)
    }

    /// Whether a token is good; it is used up by this.
    pub fn redeem(&self, text: &str) -> bool {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, since)| since.elapsed() < LAUNCH_TIME);
        let mut found = None;
        for (index, (token, _)) in open.iter().enumerate() {
            if token.matches(text) {
                found = Some(index);
            }
        }
        found.map(|index| open.remove(index)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Launches};

    #[test]
    fn a_token_is_good_once() {
        let launches = Launches::default();
        let token = launches.issue().unwrap();
        assert!(!launches.redeem("x"));
        assert!(launches.redeem(&token));
        assert!(!launches.redeem(&token));
    }

    #[test]
    fn keys_are_all_different_and_keep_their_shape() {
        let (a, b) = (Key::random().unwrap(), Key::random().unwrap());
        assert_ne!(a, b);
        assert_eq!(Key::parse(a.as_str()), Some(a.clone()));
        assert!(a.matches(a.as_str()) && !a.matches(b.as_str()) && !a.matches(""));
        assert_ne!(a.proof("1"), b.proof("1"));
        assert_eq!(Key::parse("short"), None);
        assert!(!format!("{a:?}").contains(a.as_str()));
    }
}
