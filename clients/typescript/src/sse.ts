/** Server-sent events: the data of each, from pieces of any size. */

/** Collects lines until an event is whole. */
export class SseDecoder {
  readonly #decoder = new TextDecoder();
  #text = '';
  #data: string[] = [];

  /** The data of the events that this piece completes. */
  push(piece: Uint8Array): string[] {
    let text = this.#text + this.#decoder.decode(piece, { stream: true });
    // A carriage return at the end may be the first half of a line's end.
    const held = text.endsWith('\r') ? '\r' : '';
    text = text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n');
    const lines = text.split('\n');
    this.#text = (lines.pop() ?? '') + held;
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): string[] {
    if (line === '') {
      const event = this.#data.length > 0 ? [this.#data.join('\n')] : [];
      this.#data = [];
      return event;
    }
    const match = /^data(?:: ?(.*))?$/s.exec(line);
    if (match) this.#data.push(match[1] ?? '');
    return [];
  }
}
