//! What the commands beside the server do.

pub(crate) mod agreement;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod consensus;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod export_answers;
pub(crate) mod import;
pub(crate) mod import_tasks;
pub(crate) mod key;
pub(crate) mod logs;
pub(crate) mod model;
pub(crate) mod restore;
pub(crate) mod retention;
pub(crate) mod user;
