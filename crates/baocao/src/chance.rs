//! Where chance comes from: the operating system.

use baocao_app::ports::Ids;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Ids and secrets from the operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

#[expect(clippy::disallowed_methods, reason = "this is the Ids port")]
impl Ids for SystemIds {
    fn uuid(&self) -> String {
        Uuid::new_v4().to_string()
    }

    fn secret(&self) -> [u8; 32] {
        // Three random UUIDs hold 366 random bits; the hash makes 32 even bytes of them.
        let mut hash = Sha256::new();
        for _ in 0..3 {
            hash.update(Uuid::new_v4().as_bytes());
        }
        hash.finalize().into()
    }
}
