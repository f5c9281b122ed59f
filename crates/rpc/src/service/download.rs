//! A download under way: its parts are handed over one at a time, and a reader that stops reading is let go.
//!
//! The parts wait in a task of their own, because nobody asks a stream for the next part while the reader does not read:
//! only a task can notice that, and give the memory back.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_util::task::TaskTracker;
use tonic::Status;

use crate::limits::STREAM_IDLE_MAX;
use crate::status;
use crate::v1::DownloadReportResponse;

/// The parts of a document, as the reader takes them.
#[derive(Debug)]
pub(crate) struct Download {
    left: usize,
    parts: mpsc::Receiver<DownloadReportResponse>,
}

impl Download {
    /// Hands these parts over, in a task of the tracker.
    pub(crate) fn start(parts: Vec<DownloadReportResponse>, downloads: &TaskTracker) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        let left = parts.len();
        downloads.spawn(async move {
            for part in parts {
                if sender.send_timeout(part, STREAM_IDLE_MAX).await.is_err() {
                    break;
                }
            }
        });
        Self { left, parts: receiver }
    }
}

impl Stream for Download {
    type Item = Result<DownloadReportResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match ready!(self.parts.poll_recv(cx)) {
            Some(part) => {
                self.left = self.left.saturating_sub(1);
                Poll::Ready(Some(Ok(part)))
            }
            None if self.left > 0 => {
                // Never an early end that looks like a whole document.
                self.left = 0;
                Poll::Ready(Some(Err(status::download_cut())))
            }
            None => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_stream::StreamExt;

    use super::*;

    async fn read(mut download: Download, pause: Duration) -> (usize, bool) {
        let (mut taken, mut cut) = (0, false);
        while let Some(part) = download.next().await {
            cut |= part.is_err();
            taken += usize::from(part.is_ok());
            tokio::time::sleep(pause).await;
        }
        (taken, cut)
    }

    #[tokio::test]
    async fn all_parts_arrive() {
        let downloads = TaskTracker::new();
        let parts = vec![DownloadReportResponse::default(); 5];
        assert_eq!(read(Download::start(parts, &downloads), Duration::ZERO).await, (5, false));
    }

    #[tokio::test]
    async fn a_cut_download_ends_with_an_error_and_not_as_if_it_were_whole() {
        let (sender, parts) = mpsc::channel(1);
        sender.send(DownloadReportResponse::default()).await.expect("a reader");
        drop(sender);
        assert_eq!(read(Download { left: 3, parts }, Duration::ZERO).await, (1, true));
    }

    #[tokio::test]
    async fn a_reader_that_goes_away_ends_its_task() {
        let downloads = TaskTracker::new();
        drop(Download::start(vec![DownloadReportResponse::default(); 5], &downloads));
        downloads.close();
        downloads.wait().await;
    }
}
