//! The short names that callers give to fields, kinds, cursors and scopes.

use crate::StoreError;

const LENGTH_MAX: usize = 64;

/// Refuses a name that would not read the same in both engines, or that smuggles data in.
pub(crate) fn check(what: &'static str, name: &str) -> Result<(), StoreError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b);
    if name.is_empty() || LENGTH_MAX < name.len() || !name.bytes().all(allowed) {
        return Err(StoreError::Refused { what, allowed: "1 to 64 of a-z, 0-9, '_', '.' and '-'" });
    }
    Ok(())
}
