//! People who sign in.

mod create;
mod list;
mod patch;
mod signin_link;

pub(crate) use create::*;
pub(crate) use list::*;
pub(crate) use patch::*;
pub(crate) use signin_link::*;
