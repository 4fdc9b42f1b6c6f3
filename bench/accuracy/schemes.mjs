/**
 * Ways to round a weight, for comparison: each gives a row (K) back as floats, and says what it takes.
 * `two levels` are the k-quants of llama.cpp in idea: scales of groups are themselves integers of 6 bits, under
 * one f16 for eight groups; with `minimum` a group has an offset beside its scale.
 * @typedef {{ name: string, bits: number, round(row: Float32Array): void }} Scheme bits: of a weight, scales included
 */

const GROUP = 32;
const SUPER = 8 * GROUP;

/** @param {Float32Array} row @param {number} size @param {(part: Float32Array) => void} each */
function inParts(row, size, each) {
  for (let k = 0; k < row.length; k += size) each(row.subarray(k, Math.min(k + size, row.length)));
}

/** @param {Float32Array} part */
const magnitude = (part) => part.reduce((most, w) => Math.max(most, Math.abs(w)), 0);

/** To the nearest step of a symmetric range. @param {Float32Array} part @param {number} scale @param {number} most */
function symmetric(part, scale, most) {
  for (let i = 0; i < part.length; i++)
    part[i] = scale === 0 ? 0 : Math.max(-most, Math.min(most, Math.round(part[i] / scale))) * scale;
}

/** The nearest number with 11 bits, as f16 has them. @param {number} x */
function half(x) {
  if (x === 0) return 0;
  const step = 2 ** (Math.floor(Math.log2(Math.abs(x))) - 10);
  return Math.round(x / step) * step;
}

/** A group's largest weight becomes -8 steps. @param {Float32Array} part */
const signed4 = (part) => part.reduce((most, w) => (Math.abs(w) > Math.abs(most) ? w : most), 0) / -8;

/** @param {Float32Array} part @param {number} scale */
function four(part, scale) {
  for (let i = 0; i < part.length; i++)
    part[i] = scale === 0 ? 0 : Math.max(-8, Math.min(7, Math.round(part[i] / scale))) * scale;
}

/** Sixteen steps upward from a minimum. @param {Float32Array} part @param {number} scale @param {number} minimum */
function upward(part, scale, minimum) {
  for (let i = 0; i < part.length; i++) {
    const q = scale === 0 ? 0 : Math.max(0, Math.min(15, Math.round((part[i] - minimum) / scale)));
    part[i] = q * scale + minimum;
  }
}

/** A range that has zero in it. @param {Float32Array} part */
function rangeOf(part) {
  const minimum = half(Math.min(0, ...part));
  return { minimum, scale: half((Math.max(0, ...part) - minimum) / 15) };
}

/** @param {number} size @returns {(row: Float32Array) => void} */
const minimumFor = (size) => (row) =>
  inParts(row, size, (part) => {
    const { scale, minimum } = rangeOf(part);
    upward(part, scale, minimum);
  });

/** The minimum is a whole number of steps. @param {Float32Array} row */
function zeroPoint(row) {
  inParts(row, GROUP, (part) => {
    const { scale, minimum } = rangeOf(part);
    upward(part, scale, scale === 0 ? 0 : Math.round(minimum / scale) * scale);
  });
}

/**
 * Of some first guesses, the line through weights over integers that leaves the least of their squares.
 * @param {Float32Array} row
 */
function fitted(row) {
  inParts(row, GROUP, (part) => {
    const { scale, minimum } = rangeOf(part);
    let [best, least] = [part, Number.POSITIVE_INFINITY];
    for (let guess = -8; guess <= 8; guess++) {
      const q = part.map((w) =>
        Math.max(0, Math.min(15, Math.round((w - minimum) / (scale * (1 + guess / 150) || 1)))),
      );
      const mean = (/** @type {Float32Array} */ v) => v.reduce((sum, x) => sum + x, 0) / v.length;
      const [mq, mw] = [mean(q), mean(part)];
      const spread = mean(q.map((v) => (v - mq) ** 2));
      const slope = spread === 0 ? scale : half(mean(q.map((v, i) => (v - mq) * (part[i] - mw))) / spread);
      const rounded = part.slice();
      upward(rounded, slope, half(mw - slope * mq));
      const error = rounded.reduce((sum, v, i) => sum + (v - part[i]) ** 2, 0);
      if (error < least) [best, least] = [rounded, error];
    }
    part.set(best);
  });
}

/** @param {Float32Array} row */
function twoLevels(row) {
  inParts(row, SUPER, (block) => {
    /** @type {number[]} */
    const scales = [];
    inParts(block, GROUP, (part) => void scales.push(signed4(part)));
    // 6 bits with a sign: -32..31
    const unit = half(scales.reduce((most, s) => Math.max(most, Math.abs(s)), 0) / 31);
    let g = 0;
    inParts(block, GROUP, (part) => {
      const step = unit === 0 ? 0 : Math.max(-31, Math.min(31, Math.round(scales[g] / unit)));
      four(part, step * unit);
      g++;
    });
  });
}

/** @param {Float32Array} row */
function withMinimum(row) {
  inParts(row, SUPER, (block) => {
    /** @type {{ low: number, step: number }[]} */
    const groups = [];
    inParts(block, GROUP, (part) => {
      const low = Math.min(0, ...part);
      groups.push({ low: -low, step: (Math.max(...part) - low) / 15 });
    });
    const unit = half(Math.max(...groups.map(({ step }) => step)) / 63);
    const lowUnit = half(Math.max(...groups.map(({ low }) => low)) / 63);
    let g = 0;
    inParts(block, GROUP, (part) => {
      const scale = unit === 0 ? 0 : Math.round(groups[g].step / unit) * unit;
      upward(part, scale, lowUnit === 0 ? 0 : -Math.round(groups[g].low / lowUnit) * lowUnit);
      g++;
    });
  });
}

/** @type {readonly Scheme[]} */
export const SCHEMES = [
  {
    name: '8 bits, f32 scale a row (q8)',
    bits: 8,
    round: (row) => symmetric(row, magnitude(row) / 127, 127),
  },
  {
    name: '8 bits, f16 scale for 32 (q8_0)',
    bits: 8.5,
    round: (row) => inParts(row, GROUP, (part) => symmetric(part, half(magnitude(part) / 127), 127)),
  },
  {
    name: '4 bits, f16 scale for 32 (q4)',
    bits: 4.5,
    round: (row) => inParts(row, GROUP, (part) => four(part, half(signed4(part)))),
  },
  { name: '4 bits, scale and minimum for 32 (q4_1)', bits: 5, round: minimumFor(GROUP) },
  { name: '4 bits, scale and minimum for 64', bits: 4.5, round: minimumFor(2 * GROUP) },
  { name: '4 bits, scale and minimum for 32, least squares', bits: 5, round: fitted },
  { name: '4 bits, scale and zero point for 32', bits: 4.625, round: zeroPoint },
  { name: '4 bits, two levels, 6-bit scales for 32', bits: 4.25, round: twoLevels },
  { name: '4 bits, two levels, with minimum', bits: 4.5, round: withMinimum },
];
