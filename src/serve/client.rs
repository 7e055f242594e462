//! The other end, for the command line: finds out whether a service runs and speaks with it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::key::{Key, same};
use super::place::Card;
use crate::error::{Error, Result};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an answer.
const MOST: u64 = 4 << 20;

/// Whether the service of a card runs. It must show that it knows the key before it is told the key: on a shared PC
/// another user's program may listen on the port.
///
/// # Errors
/// The card is damaged.
pub fn is_running(card: &Card) -> Result<bool> {
    let key = card.key()?;
    let nonce = Key::random()?;
    let path = format!("/api/v1/ping?nonce={}", nonce.as_str());
    let Ok((200, answer)) = ask(card.port, "GET", &path, None, "") else { return Ok(false) };
    let proof = answer.get("proof").and_then(Value::as_str).unwrap_or_default();
    Ok(same(proof, &key.proof(nonce.as_str())))
}

/// Sends a command to a running service.
///
/// # Errors
/// No answer, or a refusal, whose sentence is told.
pub fn command(card: &Card, path: &str, body: &str) -> Result<Value> {
    let key = card.key()?;
    let (status, answer) = ask(card.port, "POST", path, Some(&key), body)
        .map_err(|error| Error::Usage(format!("chiiki-sheet の画面の受け付けに、つながりませんでした。（{error}）")))?;
    if status == 200 {
        return Ok(answer);
    }
    let message = answer.get("message").and_then(Value::as_str).unwrap_or("要求が受け付けられませんでした。");
    Err(Error::Usage(message.to_owned()))
}

fn ask(port: u16, method: &str, path: &str, key: Option<&Key>, body: &str) -> std::io::Result<(u16, Value)> {
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let key = key.map(|key| format!("X-Chiiki-Key: {}\r\n", key.as_str())).unwrap_or_default();
    let content = match method {
        "POST" => format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
        _ => String::new(),
    };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{key}{content}\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut bytes = Vec::new();
    stream.take(MOST).read_to_end(&mut bytes)?;
    let odd = || std::io::Error::new(std::io::ErrorKind::InvalidData, "odd answer");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(odd)?;
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(odd)?;
    let value = serde_json::from_slice(bytes.get(end + 4..).unwrap_or_default()).map_err(|_| odd())?;
    Ok((status, value))
}
