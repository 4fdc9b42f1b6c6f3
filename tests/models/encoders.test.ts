// The encoders of the shared checkpoints against numbers computed in float64 by other code.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EncoderModel } from '../../src/models/base.js';
import { expectCanFail, expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { CHECKPOINTS, describeWith, type Golden, json, loadEncoder, numbers } from './shared.js';

interface Case {
  input_ids: number[];
  hidden_states: Golden[];
  last_hidden_state: Golden;
  pooler_output?: Golden;
}

interface GoldenFile {
  cases: Case[];
  padded_batch: { input_ids: number[][]; attention_mask: number[][] };
}

// Suggested: 2e-4.  Reached: 4e-6.
const TOLERANCE = { abs: 1e-5 };

describeWith(CHECKPOINTS, 'encoder checkpoints', () => {
  for (const name of ['bert', 'distilbert'])
    everyEngine(name, (engine) => {
      const { cases, padded_batch: padded } = json(`${CHECKPOINTS}/${name}/golden.json`) as GoldenFile;
      let model: EncoderModel;
      beforeAll(async () => {
        model = await loadEncoder(engine(), `${CHECKPOINTS}/${name}`);
      });
      afterAll(() => model.dispose());

      test.each(cases.map((c, i) => [i, c] as const))('case %i: every layer', (_, c) => {
        engine().scope(() => {
          const out = model.forward([c.input_ids], { outputHiddenStates: true });
          expect(out.hiddenStates?.length).toBe(c.hidden_states.length);
          c.hidden_states.forEach((golden, i) => {
            expectCanFail(numbers(golden), TOLERANCE);
            expectClose(out.hiddenStates![i].toArray(), numbers(golden), TOLERANCE, `hidden state ${i}`);
          });
          expectClose(out.lastHiddenState.toArray(), numbers(c.last_hidden_state), TOLERANCE, 'last');
          expect(out.poolerOutput !== undefined).toBe(c.pooler_output !== undefined);
          if (c.pooler_output)
            expectClose(out.poolerOutput!.toArray(), numbers(c.pooler_output), TOLERANCE, 'pooler');
        });
      });

      test('padded batch: each row has the bits that it has alone', () => {
        engine().scope(() => {
          const { lastHiddenState, poolerOutput } = model.forward(padded.input_ids, {
            attentionMask: padded.attention_mask,
          });
          const [, S, D] = lastHiddenState.shape;
          const all = lastHiddenState.toArray();
          cases.forEach((c, row) => {
            const alone = model.forward([c.input_ids]);
            const n = c.input_ids.length * D;
            expect(all.slice(row * S * D, row * S * D + n)).toEqual(alone.lastHiddenState.toArray());
            if (poolerOutput)
              expect(poolerOutput.toArray().slice(row * D, (row + 1) * D)).toEqual(
                alone.poolerOutput!.toArray(),
              );
          });
        });
      });

      test('a wrong mask is seen', () => {
        engine().scope(() => {
          const { lastHiddenState } = model.forward(padded.input_ids);
          const D = lastHiddenState.shape[2];
          const golden = numbers(cases[1].last_hidden_state);
          const start = padded.input_ids[0].length * D;
          expect(() =>
            expectClose(lastHiddenState.toArray().slice(start, start + golden.length), golden, TOLERANCE),
          ).toThrow(/times the tolerance/);
        });
      });
    });
});
