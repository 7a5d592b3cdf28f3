//! Ids and keys that are made here.

use std::time::{SystemTime, UNIX_EPOCH};

use uuid::{NoContext, Timestamp, Uuid};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new log id: a `TypeID` over a `UUIDv7`, which sorts by time.
///
/// Whoever chooses the id of a log can name it before it is sent, and send it again safely.
pub fn new_log_id() -> String {
    log_id(uuid())
}

/// A new `UUIDv7`: the time, and for the rest chance.
pub(crate) fn uuid() -> Uuid {
    let since_epoch = now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, nanos) = (since_epoch.as_secs(), since_epoch.subsec_nanos());
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, nanos))
}

/// The clock, read here only.
#[expect(clippy::disallowed_methods, reason = "an application's clock is its machine's")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

fn log_id(uuid: Uuid) -> String {
    let number = uuid.as_u128();
    let digit = |i: u32| {
        let place = (number >> (125 - 5 * i)) & 31;
        ALPHABET.get(usize::try_from(place).unwrap_or_default()).copied().map_or('0', char::from)
    };
    format!("log_{}", (0..26).map(digit).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_type_ids() {
        // The example of TypeID's specification.
        let uuid = Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        assert_eq!(log_id(uuid), "log_01h455vb4pex5vsknk084sn02q");
        assert_ne!(new_log_id(), new_log_id());
    }
}
