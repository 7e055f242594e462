//! Making a certificate, or taking one that was brought.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::card::{Card, Kind};
use super::load::configure;
use super::{AUTHORITY, CA_FILE, CHAIN_FILE, KEY_FILE};
use crate::addin::place::{private_file, private_folder};
use crate::clock;
use crate::error::{Error, Result};
use crate::model::Date;

/// How long a certificate made here is good for: browsers refuse longer ones.
pub const VALID_DAYS: i64 = 397;

/// Makes an authority, one certificate signed by it, and forgets the authority's key. A certificate of ours that was
/// there is replaced; its authority stays on record until Windows forgets it, too.
///
/// # Errors
/// A folder that cannot be written to.
pub fn create(dir: &Path) -> Result<Card> {
    let before = Card::read(dir)?;
    // A day earlier, for clocks that are behind.
    let today = clock::today();
    let from = clock::date_of_day(clock::day_number(today) - 1);
    let until = clock::date_of_day(clock::day_number(from) + VALID_DAYS);
    let made = make(from, until).map_err(|error| Error::Internal(format!("証明書を作れません: {error}")))?;
    let replaced = before.map(|card| card.thumbprints().into_iter().map(str::to_owned).collect()).unwrap_or_default();
    let card = Card {
        kind: Kind::Own,
        thumbprint: Some(thumbprint(&made.authority_der)),
        from: from.to_string(),
        until: until.to_string(),
        replaced,
    };
    private_folder(dir)?;
    private_file(&dir.join(CA_FILE), made.authority.as_bytes())?;
    private_file(&dir.join(CHAIN_FILE), format!("{}{}", made.leaf, made.authority).as_bytes())?;
    private_file(&dir.join(KEY_FILE), made.key.as_bytes())?;
    card.keep(dir)?;
    Ok(card)
}

struct Made {
    authority: String,
    authority_der: Vec<u8>,
    leaf: String,
    key: String,
}

fn make(from: Date, until: Date) -> std::result::Result<Made, rcgen::Error> {
    let day = |date: Date| date_time_ymd(date.year, date.month, date.day);
    let serial = || -> std::result::Result<SerialNumber, rcgen::Error> {
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes).map_err(|_| rcgen::Error::RingUnspecified)?;
        // Positive, as the standard wants it.
        if let Some(first) = bytes.first_mut() {
            *first = *first & 0x7f | 0x40;
        }
        Ok(SerialNumber::from_slice(&bytes))
    };
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, format!("{AUTHORITY} {from}"));
    authority.serial_number = Some(serial()?);
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 1], [255, 255, 255, 255])),
        ],
        excluded_subtrees: Vec::new(),
    });
    (authority.not_before, authority.not_after) = (day(from), day(until));
    let authority_key = KeyPair::generate()?;
    let authority_cert = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    let mut leaf = CertificateParams::default();
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    leaf.serial_number = Some(serial()?);
    leaf.subject_alt_names = vec![
        SanType::DnsName("localhost".try_into()?),
        SanType::IpAddress(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)),
    ];
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    (leaf.not_before, leaf.not_after) = (day(from), day(until));
    let key = KeyPair::generate()?;
    let leaf_cert = leaf.signed_by(&key, &issuer)?;
    // The authority's key ends with this function; it was never written anywhere.
    Ok(Made {
        authority: authority_cert.pem(),
        authority_der: authority_cert.der().to_vec(),
        leaf: leaf_cert.pem(),
        key: key.serialize_pem(),
    })
}

/// Takes a certificate (PEM, the server's first, those between it and the authority behind it) and its key.
///
/// # Errors
/// Says in Japanese what is wrong with them: not PEM, key of another certificate, not for `localhost`, expired.
pub fn import(dir: &Path, chain: &Path, key: &Path) -> Result<Card> {
    import_on(dir, chain, key, clock::today())
}

pub(super) fn import_on(dir: &Path, chain: &Path, key: &Path, today: Date) -> Result<Card> {
    let read =
        |path: &Path| std::fs::read(path).map_err(Error::io(path, "読み取り", "ファイルの場所を確かめてください。"));
    let (chain_pem, key_pem) = (read(chain)?, read(key)?);
    let usage = |text: String| Error::Usage(text);
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&chain_pem).collect::<std::result::Result<_, _>>().unwrap_or_default();
    let Some(leaf) = certificates.first() else {
        return Err(usage(format!(
            "『{}』に証明書がありません。「-----BEGIN CERTIFICATE-----」で始まる PEM 形式のファイルを用意してください。",
            chain.display()
        )));
    };
    let private = PrivateKeyDer::from_pem_slice(&key_pem).map_err(|_| {
        usage(format!(
            "『{}』に秘密鍵がありません。パスワードの付いていない PEM 形式のファイルを用意してください。",
            key.display()
        ))
    })?;
    let (from, until) = validity(leaf)
        .ok_or_else(|| usage(format!("『{}』の証明書を読めません。PEM 形式か確かめてください。", chain.display())))?;
    if clock::day_number(until) < clock::day_number(today) {
        return Err(usage(format!("証明書の期限（{until}）が過ぎています。新しいものを発行してもらってください。")));
    }
    if clock::day_number(from) > clock::day_number(today) {
        return Err(usage(format!("証明書は {from} から有効です。その日になってから取り込んでください。")));
    }
    let localhost = ServerName::try_from("localhost").map_err(|error| Error::Internal(error.to_string()))?;
    let parsed = rustls::server::ParsedCertificate::try_from(leaf)
        .map_err(|_| usage(format!("『{}』の証明書を読めません。", chain.display())))?;
    rustls::client::verify_server_name(&parsed, &localhost).map_err(|_| {
        usage(
            "証明書の名前（サブジェクトの別名）に localhost がありません。localhost を加えて発行してもらってください。"
                .to_owned(),
        )
    })?;
    configure(certificates, private).map_err(|_| {
        usage("証明書と秘密鍵が合いません。同じ発行のときにもらった2つのファイルを指定してください。".to_owned())
    })?;
    let before = Card::read(dir)?;
    let replaced = before.map(|card| card.thumbprints().into_iter().map(str::to_owned).collect()).unwrap_or_default();
    let card =
        Card { kind: Kind::Imported, thumbprint: None, from: from.to_string(), until: until.to_string(), replaced };
    private_folder(dir)?;
    private_file(&dir.join(CHAIN_FILE), &chain_pem)?;
    private_file(&dir.join(KEY_FILE), &key_pem)?;
    let _ = std::fs::remove_file(dir.join(CA_FILE));
    card.keep(dir)?;
    Ok(card)
}

/// First and last day in Japan.
fn validity(der: &CertificateDer<'_>) -> Option<(Date, Date)> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let validity = certificate.validity();
    Some((
        clock::date_of_seconds(validity.not_before.timestamp()),
        clock::date_of_seconds(validity.not_after.timestamp()),
    ))
}

/// SHA-1 of a certificate, as Windows names it.
pub(super) fn thumbprint(der: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, der);
    digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
}
