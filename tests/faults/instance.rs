//! One process of the program on a data folder of its own: started, watched, frozen, killed, started again.

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use baocao_tests::program;
use tokio::sync::watch;

use crate::clock::FileClock;
use crate::postgres::tail;

/// How long a start may take before it serves.
const START_WITHIN: Duration = Duration::from_secs(60);

/// SIGKILL.
const KILLED: i32 = 9;

/// A data folder and the process that runs on it, if one does. What runs is killed when this is dropped.
pub(crate) struct Instance {
    folder: PathBuf,
    clock: FileClock,
    wrapper: Vec<String>,
    child: Option<Child>,
    starts: u32,
    door: watch::Sender<Option<SocketAddr>>,
}

impl Instance {
    /// A folder with its configuration; nothing runs yet.
    pub(crate) fn on(folder: PathBuf, clock: FileClock) -> Self {
        Self { folder, clock, wrapper: Vec::new(), child: None, starts: 0, door: watch::Sender::new(None) }
    }

    /// The program is run by another one, which is given its command line.
    pub(crate) fn run_by(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Its data folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where its gRPC door is; it changes with every start, and is none while nothing serves.
    pub(crate) fn door(&self) -> watch::Receiver<Option<SocketAddr>> {
        self.door.subscribe()
    }

    /// Starts the process, with a fault such as `close.sealed.begun:kill` if one is given. It may have met its fault when
    /// this returns; else it serves.
    pub(crate) async fn start(&mut self, fault: Option<&str>) {
        assert!(self.child.is_none(), "it runs already");
        self.starts += 1;
        let log = self.log();
        let events = std::fs::File::create(&log).expect("a log");
        let words: Vec<String> = self.wrapper.iter().cloned().chain([program().display().to_string()]).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg("serve").arg("--data").arg(&self.folder);
        command.env("BAOCAO_TEST_CLOCK", self.clock.file());
        if let Some(fault) = fault {
            command.env("BAOCAO_TEST_FAULT", fault);
        }
        let said = events.try_clone().expect("a log");
        self.child = Some(command.stdin(Stdio::null()).stdout(said).stderr(events).spawn().expect("it starts"));
        let begun = Instant::now();
        while self.door.borrow().is_none() {
            if self.is_over() || self.is_frozen() {
                return;
            }
            assert!(begun.elapsed() < START_WITHIN, "it does not serve: {}", tail(&log));
            self.door.send_replace(door_in(&log));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The process, for who needs its number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// Whether the process has ended.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().expect("a child").is_some())
    }

    /// Whether the process stands still.
    pub(crate) fn is_frozen(&self) -> bool {
        let Some(child) = &self.child else { return false };
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        // The state follows the name, which stands in parentheses.
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
    }

    /// Kills it, as a power cut would.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("killed");
        child.wait().expect("gone");
        self.door.send_replace(None);
    }

    /// Takes note that it killed itself.
    pub(crate) fn was_killed(&mut self) {
        let status = self.child.take().expect("it ran").wait().expect("gone");
        self.door.send_replace(None);
        assert_eq!(status.signal(), Some(KILLED), "it ended by itself: {}", self.log_tail());
    }

    /// Lets it stand still.
    pub(crate) fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal("CONT");
    }

    /// Its door is not offered to clients any more.
    pub(crate) fn hide(&self) {
        self.door.send_replace(None);
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        let mut child = self.child.take().expect("it runs");
        self.door.send_replace(None);
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("a child") {
                return status;
            }
            assert!(begun.elapsed() < START_WITHIN, "it does not stop: {}", self.log_tail());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        let asked = Command::new("kill").args([&format!("-{signal}"), &pid]).status().expect("kill runs");
        assert!(asked.success(), "process {pid} is gone: {}", self.log_tail());
    }

    /// The log of the current start: beside the folder, not in it, so that a full disk does not swallow it.
    fn log(&self) -> PathBuf {
        self.folder.with_extension(format!("{}.log", self.starts))
    }

    /// What it said last.
    pub(crate) fn log_tail(&self) -> String {
        tail(&self.log())
    }

    /// Everything that it has said since its first start.
    pub(crate) fn said(&self) -> String {
        let logs = (1..=self.starts).map(|start| self.folder.with_extension(format!("{start}.log")));
        logs.map(|log| std::fs::read_to_string(log).unwrap_or_default()).collect()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.kill();
        }
        if std::thread::panicking() {
            eprintln!("--- {} said last:\n{}", self.folder.display(), self.log_tail());
        }
    }
}

/// The address that the event `serving` names.
fn door_in(log: &Path) -> Option<SocketAddr> {
    let text = std::fs::read_to_string(log).ok()?;
    let serving = text.lines().find(|line| line.contains(" serving "))?;
    let field = serving.split(' ').find_map(|field| field.strip_prefix("grpc="))?;
    field.parse().ok()
}
