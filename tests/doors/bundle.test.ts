// Node's bundle in a realm of its own, which is where Jest runs what it tests: the parts must be of the same realm as
// the first file, or objects that one makes would be strangers to the other.
import { describe, expect, test } from '@jest/globals';

type Door = typeof import('../../src/node.js');
const door = (await import(new URL('../../dist/bundle/entries/node.js', import.meta.url).href)) as Door;
const { createEngine, F, nn, optim, Tensor, ALL_MODELS, HUB_MODELS, EncoderModel, memorySource } = door;

describe('what is read when it is used', () => {
  test('knows the plain objects of the first file, and makes such', async () => {
    using engine = await createEngine();
    const { values, indices } = engine.scope(() => F.topk(engine.tensor([3, 1, 2]), 2));
    expect([...values.data, ...indices.data]).toEqual([3, 2, 0, 2]);
    expect(values).toBeInstanceOf(Tensor);
    // The results and what topk keeps to work on; the input went at the end of the scope.
    expect(engine.memory.blocks).toBe(3);
  });

  test('has the classes of the first file', async () => {
    using engine = await createEngine();
    const layer = new nn.Linear(engine.arena, 3, 2);
    expect(layer).toBeInstanceOf(nn.Module);
    expect(layer.constructor.name).toBe('Linear');
    expect(new optim.SGD(layer.parameters(), { lr: 1 })).toBeInstanceOf(optim.Optimizer);
    expect(() => F.softmax(engine.ones([2], 'i32'), 0)).toThrow(door.DTypeError);
    await expect(door.fromPretrained(engine, memorySource([]))).rejects.toThrow(door.MissingFileError);
    const bert = (await import(
      new URL('../../dist/bundle/entries/models-bert.js', import.meta.url).href
    )) as {
      BertModel: { prototype: unknown };
      BERT: typeof ALL_MODELS;
    };
    expect(bert.BertModel.prototype).toBeInstanceOf(EncoderModel);
    expect([ALL_MODELS.bert, HUB_MODELS.bert]).toEqual([bert.BERT.bert, bert.BERT.bert]);
  });

  test('stands among the rest: names in order, nothing to be changed, the same each time', () => {
    for (const room of [F, nn, optim, ALL_MODELS]) {
      expect(Object.isFrozen(room)).toBe(true);
      expect(Object.values(room)).toEqual(Object.keys(room).map((name) => room[name as keyof typeof room]));
    }
    expect(Object.keys(F)).toEqual(Object.keys(F).sort());
    expect({ ...HUB_MODELS }).toEqual(HUB_MODELS);
    expect('softmax' in F && !('nothing' in F)).toBe(true);
  });
});
