//! The conformance suite, told to both databases.

#[path = "../../../tests/conformance/mod.rs"]
mod conformance;
