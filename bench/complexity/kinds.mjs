/**
 * Four ways to let n positions of width d see each other, each one layer as a user would build it, and what the
 * theory says of them (Vaswani et al. 2017, table 1): the time of a layer, how many operations have to wait for
 * one another, and how long the path between the first and the last position is. Exponents are those of n and d
 * in the term that dominates, and the sizes are chosen so that it does.
 */

/**
 * @typedef {{ n: number, d: number, k: number, rows: number }} Size positions, width, taps, and samples at once
 * @typedef {{ forward(x: any): any, pack(): unknown, dispose(): void }} Layer
 * @typedef {'n' | 'd' | 'k'} Axis
 * @typedef {{ sizes: readonly number[], at: Partial<Size> }} Series one size varies, the others stay
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} term
 * @property {Partial<Record<Axis, number>>} theory exponents of the time
 * @property {number} sequential exponent of n in the number of operations that wait for one another
 * @property {number} path exponent of n in the length of the longest path
 * @property {Partial<Record<Axis, Series>>} series
 * @property {(nn: any, home: any, size: Size) => Layer} layer maps a tensor of `shape` to one of the same shape
 * @property {(size: Size) => number[]} shape
 * @property {(i: number, size: Size) => number[]} position where the numbers of position i are, by flat index
 */

/** @type {(i: number, size: Size) => number[]} */
const row = (i, { d }) => Array.from({ length: d }, (_, c) => i * d + c);

/** @type {readonly Kind[]} */
export const kinds = [
  {
    name: 'self-attention',
    term: 'n² d',
    theory: { n: 2, d: 1 },
    sequential: 0,
    path: 0,
    series: {
      n: { sizes: [512, 1024, 2048, 4096], at: { d: 64 } },
      d: { sizes: [32, 64, 128, 256], at: { n: 2048 } },
    },
    layer(nn, home, { d }) {
      const attention = new nn.MultiheadAttention(home, d, 1);
      return {
        forward: (x) => attention.forward(x, x, x, { needWeights: false }).output,
        pack: () => attention.pack(),
        dispose: () => attention.dispose(),
      };
    },
    shape: ({ n, d }) => [n, d],
    position: row,
  },
  {
    name: 'recurrent',
    term: 'n d²',
    theory: { n: 1, d: 2 },
    sequential: 1,
    path: 1,
    series: {
      n: { sizes: [64, 128, 256, 512, 1024], at: { d: 256 } },
      d: { sizes: [384, 512, 768, 1024, 1280], at: { n: 64 } },
    },
    layer(nn, home, { d }) {
      const rnn = new nn.RNN(home, d, d);
      return { forward: (x) => rnn.forward(x)[0], pack: () => rnn.pack(), dispose: () => rnn.dispose() };
    },
    shape: ({ n, d }) => [n, d],
    position: row,
  },
  {
    name: 'convolution',
    term: 'k n d²',
    theory: { n: 1, d: 2, k: 1 },
    sequential: 0,
    path: 1,
    series: {
      n: { sizes: [128, 256, 512, 1024, 2048], at: { d: 128 } },
      d: { sizes: [64, 96, 128, 192, 256], at: { n: 512 } },
      k: { sizes: [3, 5, 9, 17], at: { n: 512, d: 128 } },
    },
    layer: (nn, home, { d, k }) => new nn.Conv1d(home, d, d, k, { padding: 'same' }),
    shape: ({ n, d }) => [d, n],
    position: (i, { n, d }) => Array.from({ length: d }, (_, c) => c * n + i),
  },
  {
    name: 'fully connected',
    term: 'n² d²',
    theory: { n: 2, d: 2 },
    sequential: 0,
    path: 0,
    // Several samples share each weight, or the time would be that of fetching weights from memory.
    series: {
      n: { sizes: [16, 32, 64, 128], at: { d: 32, rows: 16 } },
      d: { sizes: [16, 32, 64, 128], at: { n: 32, rows: 16 } },
    },
    layer: (nn, home, { n, d }) => new nn.Linear(home, n * d, n * d),
    shape: ({ n, d, rows }) => [rows, n * d],
    position: row,
  },
];

/** @param {Partial<Size>} size @returns {Size} with what is missing */
export function whole({ n = 1, d = 1, k = 3, rows = 1 }) {
  return { n, d, k, rows };
}
