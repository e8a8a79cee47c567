//! TensorBoard's event files: records framed by their length with masked CRC-32C sums of the length
//! and of the data, each a protocol buffer `Event`. Scalars are read, old (`simple_value`) and new
//! (a tensor of one number); everything else is passed over.

use super::super::json::Row;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The scalars of a file by step, and what is wrong with it if it cannot be read to its end.
pub(super) fn read(bytes: &[u8], steps: &mut BTreeMap<i64, Row>) -> Option<String> {
    let mut rest = bytes;
    let mut record = 0;
    while !rest.is_empty() {
        record += 1;
        match split(rest) {
            Ok((data, after)) => {
                if event(data, steps).is_none() {
                    return Some(format!("record {record} is no event"));
                }
                rest = after;
            }
            Err(why) => return Some(format!("record {record} {why}")),
        }
    }
    None
}

/// The data of the first record, and what comes after it.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    const SHORT: &str = "is cut off";
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or(SHORT)?;
    let (sum, rest) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
    if masked(length) != u32::from_le_bytes(*sum) {
        return Err("has a length that does not match its checksum");
    }
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| SHORT)?;
    let (data, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
    let (sum, rest) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
    match masked(data) == u32::from_le_bytes(*sum) {
        true => Ok((data, rest)),
        false => Err("does not match its checksum"),
    }
}

/// CRC-32C, turned by 15 bits and shifted, as the format has it.
fn masked(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn crc32c(data: &[u8]) -> u32 {
    /// The polynomial of Castagnoli, its bits in reverse.
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let (mut value, mut bit) = (i as u32, 0);
            while bit < 8 {
                value = if value & 1 == 1 { (value >> 1) ^ 0x82f6_3b78 } else { value >> 1 };
                bit += 1;
            }
            table[i] = value;
            i += 1;
        }
        table
    };
    !data.iter().fold(!0, |sum, byte| (sum >> 8) ^ TABLE[((sum ^ u32::from(*byte)) & 0xff) as usize])
}

/// A field of a protocol buffer.
enum Field<'a> {
    Varint(u64),
    Eight([u8; 8]),
    Bytes(&'a [u8]),
    Four([u8; 4]),
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The number and content of the next field.
fn field<'a>(bytes: &mut &'a [u8]) -> Option<(u64, Field<'a>)> {
    let key = varint(bytes)?;
    let content = match key & 7 {
        0 => Field::Varint(varint(bytes)?),
        1 => {
            let (eight, rest) = bytes.split_first_chunk::<8>()?;
            *bytes = rest;
            Field::Eight(*eight)
        }
        2 => {
            let length = usize::try_from(varint(bytes)?).ok()?;
            let (data, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            Field::Bytes(data)
        }
        5 => {
            let (four, rest) = bytes.split_first_chunk::<4>()?;
            *bytes = rest;
            Field::Four(*four)
        }
        _ => return None,
    };
    Some((key >> 3, content))
}

/// Event: 2 is the step, 5 the summary, whose values are its 1.
fn event(mut data: &[u8], steps: &mut BTreeMap<i64, Row>) -> Option<()> {
    let (mut step, mut scalars) = (0, Vec::new());
    while !data.is_empty() {
        match field(&mut data)? {
            (2, Field::Varint(value)) => step = value as i64,
            (5, Field::Bytes(mut summary)) => {
                while !summary.is_empty() {
                    if let (1, Field::Bytes(value)) = field(&mut summary)? {
                        scalars.extend(scalar(value)?);
                    }
                }
            }
            _ => {}
        }
    }
    if !scalars.is_empty() {
        let row = steps.entry(step).or_default();
        row.insert("step".to_owned(), json!(step));
        row.extend(scalars);
    }
    Some(())
}

/// Summary.Value: 1 is the tag, 2 a float, 8 a tensor. The outer None is damage, the inner one
/// something that is no scalar.
fn scalar(mut value: &[u8]) -> Option<Option<(String, Value)>> {
    let (mut tag, mut number) = (String::new(), None);
    while !value.is_empty() {
        match field(&mut value)? {
            (1, Field::Bytes(text)) => tag = String::from_utf8_lossy(text).into_owned(),
            (2, Field::Four(four)) => number = Some(f64::from(f32::from_le_bytes(four))),
            (8, Field::Bytes(bytes)) => number = tensor(bytes)?,
            _ => {}
        }
    }
    // What is not finite is a text, as elsewhere: JSON has no word for it.
    let cell = |number: f64| if number.is_finite() { json!(number) } else { json!(number.to_string()) };
    Some(number.filter(|_| !tag.is_empty()).map(|number| (tag, cell(number))))
}

/// TensorProto: 1 is the type (1 float, 2 double), 4 its bytes, 5 floats, 6 doubles.
fn tensor(mut bytes: &[u8]) -> Option<Option<f64>> {
    let (mut kind, mut content, mut number) = (0, None, None);
    let float = |bytes: &[u8]| Some(f64::from(f32::from_le_bytes(bytes.try_into().ok()?)));
    let double = |bytes: &[u8]| Some(f64::from_le_bytes(bytes.try_into().ok()?));
    while !bytes.is_empty() {
        match field(&mut bytes)? {
            (1, Field::Varint(value)) => kind = value,
            (4, Field::Bytes(data)) => content = Some(data),
            (5, Field::Bytes(data)) => number = float(data),
            (5, Field::Four(data)) => number = float(&data),
            (6, Field::Bytes(data)) => number = double(data),
            (6, Field::Eight(data)) => number = double(&data),
            _ => {}
        }
    }
    Some(match (kind, content) {
        (1, Some(data)) => float(data).or(number),
        (2, Some(data)) => double(data).or(number),
        _ => number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of RFC 3720, B.4, and of the nine digits.
    #[test]
    fn sums_are_those_of_castagnoli() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
    }
}
