/** A stream of chunks that tells a record what passes. */

import type { Chunk } from '../fold.js';
import type { CallRecord } from './record.js';
import type { ChunkStream } from './shapes.js';

/** The same stream, logged; without the chunk that brings only the usage, where that is hidden. */
export function loggedStream(
  stream: ChunkStream,
  record: CallRecord,
  hidesUsage: boolean,
): ChunkStream {
  async function* chunks(): AsyncGenerator {
    try {
      for await (const chunk of stream) {
        record.chunk(chunk as Chunk);
        if (!(hidesUsage && chunk.usage && chunk.choices?.length === 0)) yield chunk;
      }
      // The client ends an aborted stream without an error.
      if (!stream.controller.signal.aborted) record.streamEnded();
    } catch (error) {
      record.failed(error, { began: true });
      throw error;
    } finally {
      // Left before its end.
      record.cancelled();
    }
  }
  // The client's own class: it has more methods than an iterator.
  const Stream = stream.constructor as new (
    iterator: () => AsyncIterator<unknown>,
    controller: AbortController,
  ) => ChunkStream;
  return new Stream(chunks, stream.controller);
}
