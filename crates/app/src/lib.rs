#![doc = include_str!("../README.md")]

pub mod actor;
pub mod apply;
pub mod audit;
pub mod backup;
pub mod calls;
pub mod canonical;
pub mod cascade;
pub mod close;
pub mod content;
pub mod deliver;
pub mod error;
pub mod expectation;
pub mod extension;
pub mod faults;
pub mod heads;
pub mod hold;
pub mod import;
pub mod issue;
pub mod jobs;
pub mod lease;
pub mod letter;
pub mod obligations;
pub mod outlook;
pub mod period;
pub mod ports;
pub mod publish;
pub mod ranking;
pub mod regime;
pub mod reopening;
pub mod restatements;
pub mod setup;
pub mod submit;
pub mod summary;
pub mod text;
pub mod totals;
pub mod trace;
pub mod verify;

mod app;
mod clocks;
mod objects;
mod pages;
mod root;

pub use app::{App, Ports, Settings};
pub use baocao_domain::instant;
