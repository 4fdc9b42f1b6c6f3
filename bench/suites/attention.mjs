import { createEngine, F } from 'fovea';
import { assertAgree } from '../agree.mjs';
import { exponent } from '../complexity/fit.mjs';
import { normal } from '../random.mjs';
import { attentions } from '../shapes.mjs';

/** Values are means of others, of spread one at most; two engines in f32 differ by less. */
const TOLERANCE = 2e-5;
/** From here on a run is long enough for its time to be all S². */
const FITTED_FROM = 1024;
/** What working memory is measured at, beside q, k, v and the output. */
const LONG = { H: 12, G: 12, S: 8192, D: 64, causal: false };

/** @param {typeof LONG} shape */
const nameOf = ({ H, G, S, D, causal }) =>
  `S${S} d${D} ${H === G ? `${H} heads` : `${H}/${G} heads`}${causal ? ' causal' : ''}`;

const QUICK = [
  ...[128, 512, 2048, 8192].map((S) => `S${S} d64 12 heads`),
  'S2048 d64 12 heads causal',
  'S512 d32 12 heads',
  'S512 d128 8 heads',
  'S512 d64 9/3 heads causal',
];

/** @param {typeof LONG} shape @returns {import('../contract.d.ts').Case} */
function attentionCase(shape) {
  const { H, G, S, D, causal } = shape;
  /** @type {import('../contract.d.ts').AttentionProblem | undefined} */
  let problem;
  return {
    name: nameOf(shape),
    full: !QUICK.includes(nameOf(shape)),
    // q kᵀ and the product with v; a causal query sees half of the keys.
    flops: (causal ? 2 * S * (S + 1) : 4 * S * S) * H * D,
    async load(contestant) {
      problem ??= { ...shape, q: normal(S * H * D, 1), k: normal(S * G * D, 2), v: normal(S * G * D, 3) };
      return contestant.attention?.(problem) ?? null;
    },
    check(outputs) {
      const [[first, want], ...others] = outputs;
      for (const [name, got] of others) assertAgree(`${name} against ${first}`, got, want, () => TOLERANCE);
    },
    release() {
      problem = undefined;
    },
  };
}

/**
 * How time grows with S, and the memory of the longest case.
 * @param {{ rows: readonly import('../contract.d.ts').Row[], variant: string }} context
 */
async function figures({ rows, variant }) {
  const long = attentions.filter(
    ({ S, D, H, G, causal }) => S >= FITTED_FROM && D === 64 && H === G && !causal,
  );
  const points = long.flatMap((shape) => {
    const ms = rows.find((row) => row.case === nameOf(shape))?.ours?.ms;
    return ms ? [{ S: shape.S, ms }] : [];
  });
  const fitted = exponent(
    points.map(({ S }) => S),
    points.map(({ ms }) => ms),
  );
  return [
    ...(points.length > 1 ? [{ name: 'exponent of time over S', unit: '(theory 2)', value: fitted }] : []),
    { name: `memory of ${nameOf(LONG)}`, unit: 'MB', value: (await workingMemory(variant)) / 1e6 },
  ];
}

/** @param {string} variant @returns {Promise<number>} bytes at the peak, beside q, k, v and the output */
async function workingMemory(variant) {
  const engine = await createEngine({ variant: /** @type {'simd' | 'relaxed'} */ (variant) });
  const { H, S, D } = LONG;
  const [q, k, v] = [1, 2, 3].map((seed) => engine.tensor(normal(H * S * D, seed), [H, S, D]));
  const { used } = engine.memory;
  const y = F.scaledDotProductAttention(q, k, v);
  const working = engine.memory.peak - used - 4 * y.numel;
  engine.dispose();
  return working;
}

/** @type {import('../contract.d.ts').Suite} */
export const suite = {
  rivals: ['onnxruntime-web', 'onnxruntime-node'],
  cases: attentions.map(attentionCase),
  figures,
};
