//! The subcommands, one file each.

pub mod demo;
pub mod key;
pub mod serve;
