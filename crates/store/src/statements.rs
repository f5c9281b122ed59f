//! How a statement gets its name.
//!
//! A statement that is not in the list cannot be prepared by the test that guards the one text for both databases;
//! so the same line that names a statement also lists it.

/// Names statements and lists them as `STATEMENTS`: (name, text).
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* const $name: &str = $text;)+

        /// The statements of this file: name and text.
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}
