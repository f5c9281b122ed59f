//! Objects and the public tree: bytes against the hashes that the database and the chain keep of them.

use std::sync::Arc;

use super::Found;
use super::chain::Chain;
use super::rows::Rows;
use crate::app::App;
use crate::canonical::sha256_hex;
use crate::content::SITE;
use crate::error::AppError;
use crate::pages::check_edition;
use crate::ports::Files;
use crate::root::report_path;

/// Objects that are read in one go.
const BATCH_MAX: usize = 200;

/// What the progress and the outcome call them.
const OBJECTS: &str = "objects";
const PUBLISHED: &str = "published files";

/// How long the root of the site may take to show a report that was issued, in seconds.
pub(super) const FOLLOWS_WITHIN_SECONDS: i64 = 3_600;

impl App {
    /// Every document and message is there, with its hash and its size.
    pub(super) async fn check_objects(&self, rows: &Rows, found: &mut Found<'_>) -> Result<(), AppError> {
        // One that only another instance has is made again here, as any use of it would; what cannot be made is a fault.
        self.have_what_can_be_had().await;
        let mut done = 0;
        for batch in rows.objects.chunks(BATCH_MAX) {
            let (files, wanted) = (Arc::clone(&self.ports.files), batch.to_vec());
            let wrong = self.aside("read objects", move || {
                let check = |(table, key, hash, size): (&'static str, String, String, Option<String>)| {
                    Some((table, key, wrong_object(files.as_ref(), &hash, size.as_deref())?))
                };
                Ok(wanted.into_iter().filter_map(check).collect::<Vec<_>>())
            });
            for (table, key, what) in wrong.await? {
                found.fault(table, key, what);
            }
            done += batch.len();
            (found.progress)(OBJECTS, done, rows.objects.len());
        }
        found.checked(OBJECTS, done);
        Ok(())
    }

    /// Every file of every public edition is what was staged, and there is no other; every issued report is what was
    /// issued.
    pub(super) async fn check_site(
        &self,
        chain: &Chain,
        rows: &Rows,
        shown: Vec<String>,
        found: &mut Found<'_>,
    ) -> Result<(), AppError> {
        for name in shown.into_iter().filter(|name| !rows.editions.contains(name)) {
            found.fault(SITE, name, "is shown, and there is no such edition");
        }
        let now = self.now();
        let mut count = 0;
        for (done, (key, edition)) in rows.released.iter().enumerate() {
            let noted = chain.rows.get(&(SITE, edition.to_string())).map(|covering| covering.content.clone());
            let Some(noted) = noted else {
                found.fault(SITE, edition.to_string(), "no entry of the chain notes its files");
                continue;
            };
            let reports: Vec<_> = rows.reports.iter().filter(|report| report.edition == *key).cloned().collect();
            let (files, edition) = (Arc::clone(&self.ports.files), *edition);
            let checked = self.aside(format!("read the public files of {edition}"), move || {
                let (mut read, mut wrong) = check_edition(files.as_ref(), edition, &noted)?;
                for report in reports {
                    read += 1;
                    let path = report_path(&report.file_name);
                    match files.site_file(&path)? {
                        Some(bytes) if sha256_hex(&bytes) == report.sha256 => {}
                        Some(_) => wrong.push((path, "is not the report that was issued".into())),
                        // The root follows a release and an issue at the next look.
                        None if now < report.made_at.plus_seconds(FOLLOWS_WITHIN_SECONDS) => {}
                        None => wrong.push((path, "is not there, but the report was issued".into())),
                    }
                }
                Ok((read, wrong))
            });
            let (read, wrong) = checked.await?;
            count += read;
            for (path, what) in wrong {
                found.fault(SITE, path, what);
            }
            (found.progress)(PUBLISHED, done + 1, rows.released.len());
        }
        found.checked(PUBLISHED, count);
        Ok(())
    }
}

/// What is wrong with an object; none if nothing is.
fn wrong_object(files: &dyn Files, hash: &str, size: Option<&str>) -> Option<String> {
    match files.object(hash) {
        Err(error) => Some(format!("object {hash} cannot be read: {error}")),
        Ok(bytes) => {
            let is_long = size.is_none_or(|size| size == bytes.len().to_string());
            (!is_long).then(|| format!("object {hash} has {} bytes", bytes.len()))
        }
    }
}
