//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::commands::{backup, demo, hold, import, key, regime, serve};

/// Periodic reporting of local government: figures in by gRPC, editions, PDF reports, mail and public pages out.
#[derive(Debug, Parser)]
#[command(name = "baocao", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play the main job: Lạng Sơn, quarter III of 2022, from submissions to the published report.
    ///
    /// Makes a data folder with an embedded database, starts the real server on loopback, has real gRPC clients file
    /// every unit's figures on a simulated clock, closes the periods, renders, mails (to a local sink) and publishes.
    /// Then serves the result until Ctrl-C.
    Demo(demo::Options),
    /// Run the service: gRPC door, public pages and jobs.
    ///
    /// Without configuration: an SQLite file in ./baocao-data, mail into a folder, loopback only. Configuration comes
    /// from a TOML file and from the environment (BAOCAO_GRPC__LISTEN stands for `listen` in `[grpc]`). The first start
    /// applies the regime and writes one API key per unit to keys.csv in the data folder. On a folder that was played
    /// by `demo` the clock goes on from the stored instant. SIGTERM stops it cleanly.
    Serve(serve::Options),
    /// Make an API key and print it once; only its hash is kept.
    Key(key::Options),
    /// Plan or apply a regime: a folder of rules and tables, or one that is shipped.
    ///
    /// The folder is read and checked as a whole; every fault is listed as FILE:LINE and nothing is changed. What differs
    /// from the regime in force is shown row by row (+ added, - gone, ~ changed).
    #[command(subcommand)]
    Regime(regime::Action),
    /// Import opening balances and months from before the service went live, without mail.
    ///
    /// One CSV with the header unit,period,procedure and the form's columns. A row `field:CODE` in the column procedure
    /// gives a single field in the first column of figures, a row `nil` says that nothing happened. The file is proved
    /// as a whole; every fault is listed as FILE:LINE and nothing is stored. Importing it again changes nothing.
    Import(import::Options),
    /// Copy everything into a folder and prove the copy, beside a running service.
    ///
    /// Database, objects and pages; not the configuration and not the keys. The service does the same every night. On
    /// PostgreSQL the dump is read back into a scratch database before it counts.
    Backup(backup::BackupOptions),
    /// Read a backup back into a new place, which is held until it is released.
    ///
    /// --data names the new folder, and the configuration a database without anything in it. Mail is held and closing is
    /// paused afterwards: what was acknowledged or mailed after the backup is not known to the copy.
    Restore(backup::RestoreOptions),
    /// Stop mail, closing, or both, until they are released.
    Hold(hold::HoldOptions),
    /// Let mail, closing, or both go on.
    Release(hold::ReleaseOptions),
}

/// Where an installation is.
#[derive(Debug, Clone, clap::Args)]
pub struct Place {
    /// The data folder; its baocao.toml is read if it has one.
    #[arg(long, value_name = "FOLDER", env = "BAOCAO_DATA")]
    pub data: Option<PathBuf>,
    /// The configuration file; ./baocao.toml by default, if there is one.
    #[arg(long, value_name = "FILE", env = "BAOCAO_CONFIG")]
    pub config: Option<PathBuf>,
}
