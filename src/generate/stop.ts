// Ends a text at a stop string, wherever token boundaries fall: text that may turn out to be the beginning
// of one is held back until it is decided.
export class StopStrings {
  #held = '';

  constructor(readonly stops: readonly string[]) {}

  /** Takes the next piece of text; returns what is certain, and whether a stop string has been met. */
  push(piece: string): { text: string; stopped: boolean } {
    const all = this.#held + piece;
    let found: { start: number; end: number } | null = null;
    for (const stop of this.stops) {
      const start = all.indexOf(stop);
      const end = start + stop.length;
      // The one that is complete first, so that it does not matter how the text was cut into pieces.
      if (start >= 0 && (!found || end < found.end || (end === found.end && start < found.start)))
        found = { start, end };
    }
    this.#held = found ? '' : all.slice(all.length - this.#undecided(all));
    return {
      text: found ? all.slice(0, found.start) : all.slice(0, all.length - this.#held.length),
      stopped: found !== null,
    };
  }

  /** Ends the text: returns what was held back. */
  flush(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  /** Length of the longest end of the text that begins a stop string. */
  #undecided(text: string): number {
    const longest = Math.max(0, ...this.stops.map((s) => s.length - 1));
    for (let n = Math.min(longest, text.length); n > 0; n--)
      if (this.stops.some((stop) => stop.startsWith(text.slice(-n)))) return n;
    return 0;
  }
}
