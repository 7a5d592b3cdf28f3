//! Tables that are written.

mod parquet_writer;

pub use self::parquet_writer::{Cell, Kind, ParquetTable};
