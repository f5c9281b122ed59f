#![doc = include_str!("../README.md")]

pub mod actor;
pub mod apply;
pub mod audit;
pub mod calls;
pub mod canonical;
pub mod cascade;
pub mod close;
pub mod content;
pub mod deliver;
pub mod error;
pub mod expectation;
pub mod extension;
pub mod heads;
pub mod import;
pub mod issue;
pub mod letter;
pub mod obligations;
pub mod outlook;
pub mod period;
pub mod ports;
pub mod publish;
pub mod ranking;
pub mod regime;
pub mod setup;
pub mod submit;
pub mod summary;
pub mod text;
pub mod totals;
pub mod trace;
pub mod verify;

mod app;

pub use app::{App, Ports, Settings};
