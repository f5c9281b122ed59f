#![doc = include_str!("../README.md")]

pub mod catalogue;
pub mod runner;

mod backup;
mod close;
mod mail;
mod plan;
mod publish;
mod ticker;

pub use catalogue::{JobName, Pace};
pub use runner::{JobReport, Jobs, JobsError};
