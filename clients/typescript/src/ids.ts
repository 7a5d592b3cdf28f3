/** Ids that are made here. */

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new log id: a TypeID over a UUIDv7, which sorts by time.
 *
 * Whoever chooses the id of a log can name it before it is sent, and send it again safely.
 */
export function newLogId(): string {
  const bytes = random(16);
  let ms = Date.now();
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  version(bytes, 7);
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  let digits = '';
  for (let i = 0; i < 26; i += 1) {
    digits = ALPHABET.charAt(Number(number & 31n)) + digits;
    number >>= 5n;
  }
  return `log_${digits}`;
}

/** A random UUID. `crypto.randomUUID` is absent on pages without TLS. */
export function uuid(): string {
  const bytes = random(16);
  version(bytes, 4);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function random(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** The version and the variant of RFC 9562. */
function version(bytes: Uint8Array, number: number): void {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (number << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
}
