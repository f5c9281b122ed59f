//! A disk that is as small as a story wants: a memory file system in a mount namespace of its own, which ends with it.
//!
//! Only processes that are run by [`SmallDisk::wrapper`] see it. It needs the right to mount, as root or in a user
//! namespace; where neither is to be had the stories fail and say so: a disk that is never full shows nothing.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A small file system; gone when it is dropped.
pub(crate) struct SmallDisk {
    keeper: Child,
    enter: Vec<String>,
    place: PathBuf,
}

impl SmallDisk {
    /// A file system over a folder that exists.
    pub(crate) fn over(place: &Path, size_kib: u64) -> Self {
        let tries = [
            (vec!["--mount", "--propagation", "private"], vec!["-m"]),
            (vec!["--user", "--map-root-user", "--mount"], vec!["-U", "-m", "--preserve-credentials"]),
        ];
        let mut said = Vec::new();
        for (unshare, nsenter) in tries {
            match Self::keep(place, size_kib, &unshare, &nsenter) {
                Ok(disk) => return disk,
                Err(error) => said.push(error),
            }
        }
        panic!("no small file system can be mounted, as root or in a user namespace: {said:?}");
    }

    fn keep(place: &Path, size_kib: u64, unshare: &[&str], nsenter: &[&str]) -> Result<Self, String> {
        let mount = "mount -t tmpfs -o size=\"$1\"k none \"$2\" && : >\"$2/.mounted\" && exec sleep infinity";
        let mut command = Command::new("unshare");
        command.args(unshare).args(["sh", "-c", mount, "sh", &size_kib.to_string()]).arg(place);
        let keeper = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
        let pid = keeper.id().to_string();
        let enter = [&["nsenter", "-t", &pid], nsenter, &["--"]].concat().into_iter().map(str::to_owned).collect();
        let mut disk = Self { enter, keeper, place: place.to_path_buf() };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            if disk.keeper.try_wait().map_err(|error| error.to_string())?.is_some() {
                break;
            }
            // The mark is seen through the namespace only.
            if disk.run(&["test", "-e", &place.join(".mounted").display().to_string()]).status.success() {
                return Ok(disk);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(format!("unshare {} could not mount", unshare.join(" ")))
    }

    /// The program that runs another one on this disk.
    pub(crate) fn wrapper(&self) -> Vec<&str> {
        self.enter.iter().map(String::as_str).collect()
    }

    /// Runs a tool on this disk.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(&self.enter[0]);
        command.args(&self.enter[1..]).args(words).output().expect("nsenter runs")
    }

    /// Copies everything of a folder onto it.
    pub(crate) fn fill_from(&self, folder: &Path) {
        let copied = self.run(&["cp", "-a", &format!("{}/.", folder.display()), &self.place.display().to_string()]);
        assert!(copied.status.success(), "{copied:?}");
    }

    /// Copies everything on it into a folder.
    pub(crate) fn copy_to(&self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("a folder");
        let copied = self.run(&["cp", "-a", &format!("{}/.", self.place.display()), &folder.display().to_string()]);
        assert!(copied.status.success(), "{copied:?}");
    }

    /// Gives it another size; what is on it stays.
    pub(crate) fn resize(&self, size_kib: u64) {
        let place = self.place.display().to_string();
        let resized = self.run(&["mount", "-o", &format!("remount,size={size_kib}k"), &place]);
        assert!(resized.status.success(), "{resized:?}");
    }

    /// How much of it is taken.
    pub(crate) fn used_kib(&self) -> u64 {
        let answer = self.run(&["df", "-k", "--output=used", &self.place.display().to_string()]);
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        text.lines().last().and_then(|line| line.trim().parse().ok()).unwrap_or_else(|| panic!("df says {text}"))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The namespace ends with its last process.
        let _killed = self.keeper.kill().and_then(|()| self.keeper.wait().map(drop));
    }
}
