//! `baocao`: see `baocao --help`.

use std::process::ExitCode;

use baocao::cli::{Cli, Command};
use baocao::commands::{backup, demo, hold, import, key, regime, serve};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let answer = match Cli::parse().command {
        Command::Demo(options) => demo::run(&options).await,
        Command::Serve(options) => serve::run(&options).await,
        Command::Key(options) => key::run(&options).await,
        Command::Regime(action) => regime::run(&action).await,
        Command::Import(options) => import::run(&options).await,
        Command::Backup(options) => backup::run(&options).await,
        Command::Restore(options) => backup::run_restore(&options).await,
        Command::Hold(options) => hold::run(&options).await,
        Command::Release(options) => hold::run_release(&options).await,
    };
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            baocao::screen::error(&error);
            ExitCode::FAILURE
        }
    }
}
