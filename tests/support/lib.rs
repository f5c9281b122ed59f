//! What the test programs share.

use std::path::{Path, PathBuf};

/// The program under test, built by `tests/run` beside the tests.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn program() -> PathBuf {
    let mut folder = std::env::current_exe().expect("this test's program");
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let program = folder.join("baocao");
    assert!(program.exists(), "{} is not there: run tests/run, or `cargo build -p baocao`", program.display());
    program
}

/// A folder with data of the tests.
#[must_use]
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}
