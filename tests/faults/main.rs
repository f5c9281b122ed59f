//! Faults: real processes that are killed, frozen and cut off, and what every one of them must leave true.
//!
//! Instances are processes of the real program on data folders of their own ([`instance`]); PostgreSQL is a private
//! server that is stopped and started ([`postgres`]), reached through a line that can be cut ([`proxy`]); business time is
//! a file that the harness writes ([`clock`]). Units' systems file over real gRPC and keep journals ([`writers`],
//! [`journal`]). After each story the [`checker`], which shares no line with the program, compares what clients saw
//! acknowledged with what database and files say.
//!
//! The stories are short by default; `tests/faults/long` tells them at length. See `docs/faults.md`.

mod chance;
mod checker;
mod clock;
mod disk;
mod instance;
mod journal;
mod mailbox;
mod postgres;
mod proxy;
mod scene;
mod stories;
mod waiting;
mod writers;
