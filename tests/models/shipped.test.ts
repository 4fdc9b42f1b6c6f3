// The models that come with the package: they load, and do what their cards say.
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { ArgumentError } from '../../src/errors.js';
import { PointerModel } from '../../src/models/pointer.js';
import { Seq2SeqModel } from '../../src/models/seq2seq.js';
import { fromPretrained } from '../../src/node.js';
import { everyEngine } from '../engine.js';

const folder = (name: string): string => fileURLToPath(new URL(`../../models/${name}`, import.meta.url));

everyEngine('shipped models', (engine) => {
  describe('dates', () => {
    const cases = {
      'the 3rd of May, 2019': '2019-05-03',
      '3.5.19': '2019-05-03',
      'May 3rd 19': '2019-05-03',
      '2019/05/03': '2019-05-03',
      'Friday, May 3, 2019': '2019-05-03',
      'FRI, 3 MAY 2019': '2019-05-03',
      '29-Feb-2000': '2000-02-29',
      "Dec. 31st '99": '1999-12-31',
      '1/2/03': '2003-02-01',
    };

    test('are read, all in one batch', async () => {
      using loaded = await fromPretrained(engine(), folder('dates'));
      const { model, tokenizer } = loaded;
      if (!(model instanceof Seq2SeqModel)) throw new Error('another model');
      const sources = Object.keys(cases).map((text) => tokenizer!.encode(text).ids);
      const written = model.write(sources).map(({ ids }) => tokenizer!.decode(ids));
      expect(written).toEqual(Object.values(cases));
      const beams = model.write(sources, { beams: 3 }).map(({ ids }) => tokenizer!.decode(ids));
      expect(beams).toEqual(written);
    });

    test('the map of the attention shows where each part comes from', async () => {
      using loaded = await fromPretrained(engine(), folder('dates'));
      const { model, tokenizer } = loaded;
      if (!(model instanceof Seq2SeqModel)) throw new Error('another model');
      const text = 'the 3rd of may, 2019';
      const { self, memory } = model.attentionMaps(
        tokenizer!.encode(text).ids,
        tokenizer!.encode('2019-05-03').ids,
      );
      expect(memory.map((t) => t.shape)).toEqual([[1, 4, 11, 20]]);
      const heads = (memory[0].tolist() as number[][][][])[0];
      const mean = heads[0].map((row, i) => row.map((_, j) => heads.reduce((s, h) => s + h[i][j] / 4, 0)));
      const focus = (i: number): string => text[mean[i].indexOf(Math.max(...mean[i]))];
      // The two last digits of the year, the month, and the day.
      expect([2, 3, 6, 9].map(focus)).toEqual(['1', '9', 'y', '3']);
      for (const t of [...self, ...memory]) t.dispose();
    });

    test('are refused where they are no sequences', async () => {
      using loaded = await fromPretrained(engine(), folder('dates'));
      const { model } = loaded;
      if (!(model instanceof Seq2SeqModel)) throw new Error('another model');
      expect(() => model.write([[]])).toThrow(ArgumentError);
      expect(() => model.write([new Array(65).fill(5)])).toThrow(/1 to 64 tokens, the longest has 65/);
      expect(() => loaded.generate('May')).toThrow(/fovea-seq2seq model does not continue a text/);
      await expect(loaded.embed('May')).rejects.toThrow(/gives no vectors/);
    });
  });

  test('sort: lists of any length in one batch, greedily and with beams', async () => {
    using loaded = await fromPretrained(engine(), folder('sort'));
    const { model, tokenizer } = loaded;
    if (!(model instanceof PointerModel)) throw new Error('another model');
    const lists = [[31, 4, 15, 92, 65], [7], [3, 99, 0, 50, 12, 88, 27, 4, 61, 33], [5, 5, 2]];
    const ids = lists.map((list) => tokenizer!.encode(list.join(', ')).ids);
    for (const beams of [1, 4]) {
      const pointings = model.point(ids, { beams });
      const found = pointings.map(({ order }, b) => order.map((place) => lists[b][place]));
      expect(found).toEqual(lists.map((list) => [...list].sort((a, b) => a - b)));
      expect(pointings.map(({ distributions }) => distributions.length)).toEqual([5, 1, 10, 3]);
    }
    expect(() => model.point([[3], []])).toThrow(ArgumentError);
  });
});

test.each(['dates', 'sort'])('%s: the folder is complete, and weighs less than a megabyte', (name) => {
  const files = ['config.json', 'model.safetensors', 'tokenizer.json', 'README.md', 'training-curve.svg'];
  expect(files.filter((file) => !existsSync(`${folder(name)}/${file}`))).toEqual([]);
  expect(statSync(`${folder(name)}/model.safetensors`).size).toBeLessThan(1_000_000);
});
