/** Characters of a text as numbers, cut into windows. */
import { Tensor } from '../../../dist/node.js';

export class Characters {
  /** @param {string} text */
  constructor(text) {
    /** In order of their code points, as every run must number them alike. */
    this.vocabulary = [...new Set(text)].sort();
    const number = new Map(this.vocabulary.map((c, i) => [c, i]));
    const ids = Int32Array.from(text, (c) => /** @type {number} */ (number.get(c)));
    const cut = Math.floor(0.9 * ids.length);
    this.train = ids.subarray(0, cut);
    this.validation = ids.subarray(cut);
  }
}

/**
 * Windows of text and, as targets, the same one character on: two tensors (starts, context) i32.
 * @param {Tensor['arena']} arena
 * @param {Int32Array} ids
 * @param {readonly number[]} starts
 * @param {number} context
 */
export function windows(arena, ids, starts, context) {
  const at = (/** @type {number} */ shift) => {
    const rows = new Int32Array(starts.length * context);
    for (const [i, s] of starts.entries())
      rows.set(ids.subarray(s + shift, s + shift + context), i * context);
    return Tensor.from(arena, rows, [starts.length, context], 'i32');
  };
  return { input: at(0), target: at(1) };
}

/**
 * Starts of random windows.
 * @param {import('../../../dist/node.js').Generator} generator
 * @param {Int32Array} ids @param {number} batch @param {number} context
 */
export function randomStarts(generator, ids, batch, context) {
  const choices = ids.length - context;
  return Array.from({ length: batch }, () => Math.floor(generator.uniform() * choices));
}

/**
 * Starts of windows side by side: every character but the first is predicted exactly once (but for what is left
 * over at the end, less than a window).
 * @param {Int32Array} ids @param {number} context
 */
export function allStarts(ids, context) {
  return Array.from({ length: Math.floor((ids.length - 1) / context) }, (_, i) => i * context);
}
