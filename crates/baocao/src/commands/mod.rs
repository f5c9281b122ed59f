//! The subcommands, one file each.

pub mod backup;
pub mod demo;
pub mod hold;
pub mod import;
pub mod key;
pub mod regime;
pub mod serve;
