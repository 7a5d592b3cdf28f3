// How long someone really worked: the time between two signs of life counts, up to a limit.

/** After so long without a sign of life nobody is there. */
export const IDLE_MS = 60_000;

export class ActiveTime {
  private last: number | undefined;

  constructor(private total = 0) {}

  /** A key, a click, a movement, a scroll. */
  touch(now: number): void {
    this.total = this.read(now);
    this.last = now;
  }

  /** Milliseconds until now. */
  read(now: number): number {
    return this.total + (this.last === undefined ? 0 : Math.min(Math.max(0, now - this.last), IDLE_MS));
  }

  idle(now: number): boolean {
    return this.last === undefined || now - this.last > IDLE_MS;
  }
}
