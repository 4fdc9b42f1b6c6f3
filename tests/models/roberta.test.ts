// RoBERTa and its kin against an independent reference in double precision, on checkpoints made here.
import { describe, expect, test } from '@jest/globals';
import { fromPretrained } from '../../src/hub.js';
import { memorySource } from '../../src/io/source-memory.js';
import type { EncoderModel } from '../../src/models/base.js';
import { expectCanFail, expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { referenceRoberta } from '../reference/roberta.js';
import type { Matrix } from '../reference/transformer.js';
import { filesOf, makeCheckpoint, ROBERTA, robertaShapes } from './make-checkpoint.js';

const TOLERANCE = { abs: 2e-5 };
const PAD = 1;

const flat = (rows: Matrix): number[] => rows.flatMap((row) => [...row]);

const CASES = [[5], [7, 3, 88, 12], Array.from({ length: 32 }, (_, i) => 2 + ((i * 37) % 118))];

everyEngine('roberta', (engine) => {
  describe.each(['roberta', 'xlm-roberta', 'camembert'])('%s', (model_type) => {
    const config = { ...ROBERTA, model_type };
    const made = makeCheckpoint(config, robertaShapes(config, model_type === 'roberta'), 11);
    const open = async (): Promise<EncoderModel> =>
      (await fromPretrained(engine(), memorySource(filesOf(made)))).model as EncoderModel;

    test.each(CASES)('hidden states, attention maps and pooler of %j …', async (...ids) => {
      const reference = referenceRoberta(ROBERTA as never, made.weights, ids);
      using model = await open();
      engine().scope(() => {
        const out = model.forward([ids], { outputHiddenStates: true, outputAttentions: true });
        expect(out.hiddenStates!.length).toBe(3);
        reference.hiddenStates.forEach((want, i) => {
          expectCanFail(flat(want), TOLERANCE);
          expectClose(out.hiddenStates![i].toArray(), flat(want), TOLERANCE, `hidden state ${i}`);
        });
        reference.attentions.forEach((want, i) => {
          expect(out.attentions![i].shape).toEqual([1, 3, ids.length, ids.length]);
          expectClose(out.attentions![i].toArray(), want.flatMap(flat), { abs: 1e-5 }, `map ${i}`);
        });
        expect(out.poolerOutput === undefined).toBe(model_type !== 'roberta');
        if (reference.pooled) expectClose(out.poolerOutput!.toArray(), reference.pooled, TOLERANCE);
      });
    });

    test('padding, on either side, changes nothing: positions are counted past it', async () => {
      using model = await open();
      engine().scope(() => {
        const [, row] = CASES;
        const alone = model.forward([row]).lastHiddenState.toArray();
        const D = alone.length / row.length;
        const right = model.forward([[...row, PAD, PAD, PAD]], { attentionMask: [[1, 1, 1, 1, 0, 0, 0]] });
        expect(right.lastHiddenState.toArray().slice(0, alone.length)).toEqual(alone);
        const left = model.forward([[PAD, PAD, PAD, ...row]], { attentionMask: [[0, 0, 0, 1, 1, 1, 1]] });
        expectClose(left.lastHiddenState.toArray().slice(3 * D), alone, TOLERANCE);
      });
    });
  });
});
