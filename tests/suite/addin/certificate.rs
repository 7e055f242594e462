//! The certificate of `https://localhost`: what it can do, what it cannot, and who can read its key.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use chiiki_sheet::addin::certificate::{self, Kind, VALID_DAYS, client_config, server_config};
use chiiki_sheet::addin::doctor::{Tried, handshake};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// Answers one connection with `HTTP/1.1 200` and ends.
fn serve_once(config: Arc<ServerConfig>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut tls = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
        let mut head = [0u8; 1024];
        if tls.read(&mut head).is_ok() {
            let _ = tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    });
    port
}

/// The protocol agreed on, or why none was.
fn connect(
    port: u16,
    roots: &[CertificateDer<'static>],
    name: &str,
    only: &'static rustls::SupportedProtocolVersion,
) -> Result<String, String> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.clone()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[only])
        .unwrap()
        .with_root_certificates(store)
        .with_no_client_auth();
    let client = ClientConnection::new(Arc::new(config), ServerName::try_from(name.to_owned()).unwrap()).unwrap();
    let mut tls = StreamOwned::new(client, TcpStream::connect(("127.0.0.1", port)).unwrap());
    tls.write_all(b"GET / HTTP/1.1\r\n\r\n").map_err(|error| error.to_string())?;
    let mut answer = [0u8; 12];
    tls.read_exact(&mut answer).map_err(|error| error.to_string())?;
    Ok(format!("{:?}", tls.conn.protocol_version().unwrap()))
}

fn authority(dir: &Path) -> Vec<CertificateDer<'static>> {
    vec![CertificateDer::from_pem_file(dir.join("ca.pem")).unwrap()]
}

/// An authority with the very limits of ours whose key is kept, to sign what ours never could.
struct Other {
    folder: tempfile::TempDir,
}

impl Other {
    fn new(names: &[&str], days: std::ops::Range<i32>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "limits like ours");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
        params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
        params.name_constraints = Some(rcgen::NameConstraints {
            permitted_subtrees: vec![
                rcgen::GeneralSubtree::DnsName("localhost".to_owned()),
                rcgen::GeneralSubtree::IpAddress(rcgen::CidrSubnet::V4([127, 0, 0, 1], [255; 4])),
            ],
            excluded_subtrees: Vec::new(),
        });
        let issuer = {
            let key = rcgen::KeyPair::generate().unwrap();
            let cert = params.self_signed(&key).unwrap();
            std::fs::write(folder.path().join("ca.pem"), cert.pem()).unwrap();
            rcgen::Issuer::new(params, key)
        };
        let mut leaf =
            rcgen::CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        leaf.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        (leaf.not_before, leaf.not_after) =
            (rcgen::date_time_ymd(days.start, 1, 1), rcgen::date_time_ymd(days.end, 1, 1));
        let key = rcgen::KeyPair::generate().unwrap();
        let cert = leaf.signed_by(&key, &issuer).unwrap();
        std::fs::write(folder.path().join("cert.pem"), cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> Arc<ServerConfig> {
        let chain = vec![CertificateDer::from_pem_file(self.path("cert.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(self.path("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap())
    }
}

#[test]
fn both_versions_of_tls_connect_by_name_and_by_number() {
    let dir = tempfile::tempdir().unwrap();
    certificate::create(dir.path()).unwrap();
    for (only, wanted) in [(&rustls::version::TLS12, "TLSv1_2"), (&rustls::version::TLS13, "TLSv1_3")] {
        for name in ["localhost", "127.0.0.1"] {
            let port = serve_once(server_config(dir.path()).unwrap());
            assert_eq!(connect(port, &authority(dir.path()), name, only).as_deref(), Ok(wanted));
        }
    }
}

#[test]
fn a_name_that_is_not_this_pc_is_refused_under_an_authority_like_ours() {
    let foreign = Other::new(&["www.example.go.jp"], 2020..2099);
    let roots = vec![CertificateDer::from_pem_file(foreign.path("ca.pem")).unwrap()];
    let told = connect(serve_once(foreign.config()), &roots, "www.example.go.jp", &rustls::version::TLS13).unwrap_err();
    assert!(told.contains("NameConstraint"), "{told}");
    // The same authority's certificate for this PC is fine: it is the name that is refused.
    let local = Other::new(&["localhost"], 2020..2099);
    let roots = vec![CertificateDer::from_pem_file(local.path("ca.pem")).unwrap()];
    assert!(connect(serve_once(local.config()), &roots, "localhost", &rustls::version::TLS13).is_ok());
}

#[test]
fn openssl_sees_the_same() {
    let verify = |ca: &Path, leaf: &Path| {
        let out =
            Command::new("openssl").args(["verify", "-x509_strict", "-CAfile"]).arg(ca).arg(leaf).output().ok()?;
        Some((out.status.success(), String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned()))
    };
    let dir = tempfile::tempdir().unwrap();
    certificate::create(dir.path()).unwrap();
    let Some((ok, told)) = verify(&dir.path().join("ca.pem"), &dir.path().join("cert.pem")) else {
        println!("skipped: openssl is not installed");
        return;
    };
    assert!(ok, "{told}");
    let foreign = Other::new(&["www.example.go.jp"], 2020..2099);
    let (ok, told) = verify(&foreign.path("ca.pem"), &foreign.path("cert.pem")).unwrap();
    assert!(!ok && told.contains("permitted subtree violation"), "{told}");
    let text = Command::new("openssl")
        .args(["x509", "-noout", "-text", "-in"])
        .arg(dir.path().join("ca.pem"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for wanted in [
        "X509v3 Name Constraints: critical",
        "DNS:localhost",
        "IP:127.0.0.1/255.255.255.255",
        "pathlen:0",
        "Certificate Sign",
    ] {
        assert!(text.contains(wanted), "{wanted} not in {text}");
    }
    assert!(!text.contains("CRL Sign"));
}

#[test]
fn the_thumbprint_is_the_one_windows_shows() {
    let dir = tempfile::tempdir().unwrap();
    let card = certificate::create(dir.path()).unwrap();
    let Ok(out) = Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha1", "-in"])
        .arg(dir.path().join("ca.pem"))
        .output()
    else {
        println!("skipped: openssl is not installed");
        return;
    };
    let shown = String::from_utf8_lossy(&out.stdout).rsplit('=').next().unwrap().trim().replace(':', "");
    assert_eq!(card.thumbprint.unwrap(), shown);
}

#[test]
fn the_authoritys_key_is_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    certificate::create(dir.path()).unwrap();
    let mut keys = 0;
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        keys += std::fs::read_to_string(entry.unwrap().path()).unwrap().matches("PRIVATE KEY-----\n").count();
    }
    // BEGIN and END of one key: the leaf's, which is no authority.
    assert_eq!(keys, 2);
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(dir.path().join("cert.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(dir.path().join("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let with_authority = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![chain[1].clone()], key);
    assert!(with_authority.is_err(), "the key on disk is the authority's");
}

#[cfg(unix)]
#[test]
fn a_key_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("tls");
    certificate::create(&dir).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for name in ["key.pem", "cert.pem", "ca.pem", "tls.json"] {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
    }
    std::fs::set_permissions(dir.join("key.pem"), std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(server_config(&dir).unwrap_err().to_string().contains("ほかの利用者が読める"));
    std::fs::set_permissions(dir.join("key.pem"), std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(server_config(&dir).is_ok());
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(server_config(&dir).unwrap_err().to_string().contains("ほかの利用者が読める"));
    // Made anew, it is the user's own again.
    certificate::create(&dir).unwrap();
    assert!(server_config(&dir).is_ok());
}

#[test]
fn renewal_remembers_what_windows_still_trusts() {
    let dir = tempfile::tempdir().unwrap();
    let first = certificate::create(dir.path()).unwrap().thumbprint.unwrap();
    let second = certificate::create(dir.path()).unwrap();
    assert_eq!(second.replaced, [first.as_str()]);
    let lines: Vec<String> = certificate::trust(dir.path()).unwrap().iter().map(|step| step.line()).collect();
    assert!(lines[0].starts_with("certutil -user -addstore Root "), "{lines:?}");
    assert_eq!(lines[1], format!("certutil -user -delstore Root {first}"));
    let lines: Vec<String> = certificate::distrust(dir.path()).unwrap().iter().map(|step| step.line()).collect();
    let second = second.thumbprint.unwrap();
    assert_eq!(
        lines,
        [format!("certutil -user -delstore Root {first}"), format!("certutil -user -delstore Root {second}")]
    );
    certificate::forget_replaced(dir.path()).unwrap();
    assert_eq!(certificate::distrust(dir.path()).unwrap().len(), 1);
    let status = certificate::status(dir.path()).unwrap().unwrap();
    assert_eq!((status.card.kind, status.days_left), (Kind::Own, VALID_DAYS - 1));
    assert!(!status.ends_soon());
}

#[test]
fn an_expired_one_is_told() {
    let dir = tempfile::tempdir().unwrap();
    certificate::create(dir.path()).unwrap();
    let card = std::fs::read_to_string(dir.path().join("tls.json")).unwrap();
    let until = certificate::status(dir.path()).unwrap().unwrap().card.until;
    std::fs::write(dir.path().join("tls.json"), card.replace(&until, "2020-01-01")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(dir.path().join("tls.json"), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let told = server_config(dir.path()).unwrap_err().to_string();
    assert!(told.contains("2020-01-01") && told.contains("tls renew"), "{told}");
    assert!(certificate::status(dir.path()).unwrap().unwrap().ends_soon());
}

#[test]
fn nothing_is_left_after_removal() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("tls");
    assert!(server_config(&dir).unwrap_err().to_string().contains("tls create"));
    certificate::create(&dir).unwrap();
    certificate::remove_files(&dir).unwrap();
    assert!(!dir.exists());
    certificate::remove_files(&dir).unwrap();
    // What somebody else put there stays.
    certificate::create(&dir).unwrap();
    std::fs::write(dir.join("memo.txt"), "x").unwrap();
    certificate::remove_files(&dir).unwrap();
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
}

#[test]
fn a_certificate_that_was_brought_is_looked_at_first() {
    let dir = tempfile::tempdir().unwrap();
    let good = Other::new(&["localhost"], 2020..2099);
    let refused = |cert: &Path, key: &Path| certificate::import(dir.path(), cert, key).unwrap_err().to_string();
    let other = Other::new(&["localhost"], 2020..2099);
    assert!(refused(&good.path("cert.pem"), &other.path("key.pem")).contains("証明書と秘密鍵が合いません"));
    let foreign = Other::new(&["sheet.example.lg.jp"], 2020..2099);
    assert!(refused(&foreign.path("cert.pem"), &foreign.path("key.pem")).contains("localhost がありません"));
    let expired = Other::new(&["localhost"], 2020..2024);
    let told = refused(&expired.path("cert.pem"), &expired.path("key.pem"));
    assert!(told.contains("期限") && told.contains("2024-01-01"), "{told}");
    let early = Other::new(&["localhost"], 2090..2099);
    assert!(refused(&early.path("cert.pem"), &early.path("key.pem")).contains("から有効"));
    assert!(refused(&good.path("key.pem"), &good.path("key.pem")).contains("証明書がありません"));
    assert!(refused(&good.path("cert.pem"), &good.path("cert.pem")).contains("秘密鍵がありません"));
    assert!(!dir.path().join("key.pem").exists(), "nothing was taken");

    let own = certificate::create(dir.path()).unwrap().thumbprint.unwrap();
    let card = certificate::import(dir.path(), &good.path("cert.pem"), &good.path("key.pem")).unwrap();
    assert_eq!((card.kind, card.until.as_str(), card.thumbprint), (Kind::Imported, "2099-01-01", None));
    assert_eq!(card.replaced, [own], "what Windows trusts is still to be taken out");
    assert!(certificate::trust(dir.path()).is_err());
    let roots = vec![CertificateDer::from_pem_file(good.path("ca.pem")).unwrap()];
    let port = serve_once(server_config(dir.path()).unwrap());
    assert!(connect(port, &roots, "localhost", &rustls::version::TLS12).is_ok());
}

#[test]
fn a_knock_tells_who_is_there() {
    let patience = std::time::Duration::from_secs(5);
    let dir = tempfile::tempdir().unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(matches!(handshake(dir.path(), nobody, patience), Tried::NoCertificate(_)));
    certificate::create(dir.path()).unwrap();
    assert_eq!(handshake(dir.path(), nobody, patience), Tried::NoListener);
    let port = serve_once(server_config(dir.path()).unwrap());
    assert_eq!(handshake(dir.path(), port, patience), Tried::Answered(200));
    let stranger = Other::new(&["localhost"], 2020..2099);
    let told = handshake(dir.path(), serve_once(stranger.config()), patience);
    assert!(matches!(&told, Tried::Refused(why) if why.contains("UnknownIssuer")), "{told:?}");
    assert!(client_config(dir.path()).is_ok());
}
