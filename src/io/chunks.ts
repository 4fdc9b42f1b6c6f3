// Cuts a stream of chunks at the places where the reader wants it cut, copying only what crosses a chunk.

export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `length` bytes: a view where one chunk holds them all, else one new array. */
  async take(length: number): Promise<Uint8Array> {
    if (this.#rest.byteLength === 0 && length > 0) await this.#next(length);
    if (this.#rest.byteLength >= length) return this.#cut(length);
    const whole = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (this.#rest.byteLength === 0) await this.#next(length - filled);
      const part = this.#cut(Math.min(this.#rest.byteLength, length - filled));
      whole.set(part, filled);
      filled += part.byteLength;
    }
    return whole;
  }

  /**
   * Some of the next `limit` bytes, a positive multiple of `unit` (which divides `limit`): whatever the
   * current chunk holds, so that a large tensor passes through without being gathered.
   */
  async takeSome(limit: number, unit: number): Promise<Uint8Array> {
    if (this.#rest.byteLength === 0) await this.#next(limit);
    const ready = Math.min(this.#rest.byteLength, limit);
    return ready >= unit ? this.#cut(ready - (ready % unit)) : this.take(unit);
  }

  /** Passes over `length` bytes. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      if (this.#rest.byteLength === 0) await this.#next(left);
      left -= this.#cut(Math.min(this.#rest.byteLength, left)).byteLength;
    }
  }

  /** Lets the source close what it has open. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #cut(length: number): Uint8Array {
    const part = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return part;
  }

  async #next(wanted: number): Promise<void> {
    do {
      const { done, value } = await this.#chunks.next();
      if (done) throw new RangeError(`the stream ended ${wanted} bytes early`);
      this.#rest = value;
    } while (this.#rest.byteLength === 0);
  }
}
