/**
 * Seeded random numbers, so that every run of a benchmark and every engine in it sees the same bits.
 * Mulberry32 gives the uniform bits, Box and Muller's transform makes them normal.
 */

/**
 * @param {number} seed any integer
 * @returns {() => number} uniform numbers in [0, 1)
 */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * @param {number} length
 * @param {number} seed
 * @param {{ mean?: number, std?: number }} [distribution]
 * @returns {Float32Array} independent normal numbers
 */
export function normal(length, seed, { mean = 0, std = 1 } = {}) {
  const next = uniform(seed);
  const out = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - next())) * std;
    const angle = 2 * Math.PI * next();
    out[i] = mean + radius * Math.cos(angle);
    if (i + 1 < length) out[i + 1] = mean + radius * Math.sin(angle);
  }
  return out;
}

/** So many values are drawn; a prime, so that no row of a matrix is like another. */
const DRAWN = 1048573;

/**
 * Normal numbers for large weights, where drawing each would take longer than the benchmark: the same million over
 * and over.
 * @param {number} length
 * @param {number} seed
 * @param {{ mean?: number, std?: number }} [distribution]
 * @returns {Float32Array}
 */
export function repeated(length, seed, distribution) {
  const drawn = normal(Math.min(length, DRAWN), seed, distribution);
  const out = new Float32Array(length);
  for (let at = 0; at < length; at += DRAWN) out.set(drawn.subarray(0, length - at), at);
  return out;
}
