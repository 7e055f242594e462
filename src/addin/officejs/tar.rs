//! The few things of a tar file that npm packages use: plain files with names of up to 255 letters.

use std::io::Read;

const BLOCK: usize = 512;

/// Hands over every wanted file. Names that are not wanted are never looked at again, so none can lead anywhere; links
/// and folders are passed over.
///
/// # Errors
/// What is wrong, in a few Japanese words.
pub(super) fn each(
    mut tar: impl Read,
    most: u64,
    wanted: impl Fn(&str) -> bool,
    mut take: impl FnMut(&str, Vec<u8>),
) -> Result<(), &'static str> {
    const DAMAGED: &str = "途中で切れているか、壊れています";
    loop {
        let mut head = [0u8; BLOCK];
        tar.read_exact(&mut head).map_err(|_| DAMAGED)?;
        if head.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        if !sum_is_right(&head) {
            return Err(DAMAGED);
        }
        let size = octal(field(&head, 124, 12)).ok_or(DAMAGED)?;
        let kind = head.get(156).copied().unwrap_or_default();
        let (name, prefix) = (text(field(&head, 0, 100)), text(field(&head, 345, 155)));
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let padded = size.div_ceil(BLOCK as u64) * BLOCK as u64;
        if matches!(kind, b'0' | 0) && wanted(&path) {
            if size > most {
                return Err("中のファイルが大きすぎます");
            }
            let mut content = Vec::new();
            (&mut tar).take(padded).read_to_end(&mut content).map_err(|_| DAMAGED)?;
            if content.len() as u64 != padded {
                return Err(DAMAGED);
            }
            content.truncate(size as usize);
            take(&path, content);
        } else {
            let passed = std::io::copy(&mut (&mut tar).take(padded), &mut std::io::sink()).map_err(|_| DAMAGED)?;
            if passed != padded {
                return Err(DAMAGED);
            }
        }
    }
}

fn field(head: &[u8; BLOCK], at: usize, length: usize) -> &[u8] {
    head.get(at..at + length).unwrap_or_default()
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end).unwrap_or_default()).into_owned()
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = text(field);
    u64::from_str_radix(text.trim(), 8).ok()
}

/// The sum over the head, its own field counted as spaces.
fn sum_is_right(head: &[u8; BLOCK]) -> bool {
    let sum: u64 = head
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { u64::from(b' ') } else { u64::from(*byte) })
        .sum();
    octal(field(head, 148, 8)) == Some(sum)
}
