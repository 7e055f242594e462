//! From files to what the door of the service needs.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::card::{Kind, status};
use super::{CA_FILE, CHAIN_FILE, KEY_FILE};
use crate::error::{Error, Result};

/// The settings of `https://localhost`: TLS 1.2 (Excel on Windows needs it) and 1.3.
///
/// # Errors
/// No certificate, an expired one, one whose key others can read, files that do not belong together; the sentence says
/// what to do.
pub fn server_config(dir: &Path) -> Result<Arc<ServerConfig>> {
    let Some(status) = status(dir)? else {
        return Err(Error::Usage("証明書がありません。chiiki-sheet tls create で作ってください。".to_owned()));
    };
    if status.exposed {
        return Err(Error::Usage(format!(
            "証明書の鍵（{}）をほかの利用者が読めるようになっているため、使いません。chiiki-sheet tls renew で作り直してください。",
            dir.join(KEY_FILE).display()
        )));
    }
    if status.days_left < 0 {
        let what = match status.card.kind {
            Kind::Own => "chiiki-sheet tls renew で新しくしてください。",
            Kind::Imported => "新しい証明書を chiiki-sheet tls import で取り込んでください。",
        };
        return Err(Error::Usage(format!("証明書の期限（{}）が過ぎています。{what}", status.card.until)));
    }
    let damaged =
        || Error::Usage("証明書のファイルが壊れています。chiiki-sheet tls create で作り直してください。".to_owned());
    let chain = certificates(&dir.join(CHAIN_FILE))?;
    let key = PrivateKeyDer::from_pem_file(dir.join(KEY_FILE)).map_err(|_| damaged())?;
    configure(chain, key).map_err(|_| damaged())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let bytes =
        std::fs::read(path).map_err(Error::io(path, "読み取り", "chiiki-sheet tls create で作り直してください。"))?;
    CertificateDer::pem_slice_iter(&bytes)
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| Error::Usage(format!("『{}』は証明書のファイルではありません。", path.display())))
}

pub(super) fn configure(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> std::result::Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS12, &rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// A client that trusts what stands in this folder and nothing else: for trying the door from outside. For a
/// certificate that was brought, its last one counts as the root.
///
/// # Errors
/// No certificate, or files that cannot be read.
pub fn client_config(dir: &Path) -> Result<Arc<ClientConfig>> {
    let own = dir.join(CA_FILE);
    let roots = if own.exists() { certificates(&own)? } else { certificates(&dir.join(CHAIN_FILE))? };
    let mut store = RootCertStore::empty();
    if let Some(root) = roots.into_iter().last() {
        store.add(root).map_err(|error| Error::Usage(format!("証明書を使えません（{error}）。")))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Internal(error.to_string()))?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
