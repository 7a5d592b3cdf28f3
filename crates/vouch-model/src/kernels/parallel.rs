//! Splits work on a buffer between the threads of the current rayon pool.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

/// Calls `work` with every chunk of `buffer` and its index, in parallel if `threads` > 1.
///
/// Chunks are `chunk` long; the last one may be shorter.
pub(super) fn for_each_chunk<W>(threads: usize, buffer: &mut [f32], chunk: usize, work: W)
where
    W: Fn(usize, &mut [f32]) + Sync + Send,
{
    if threads > 1 && buffer.len() > chunk {
        buffer.par_chunks_mut(chunk).enumerate().for_each(|(index, part)| work(index, part));
    } else {
        for (index, part) in buffer.chunks_mut(chunk).enumerate() {
            work(index, part);
        }
    }
}
