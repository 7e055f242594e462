//! Knocking at the https door as Excel would.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use crate::addin::certificate::client_config;

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The certificate is the one in the folder, and a request was answered with this status
    Answered(u16),
    /// Nobody listens
    NoListener,
    /// Somebody listens, with another certificate or another language
    Refused(String),
    /// There is nothing to compare with
    NoCertificate(String),
}

/// Connects to 127.0.0.1, asks for `localhost`, trusts the folder's certificate alone, and requests the smallest icon.
pub fn handshake(tls: &Path, port: u16, patience: Duration) -> Tried {
    let config = match client_config(tls) {
        Ok(config) => config,
        Err(error) => return Tried::NoCertificate(error.to_string()),
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let Ok(stream) = TcpStream::connect_timeout(&address, patience) else { return Tried::NoListener };
    let talk = || -> std::io::Result<u16> {
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
        let client = ClientConnection::new(config, name).map_err(std::io::Error::other)?;
        let mut tls = StreamOwned::new(client, stream);
        // In one piece: a server may answer and leave after the first.
        let request =
            format!("GET /addin/icons/icon-16.png HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
        tls.write_all(request.as_bytes())?;
        tls.flush()?;
        let mut head = [0u8; 12];
        tls.read_exact(&mut head)?;
        let text = String::from_utf8_lossy(&head).into_owned();
        text.strip_prefix("HTTP/1.")
            .and_then(|rest| rest.get(2..5))
            .and_then(|status| status.parse().ok())
            .ok_or_else(|| std::io::Error::other("HTTP ではありません"))
    };
    match talk() {
        Ok(status) => Tried::Answered(status),
        Err(error) => Tried::Refused(error.to_string()),
    }
}
