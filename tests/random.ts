// Seeded numbers for tests (mulberry32), float32-exact.
// In jest a global is looked up through the sandbox each time; these loops are hot.
const { cos, floor, imul, log, PI, sqrt } = Math;

export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = imul(t ^ (t >>> 15), t | 1);
    t ^= t + imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  int(below: number): number {
    return floor(this.next() * below);
  }

  /** n values, uniform in [low, high), rounded to float32. */
  uniform(n: number, low = -1, high = 1): Float32Array {
    return Float32Array.from({ length: n }, () => low + (high - low) * this.next());
  }

  /** n values of a normal distribution, rounded to float32. */
  normal(n: number, scale = 1): Float32Array {
    return Float32Array.from(
      { length: n },
      () => scale * sqrt(-2 * log(1 - this.next())) * cos(2 * PI * this.next()),
    );
  }
}
