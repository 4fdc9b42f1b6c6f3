// Seeded random numbers: a generator is a seed and a position in its endless stream, nothing more.  The
// number at a position is a function of the two (Philox4x32-10, assembly/random/philox.ts), so it is the
// same on every runtime, in JavaScript and in the kernels, however the work is split.
import { ArgumentError } from '../errors.js';

/** `torch.Generator`: numbers that follow from a seed, the same on every runtime. */
export class Generator {
  #seed: number;
  #position: number;
  #block = -1;
  readonly #words = new Uint32Array(4);

  /** @param seed an integer of [0, 2^53); equal seeds give equal numbers */
  constructor(seed = 0, position = 0) {
    this.#seed = checked(seed, 'seed');
    this.#position = checked(position, 'position');
  }

  get seed(): number {
    return this.#seed;
  }

  /** How many numbers have been drawn. */
  get position(): number {
    return this.#position;
  }

  /** `torch.manual_seed`: starts the stream of another seed. @throws ArgumentError */
  manualSeed(seed: number): this {
    this.#seed = checked(seed, 'seed');
    this.#position = 0;
    this.#block = -1;
    return this;
  }

  /**
   * Sets the next n numbers aside: a generator of its own for them, while this one goes on behind them.
   * So what is drawn later, or never, has the numbers it would have had at once.
   */
  reserve(n: number): Generator {
    const own = this.clone();
    this.#position += checked(n, 'n');
    return own;
  }

  /** A generator in the same state. */
  clone(): Generator {
    return new Generator(this.#seed, this.#position);
  }

  /** The next number, uniform in [0, 1): a multiple of 2^-24. */
  uniform(): number {
    return (this.nextUint32() >>> 8) * 2 ** -24;
  }

  /** The next 32 random bits as an unsigned integer. */
  nextUint32(): number {
    const block = Math.floor(this.#position / 4);
    if (block !== this.#block) {
      philox(this.#seed, block, this.#words);
      this.#block = block;
    }
    return this.#words[this.#position++ % 4];
  }
}

function checked(n: number, what: string): number {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new ArgumentError(`${what} must be an integer of [0, 2^53), got ${n}`);
  return n;
}

/** The four words at positions 4 block .. 4 block + 3. */
function philox(seed: number, block: number, words: Uint32Array): void {
  let [c0, c1, c2, c3] = [block >>> 0, Math.floor(block / 2 ** 32), 0, 0];
  let [k0, k1] = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  for (let round = 0; round < 10; round++) {
    const a = c0;
    const b = c2;
    c0 = mulHigh(0xcd9e8d57, b) ^ c1 ^ k0;
    c2 = mulHigh(0xd2511f53, a) ^ c3 ^ k1;
    c1 = Math.imul(0xcd9e8d57, b);
    c3 = Math.imul(0xd2511f53, a);
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/** The upper 32 bits of the product of two unsigned 32-bit integers. */
function mulHigh(a: number, b: number): number {
  const [al, ah, bl, bh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  // Each of these stays below 2^53, so doubles hold it exactly.
  const middle = ah * bl + Math.floor((al * bl) / 0x10000) + al * bh;
  return (ah * bh + Math.floor(middle / 0x10000)) | 0;
}
