//! Time and ids of the stand-in, in Codex' spelling.

use std::fs::File;
use std::io::{self, Read as _};

/// Milliseconds since 1970.
pub(super) fn now() -> u64 {
    u64::try_from(crate::clock::wall().0).unwrap_or_default()
}

/// `2026-11-22T14:35:58.916Z`.
pub(super) fn utc(ms: u64) -> String {
    let (days, ms) = (ms / 86_400_000, ms % 86_400_000);
    let (year, month, day) = civil(days);
    let (hour, minute) = (ms / 3_600_000, ms / 60_000 % 60);
    let (second, ms) = (ms / 1000 % 60, ms % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// The Gregorian date so many days after 1970-01-01. Years are counted from
/// March, so that the leap day comes last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (era * 400 + year + u64::from(month < 3), month, day)
}

/// A fresh UUID of version 7, as Codex names threads and turns.
pub(super) fn uuid7() -> io::Result<String> {
    let mut noise = [0_u8; 10];
    File::open("/dev/urandom")?.read_exact(&mut noise)?;
    let noise = noise
        .iter()
        .fold(0_u128, |all, byte| all << 8 | u128::from(*byte));
    let low = noise & 0x0fff_3fff_ffff_ffff_ffff | 0x7000_8000_0000_0000_0000;
    let hex = format!("{:032x}", u128::from(now()) << 80 | low);
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    Ok(parts.join("-"))
}
