//! Values of serde as bytes, every number to its last bit.
//!
//! JSON would do but for its reader here, which is quick and may miss a number of seventeen digits by its last bit. That bit
//! can turn a rounded figure on a paper.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

/// Deeper than anything that is sent.
const DEEPEST: usize = 64;

/// A value as bytes.
///
/// # Errors
/// A value serde has no words for.
pub fn to_bytes(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(&serde_json::to_value(value).map_err(io::Error::other)?, &mut bytes);
    Ok(bytes)
}

/// The value of these bytes.
///
/// # Errors
/// They are not what [`to_bytes`] made of such a value.
pub fn from_bytes<T: DeserializeOwned>(mut bytes: &[u8]) -> io::Result<T> {
    let value = read(&mut bytes, DEEPEST).filter(|_| bytes.is_empty());
    let value = value.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
    serde_json::from_value(value).map_err(io::Error::other)
}

fn write(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Null => bytes.push(b'n'),
        Value::Bool(value) => bytes.push(if *value { b't' } else { b'f' }),
        Value::Number(number) => {
            let (kind, number) = match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => (b'u', number.to_le_bytes()),
                (None, Some(number)) => (b'i', number.to_le_bytes()),
                (None, None) => (b'd', number.as_f64().unwrap_or(f64::NAN).to_le_bytes()),
            };
            bytes.push(kind);
            bytes.extend(number);
        }
        Value::String(text) => {
            bytes.push(b's');
            write_text(text, bytes);
        }
        Value::Array(values) => {
            bytes.push(b'a');
            bytes.extend((values.len() as u64).to_le_bytes());
            values.iter().for_each(|value| write(value, bytes));
        }
        Value::Object(fields) => {
            bytes.push(b'o');
            bytes.extend((fields.len() as u64).to_le_bytes());
            for (name, value) in fields {
                write_text(name, bytes);
                write(value, bytes);
            }
        }
    }
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn read(bytes: &mut &[u8], depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let (kind, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(match kind {
        b'n' => Value::Null,
        b't' => Value::Bool(true),
        b'f' => Value::Bool(false),
        b'u' => u64::from_le_bytes(eight(bytes)?).into(),
        b'i' => i64::from_le_bytes(eight(bytes)?).into(),
        b'd' => Number::from_f64(f64::from_le_bytes(eight(bytes)?))?.into(),
        b's' => read_text(bytes)?.into(),
        b'a' => {
            let count = u64::from_le_bytes(eight(bytes)?);
            (0..count).map(|_| read(bytes, depth)).collect::<Option<Vec<_>>>()?.into()
        }
        b'o' => {
            let count = u64::from_le_bytes(eight(bytes)?);
            let field = |_| Some((read_text(bytes)?, read(bytes, depth)?));
            (0..count).map(field).collect::<Option<Map<_, _>>>()?.into()
        }
        _ => return None,
    })
}

fn read_text(bytes: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(u64::from_le_bytes(eight(bytes)?)).ok()?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    String::from_utf8(text.to_vec()).ok()
}

fn eight(bytes: &mut &[u8]) -> Option<[u8; 8]> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    Some(*number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_number_arrives_to_its_last_bit() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64
        };
        let mut numbers = vec![0.0, -0.0, 1.0, 19.35, 0.1 + 0.2, 1e-7, 123_456_789.0, f64::MAX, f64::MIN_POSITIVE];
        numbers.extend((0..100_000).map(|_| random() / (random() + 1.0) * 100.0));
        let json: Vec<f64> = serde_json::from_slice(&serde_json::to_vec(&numbers).unwrap()).unwrap();
        assert_ne!(json, numbers, "the reader of JSON became exact: this module is not needed any more");
        let arrived: Vec<f64> = from_bytes(&to_bytes(&numbers).unwrap()).unwrap();
        assert!(arrived.iter().zip(&numbers).all(|(is, was)| is.to_bits() == was.to_bits()));
        assert_eq!(arrived.len(), numbers.len());
    }

    #[test]
    fn everything_else_arrives_too_and_what_is_cut_short_does_not() {
        type All = BTreeMap<String, (Option<i64>, u64, bool, Vec<String>)>;
        let all: All = [
            ("一".to_owned(), (None, u64::MAX, true, vec![])),
            ("".to_owned(), (Some(i64::MIN), 0, false, vec!["𠮷\n\0".to_owned(), String::new()])),
        ]
        .into();
        let bytes = to_bytes(&all).unwrap();
        assert_eq!(from_bytes::<All>(&bytes).unwrap(), all);
        for end in 0..bytes.len() {
            assert!(from_bytes::<All>(&bytes[..end]).is_err(), "{end}");
        }
        assert!(from_bytes::<All>(&[bytes, vec![b'n']].concat()).is_err());
        assert!(
            from_bytes::<Value>(&b"a\x01\0\0\0\0\0\0\0".repeat(100_000)).is_err(),
            "deeper than anything that is sent"
        );
    }
}
