//! Groups: names that people of a project share, e.g. `legal` or `leads`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The name of a group: 1 to 64 of `a-z 0-9 _ -`, beginning with a letter or digit.
///
/// A group is there while somebody belongs to it, or something asks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "legal"))]
#[serde(try_from = "String")]
pub struct Group(String);

/// The most groups of one person, and of one queue.
pub const MAX_GROUPS: usize = 50;
/// The longest name.
const MAX_CHARS: usize = 64;

/// What a group's name looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a group: 1 to 64 of a-z 0-9 _ -, a letter or digit first")]
pub struct NotAGroup;

impl Group {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Group {
    type Err = NotAGroup;

    fn from_str(text: &str) -> Result<Self, NotAGroup> {
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let fits = text.starts_with(word)
            && text.len() <= MAX_CHARS
            && text.chars().all(|c| word(c) || c == '_' || c == '-');
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAGroup) }
    }
}

impl TryFrom<String> for Group {
    type Error = NotAGroup;

    fn try_from(text: String) -> Result<Self, NotAGroup> {
        text.parse()
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The groups sorted, each once.
///
/// # Errors
/// At `pointer` when there are more than [`MAX_GROUPS`].
pub fn groups_of(pointer: &str, mut groups: Vec<Group>) -> Result<Vec<Group>, Invalid> {
    groups.sort_unstable();
    groups.dedup();
    if groups.len() > MAX_GROUPS {
        return Err(Invalid::new(pointer, format!("at most {MAX_GROUPS} groups"), groups.len()));
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_groups() {
        for good in ["legal", "a", "7", "on-call_2", &"x".repeat(64)] {
            assert_eq!(good.parse::<Group>().unwrap().as_str(), good);
        }
        for bad in ["", "Legal", "-a", "_a", "a b", "a,b", "ä", &"x".repeat(65)] {
            assert_eq!(bad.parse::<Group>(), Err(NotAGroup), "{bad}");
        }
    }

    #[test]
    fn a_list_holds_each_once() {
        let groups = |names: &[&str]| names.iter().map(|n| n.parse().unwrap()).collect::<Vec<_>>();
        assert_eq!(groups_of("/g", groups(&["b", "a", "b"])).unwrap(), groups(&["a", "b"]));
        let many: Vec<Group> = (0..51).map(|n| format!("g{n}").parse().unwrap()).collect();
        assert_eq!(groups_of("/g", many).unwrap_err().pointer.to_string(), "/g");
    }
}
