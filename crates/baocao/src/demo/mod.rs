//! The demo: the main job of one quarter, played on a simulated clock with the real server, real clients, a real
//! database and a real mail dialogue.
//!
//! Only three things are play: the clock, the figures (`allot`: invented where report 433/BC-UBND gives only sums), and
//! the mail relay (`sink`). Everything else is the service as `serve` runs it.

pub mod allot;
pub mod clients;
pub mod folder;
pub mod play;
pub mod sink;
