//! The binary's parts: configuration, wiring, lifecycle, subcommands. The only place that knows everybody.
//!
//! `cli` the command line · `commands` one file per subcommand · `config` file and environment · `wire` ports to
//! implementations · `setup` the first start · `service` lifecycle · `web` public pages · `files` objects and the public
//! tree · `backup` copies of everything, and back · `clock`, `chance` time and randomness · `regimes` what is compiled in ·
//! `demo` the play · `screen`, `log` output · `faults` dying on demand, for tests of debug builds

pub mod backup;
pub mod chance;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod demo;
pub mod faults;
pub mod files;
pub mod log;
pub mod regimes;
pub mod screen;
pub mod service;
pub mod setup;
pub mod web;
pub mod wire;
