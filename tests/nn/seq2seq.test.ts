// Sequence to sequence: logits, maps, loss and gradients against the Transformer in doubles; decoding against teacher
// forcing; invariances bit for bit; learning.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, DTypeError, ShapeError } from '../../src/errors.js';
import { Seq2SeqTransformer } from '../../src/nn/seq2seq.js';
import { backward } from '../../src/ops/backward.js';
import { logSoftmax } from '../../src/ops/softmax.js';
import { Adam } from '../../src/optim/adam.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { type Seq2SeqShape, seq2seq, seq2seqLoss } from '../reference/seq2seq.js';
import { type Matrix, ReferenceWeights } from '../reference/transformer.js';
import { expectLossAndGradients } from './gradients.js';
import { cleanTest } from './helpers.js';

const [PAD, START, END] = [0, 1, 2];
const V = 11;

interface Options {
  E: number;
  heads: number;
  normFirst: boolean;
  tied: boolean;
  /** of encoder and decoder each; default 1 */
  layers?: number;
}

everyEngine('sequence to sequence', (engine) => {
  const clean = cleanTest(engine);
  const model = ({ E, heads, normFirst, tied, layers = 1 }: Options, seed = 1): Seq2SeqTransformer =>
    new Seq2SeqTransformer(engine(), {
      vocabSize: V,
      padId: PAD,
      startId: START,
      endId: END,
      tieEmbeddings: tied,
      dModel: E,
      nhead: heads,
      numEncoderLayers: layers,
      numDecoderLayers: layers,
      dimFeedforward: 20,
      dropout: 0,
      normFirst,
      generator: new Generator(seed),
    });
  const shapeOf = ({ heads, normFirst, tied, layers = 1 }: Options): Seq2SeqShape => ({
    heads,
    encoderLayers: layers,
    decoderLayers: layers,
    normFirst,
    tied,
  });
  const SMALL: Options = { E: 12, heads: 2, normFirst: true, tied: true };
  const ids = (rows: readonly (readonly number[])[]): Tensor => {
    const longest = Math.max(...rows.map((r) => r.length));
    const padded = rows.map((r) => [...r, ...new Array(longest - r.length).fill(PAD)]);
    return engine().tensor(padded, undefined, { dtype: 'i32' });
  };
  const random = new Random(4);
  const words = (n: number): number[] => Array.from({ length: n }, () => 3 + random.int(V - 3));

  describe('against the Transformer in doubles', () => {
    // Widths of a head below, at and above a vector of four lanes; lengths around them too.
    const cases: [number, number, boolean, boolean, number[], number[]][] = [
      [6, 2, false, false, [1], [1]],
      [8, 2, true, false, [3, 5], [4, 2]],
      [12, 3, false, true, [9, 4, 1], [3, 1, 2]],
      [20, 4, true, true, [2, 5], [3, 4]],
    ];
    test.each(cases)('E = %i, %i heads, normFirst %s, tied %s', (E, heads, normFirst, tied, S, L) => {
      engine().scope(() => {
        const options = { E, heads, normFirst, tied };
        const net = model(options);
        const sources = S.map(words);
        const targets = L.map((n) => [START, ...words(n), END]);
        const count = targets.reduce((n, t) => n + t.length - 1, 0);
        expectLossAndGradients({
          module: net,
          loss: () => net.loss(ids(sources), ids(targets)),
          reference: (w) =>
            sources.reduce((sum, s, b) => sum + seq2seqLoss(s, targets[b], w, shapeOf(options)), 0) / count,
          tolerance: 5e-5,
        });
        net.dispose();
      });
    });

    for (const normFirst of [true, false])
      clean(`logits and maps of two layers, sources of 33, 4 and 1 tokens, normFirst ${normFirst}`, () => {
        const options = { E: 20, heads: 4, normFirst, tied: true, layers: 2 };
        const net = model(options);
        const sources = [33, 4, 1].map(words);
        const targets = [5, 17, 2].map((n) => [START, ...words(n)]);
        const state = [...net.stateDict()].map(
          ([key, t]) => [key, { shape: t.shape, data: Float64Array.from(t.toArray()) }] as const,
        );
        const weights = new ReferenceWeights(new Map(state));
        const logits = net.forward(ids(sources), ids(targets)).tolist() as number[][][];
        const { self, memory } = net.attentionMaps(ids(sources), ids(targets));
        const encoder = net.encoderMaps(ids(sources));
        expect(encoder.map((t) => t.shape)).toEqual([1, 2].map(() => [3, 4, 33, 33]));
        const lists = (maps: readonly Tensor[]) => maps.map((t) => t.tolist() as number[][][][]);
        const found = { memory: lists(memory), encoder: lists(encoder) };
        sources.forEach((source, b) => {
          const truth = seq2seq(source, targets[b], weights, shapeOf(options));
          truth.logits.forEach((row, i) => {
            expectClose(logits[b][i], row, { abs: 2e-5 }, `logits ${b}.${i}`);
          });
          const compare = (maps: readonly number[][][][][], heads: Matrix[], layer: number): void =>
            heads.forEach((rows, h) => {
              rows.forEach((row, i) => {
                const map = maps[layer][b][h][i];
                expectClose(map.slice(0, row.length), row, { abs: 2e-6 }, `map ${layer}.${h}`);
                expect(map.slice(row.length).every((x) => x === 0)).toBe(true);
              });
            });
          truth.maps.forEach((heads, layer) => void compare(found.memory, heads, layer));
          truth.encoderMaps.forEach((heads, layer) => void compare(found.encoder, heads, layer));
        });
        for (const t of [...memory, ...self, ...encoder]) t.dispose();
        net.dispose();
      });
  });

  describe('decoding', () => {
    const source = [words(5), words(9), words(2)];

    clean('greedy: each token is the likeliest after those before it', () => {
      const net = model(SMALL);
      const written = net.generate(ids(source), { maxLength: 7 });
      written.forEach(([{ choices, logProbability }], b) => {
        const ended = choices.length < 7;
        const target = [START, ...choices, ...(ended ? [END] : [])];
        const logs = logSoftmax(net.forward(ids([source[b]]), ids([target])), -1).tolist() as number[][][];
        let p = 0;
        target.slice(1).forEach((id, i) => {
          expect(logs[0][i][id]).toBe(Math.max(...logs[0][i]));
          p += logs[0][i][id];
        });
        // Step by step, with what was read before kept: the same bits.
        expect(logProbability).toBe(p);
      });
      net.dispose();
    });

    clean('a sequence is translated alike alone and in a padded batch, bit for bit', () => {
      const net = model(SMALL, 3);
      const options = { maxLength: 6, beams: 3, lengthPenalty: 1 };
      const together = net.generate(ids(source), options);
      source.forEach((s, b) => {
        const [alone] = net.generate(ids([s]), options);
        const plain = ({ choices, logProbability }: (typeof alone)[number]) => ({ choices, logProbability });
        expect(together[b].map(plain)).toEqual(alone.map(plain));
      });
      net.dispose();
    });

    clean('every hypothesis of a beam has the probability that teacher forcing gives it, bit for bit', () => {
      const net = model({ ...SMALL, tied: false, layers: 2 }, 5);
      const maxLength = 6;
      net.generate(ids(source), { maxLength, beams: 4 }).forEach((hypotheses, b) => {
        expect(hypotheses).toHaveLength(4);
        for (const { choices, logProbability } of hypotheses) {
          const target = [START, ...choices, ...(choices.length < maxLength ? [END] : [])];
          const logs = logSoftmax(net.forward(ids([source[b]]), ids([target])), -1).tolist() as number[][][];
          expect(target.slice(1).reduce((p, id, i) => p + logs[0][i][id], 0)).toBe(logProbability);
        }
      });
      net.dispose();
    });

    clean('beams find what greedy decoding passes by', () => {
      const net = model({ ...SMALL, tied: false }, 2);
      const many = Array.from({ length: 24 }, () => words(4));
      const [one, wide] = [1, 40].map((beams) => net.generate(ids(many), { maxLength: 3, beams }));
      for (const [b, [best]] of wide.entries())
        expect(best.logProbability).toBeGreaterThanOrEqual(one[b][0].logProbability - 1e-5);
      expect(wide.some(([best], b) => best.logProbability > one[b][0].logProbability + 1e-3)).toBe(true);
      net.dispose();
    });
  });

  clean('tied: one matrix in three places', () => {
    const net = model(SMALL);
    expect(net.parameters().filter((p) => p.shape.join() === `${V},12`)).toHaveLength(1);
    expect(net.output.weight.owner).toBe(net.src_embedding.weight);
    net.dispose();
  });

  clean('learns to turn a word round', () => {
    const net = model({ ...SMALL, E: 16 });
    net.requiresGrad();
    const optimizer = new Adam(net.parameters(), { lr: 5e-3 });
    const step = (): number =>
      engine().scope(() => {
        const sources = Array.from({ length: 16 }, () => words(3));
        optimizer.zeroGrad();
        const loss = net.loss(ids(sources), ids(sources.map((s) => [START, ...[...s].reverse(), END])));
        backward(loss);
        optimizer.step();
        return loss.item();
      });
    const first = step();
    for (let i = 0; i < 120; i++) step();
    expect(step()).toBeLessThan(first / 3);
    optimizer.dispose();
    net.dispose();
  });

  clean('label smoothing makes certainty cost', () => {
    const net = model(SMALL);
    const [s, t] = [ids([words(4)]), ids([[START, 5, 6, END]])];
    expect(net.loss(s, t, { labelSmoothing: 0.1 }).item()).not.toBe(net.loss(s, t).item());
    net.dispose();
  });

  test('refuses what does not fit', () => {
    engine().scope(() => {
      const net = model(SMALL);
      expect(() => net.forward(engine().zeros([2, 3]), ids([[START]]))).toThrow(DTypeError);
      expect(() => net.generate(engine().zeros([3], 'i32'), { maxLength: 3 })).toThrow(ShapeError);
      expect(() => net.forward(ids([[3, V]]), ids([[START]]))).toThrow(ArgumentError);
      expect(() => net.forward(ids([[3], [4]]), ids([[START]]))).toThrow(ShapeError);
      net.dispose();
    });
  });
});
