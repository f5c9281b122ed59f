//! Pages of lists.
//!
//! A token is the name of the list and the key of the last item given, so that items that appear between two calls
//! neither repeat nor skip others. Lists only grow: a key that is not in the list was never given.

use baocao_domain::reason::{Finding, Reason, Refusal};

use crate::limits::PAGE_MAX;

/// A part of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_page_token: String,
}

/// The page of a list that size and token ask for. `list` tells lists apart; `key` tells items apart.
pub(crate) fn page<T>(
    items: Vec<T>,
    list: &str,
    page_size: i32,
    page_token: &str,
    key: impl Fn(&T) -> String,
) -> Result<Page<T>, Refusal> {
    let mut findings = Vec::new();
    let size = usize::try_from(page_size).unwrap_or_else(|_| {
        findings.push(Finding::new("page_size", Reason::NegativeCount, page_size, format!("0 to {PAGE_MAX}")));
        0
    });
    let size = if size == 0 { PAGE_MAX } else { size.min(PAGE_MAX) };
    let token_of = |item: &T| format!("{list}~{}", key(item));
    let start = if page_token.is_empty() {
        0
    } else {
        items.iter().position(|item| token_of(item) == page_token).map_or_else(
            || {
                let expected = "next_page_token of a page of this list";
                findings.push(Finding::new("page_token", Reason::BadPageToken, page_token, expected));
                0
            },
            |last| last + 1,
        )
    };
    if let Some(refusal) = Refusal::of(findings) {
        return Err(refusal);
    }
    let is_last = items.len() - start <= size;
    let items: Vec<T> = items.into_iter().skip(start).take(size).collect();
    let next_page_token = items.last().filter(|_| !is_last).map(token_of).unwrap_or_default();
    Ok(Page { items, next_page_token })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, size: i32, token: &str) -> Result<Page<usize>, Refusal> {
        page((0..count).collect(), "numbers", size, token, ToString::to_string)
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        for (count, size) in [(0, 3), (1, 3), (3, 3), (4, 3), (10, 3), (10, 1), (2_500, 0), (2_500, i32::MAX)] {
            let (mut seen, mut token) = (Vec::new(), String::new());
            loop {
                let page = numbers(count, size, &token).expect("a page");
                assert!(page.items.len() <= PAGE_MAX);
                seen.extend(page.items);
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(seen, (0..count).collect::<Vec<_>>(), "{count} in pages of {size}");
        }
    }

    #[test]
    fn a_foreign_token_and_a_negative_size_are_both_told() {
        for token in ["periods~1", "numbers~99", "numbers", "1"] {
            let refusal = numbers(10, -1, token).expect_err("a refusal");
            let told: Vec<_> = refusal.findings.iter().map(|f| (f.path.as_str(), f.reason)).collect();
            assert_eq!(told, [("page_size", Reason::NegativeCount), ("page_token", Reason::BadPageToken)], "{token}");
        }
    }
}
