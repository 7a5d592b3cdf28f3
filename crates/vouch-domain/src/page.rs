//! Keyset pages: a list, and the key after which the next page begins.

/// Where the next page begins: the sort key of the last item that was shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Cursor(pub String);

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Give this as `cursor` to get the next page; `null` at the end.
    pub next_cursor: Option<Cursor>,
    /// Whether the search stopped before the page was full; `next_cursor` goes on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}

impl<T> Page<T> {
    /// The page of `limit` items out of `rows`, of which one more than `limit` was read to see
    /// whether there is a next page.
    pub fn from_rows(mut rows: Vec<T>, limit: usize, key: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = more.then(|| rows.last().map(|last| Cursor(key(last)))).flatten();
        Self { items: rows, next_cursor, partial: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_longer_list_has_a_next_page() {
        let page = Page::from_rows(vec![3, 2, 1], 2, ToString::to_string);
        assert_eq!(page.items, [3, 2]);
        assert_eq!(page.next_cursor, Some(Cursor("2".into())));
        assert_eq!(Page::from_rows(vec![3, 2], 2, ToString::to_string).next_cursor, None);
    }
}
