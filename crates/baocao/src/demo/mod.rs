//! The demo: the main job, played on a simulated clock with the real server, real clients, a real database and a real
//! mail dialogue. `quarter` is report 433/BC-UBND of Lạng Sơn; `year` is any shipped regime over its year.
//!
//! Only three things are play: the clock, the figures (`allot` and `year::figures`: invented where no source gives
//! them), and the mail relay (`sink`). Everything else is the service as `serve` runs it.

pub mod allot;
pub mod clients;
pub mod folder;
pub mod quarter;
pub mod scene;
pub mod sink;
mod spread;
#[cfg(test)]
mod testing;
pub mod year;
