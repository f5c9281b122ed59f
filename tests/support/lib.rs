//! What the test programs share.

use std::collections::BTreeMap;
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

/// Every file below a folder with its bytes; nothing where there is no folder.
///
/// # Panics
/// When a file does not read.
#[must_use]
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let inside = path.strip_prefix(folder).expect("below").to_path_buf();
                found.insert(inside, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}
