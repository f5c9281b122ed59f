#![doc = include_str!("../README.md")]

pub mod actor;
pub mod audit;
pub mod canonical;
pub mod close;
pub mod deliver;
pub mod error;
pub mod extension;
pub mod issue;
pub mod letter;
pub mod period;
pub mod ports;
pub mod publish;
pub mod regime;
pub mod setup;
pub mod submit;
pub mod summary;
pub mod text;
pub mod totals;

mod app;

pub use app::{App, Ports, Settings};
