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
      const low = lowUnit === 0 ? 0 : Math.round(groups[g].low / lowUnit) * lowUnit;
      for (let i = 0; i < part.length; i++) {
        const q = scale === 0 ? 0 : Math.max(0, Math.min(15, Math.round((part[i] + low) / scale)));
        part[i] = q * scale - low;
      }
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
    name: '8 bits, f16 scale for 32',
    bits: 8.5,
    round: (row) => inParts(row, GROUP, (part) => symmetric(part, half(magnitude(part) / 127), 127)),
  },
  {
    name: '4 bits, f16 scale for 32 (q4)',
    bits: 4.5,
    round: (row) => inParts(row, GROUP, (part) => four(part, half(signed4(part)))),
  },
  { name: '4 bits, two levels, 6-bit scales for 32', bits: 4.25, round: twoLevels },
  { name: '4 bits, two levels, with minimum', bits: 4.5, round: withMinimum },
];
