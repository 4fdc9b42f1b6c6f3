// What quantisation costs in accuracy, on a real model, and that it keeps the promises of the f32 path:
// the same bits in any batch, on every variant's integers, with nothing left behind.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { folderSource } from '../../src/io/node/source-folder.js';
import type { DecoderModel } from '../../src/models/base.js';
import { createEngine, fromPretrained, type Pretrained } from '../../src/node.js';
import { MATRIX_DTYPES, QUANTIZED_DTYPES } from '../../src/ops/panel-matrix.js';
import { QuantizedMatrix } from '../../src/ops/quantized.js';
import { everyEngine } from '../engine.js';
import { describeWith, json, STORIES } from './shared.js';

const norm = (x: ArrayLike<number>): number => Math.sqrt(Array.from(x).reduce((s, v) => s + v * v, 0));

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i] * b[i];
  return dot / (norm(a) * norm(b));
}

/** Mean of -log p of each token after the first. */
function loss(logits: ArrayLike<number>, ids: readonly number[], V: number): number {
  let total = 0;
  for (let t = 0; t + 1 < ids.length; t++) {
    let [most, sum] = [-Infinity, 0];
    for (let v = 0; v < V; v++) most = Math.max(most, logits[t * V + v]);
    for (let v = 0; v < V; v++) sum += Math.exp(logits[t * V + v] - most);
    total += most + Math.log(sum) - logits[t * V + ids[t + 1]];
  }
  return total / (ids.length - 1);
}

// The model is tiny, with rows of 64 and 172 weights: 4 bits cost it more than they cost others.
// Cosines of all hidden states and logits of the worst text, change of perplexity.  Reached: see the comments.
const BOUNDS = {
  q4_1: { hidden: 0.97, logits: 0.99, perplexity: 0.2 },
  q8_0: { hidden: 0.999, logits: 0.999, perplexity: 0.01 },
  q4: { hidden: 0.97, logits: 0.99, perplexity: 0.2 }, // 0.9779, 0.9923, +15 %
  q8: { hidden: 0.999, logits: 0.999, perplexity: 0.01 }, // 0.99936, 0.99977, +0.4 %
} as const;

describeWith(STORIES, 'quantised stories260K', () => {
  const { greedy } = json(`${STORIES}/golden.json`) as {
    greedy: { prompt_ids: number[]; continuation_ids: number[] }[];
  };
  const texts = greedy.map(({ prompt_ids, continuation_ids }) => [...prompt_ids, ...continuation_ids]);

  describe.each(QUANTIZED_DTYPES)('%s', (dtype) => {
    everyEngine('loaded', (engine) => {
      let exact: Pretrained;
      let rounded: Pretrained;
      beforeAll(async () => {
        exact = await fromPretrained(engine(), folderSource(STORIES));
        rounded = await fromPretrained(engine(), folderSource(STORIES), { dtype });
      });
      afterAll(() => {
        exact.dispose();
        rounded.dispose();
      });

      const run = (p: Pretrained, rows: number[][]) =>
        engine().scope(() => {
          const { logits, lastHiddenState } = (p.model as DecoderModel).forward(rows);
          return { logits: logits.toArray(), hidden: lastHiddenState.toArray() };
        });

      test('hidden states, logits and perplexity against f32', () => {
        const V = exact.model.config.vocabSize;
        let [hidden, logits, before, after] = [1, 1, 0, 0];
        for (const ids of texts) {
          const [a, b] = [run(exact, [ids]), run(rounded, [ids])];
          hidden = Math.min(hidden, cosine(a.hidden, b.hidden));
          logits = Math.min(logits, cosine(a.logits, b.logits));
          before += loss(a.logits, ids, V) / texts.length;
          after += loss(b.logits, ids, V) / texts.length;
        }
        const change = Math.exp(after - before) - 1;
        const bounds = BOUNDS[dtype];
        expect(hidden).toBeGreaterThan(bounds.hidden);
        expect(logits).toBeGreaterThan(bounds.logits);
        expect(Math.abs(change)).toBeLessThan(bounds.perplexity);
        expect(hidden).toBeLessThan(0.999999); // it was quantised
      });

      test('a sequence in a batch has the bits of the sequence alone', () => {
        const ids = texts[1].slice(0, 24);
        const alone = run(rounded, [ids]).logits;
        const batch = run(rounded, [texts[2].slice(0, 24), ids, texts[3].slice(0, 24)]).logits;
        expect(batch.slice(alone.length, 2 * alone.length)).toEqual(alone);
      });

      test('the matrices are quantised, norms are not; the tied table is held once', () => {
        for (const [name, p] of rounded.model.namedParameters())
          expect([name, p.matrix instanceof QuantizedMatrix]).toEqual([name, p.shape.length === 2]);
      });

      test('it generates', async () => {
        const result = await rounded.generate('Once upon a time', { maxNewTokens: 12 }).result();
        expect(result.text.startsWith(', there was a little girl named Lily')).toBe(true);
      });
    });
  });

  test.each(MATRIX_DTYPES)('%s matrices are laid out once, while they are read', async (dtype) => {
    using engine = await createEngine();
    const { model } = await fromPretrained(engine, folderSource(STORIES), { dtype });
    const { blocks, peak } = engine.memory;
    const matrices = model.parameters().map((p) => p.matrix);
    expect(model.parameters().map((p) => p.matrix)).toEqual(matrices);
    expect(engine.memory).toMatchObject({ blocks, peak });
  });

  test('an unknown dtype is refused before anything is read', async () => {
    using engine = await createEngine();
    const { blocks } = engine.memory;
    await expect(fromPretrained(engine, folderSource(STORIES), { dtype: 'q3' as 'q8' })).rejects.toThrow(
      'dtype must be f32 or q8 or q8_0 or q4 or q4_1, got "q3"',
    );
    expect(engine.memory.blocks).toBe(blocks);
  });
});
