// State dicts, packing, tying, ownership.
import { expect } from '@jest/globals';
import { WeightsError } from '../../src/errors.js';
import { Dropout } from '../../src/nn/dropout.js';
import { Linear } from '../../src/nn/linear.js';
import { Module } from '../../src/nn/module.js';
import { backward } from '../../src/ops/backward.js';
import { sum } from '../../src/ops/reduce.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { cleanTest, normals } from './helpers.js';

class Net extends Module {
  first: Linear;
  rest: Linear[];
  drop: Dropout;
  readonly note = 'not state';

  constructor(home: ConstructorParameters<typeof Module>[0]) {
    super(home);
    this.first = new Linear(home, 5, 19);
    this.rest = [new Linear(home, 19, 19), new Linear(home, 19, 3, { bias: false })];
    this.drop = new Dropout(home, 0.5);
  }

  forward(x: Tensor): Tensor {
    return this.arena.scope(() =>
      this.drop.forward([this.first, ...this.rest].reduce((h, layer) => layer.forward(h), x)),
    );
  }
}

const KEYS = ['first.weight', 'first.bias', 'rest.0.weight', 'rest.0.bias', 'rest.1.weight'];

everyEngine('Module', (engine) => {
  const random = new Random(1);
  const tensor = normals(engine, random);

  const clean = cleanTest(engine);

  clean('keys are the names of the fields', () => {
    const net = new Net(engine());
    expect([...net.namedParameters()].map(([key]) => key)).toEqual(KEYS);
    expect([...net.stateDict().keys()]).toEqual(KEYS);
    expect(net.parameters().map((p) => p.shape)).toEqual([[19, 5], [19], [19, 19], [19], [3, 19]]);
    net.dispose();
  });

  clean('a layer can live where an engine, an arena, a tensor or a layer lives', () => {
    const { arena } = engine();
    const homes = [engine(), arena, tensor(1), new Linear(arena, 1, 1)];
    for (const home of homes) expect(new Linear(home, 2, 2).arena).toBe(arena);
  });

  clean('stateDict() copies, loadStateDict() copies in', () => {
    const [a, b] = [new Net(engine()), new Net(engine())];
    const state = a.stateDict();
    b.loadStateDict(state);
    const x = tensor(2, 5);
    expect(b.forward(x).toArray()).toEqual(a.forward(x).toArray());
    for (const t of state.values()) t.data.fill(0);
    expect(b.forward(x).toArray()).toEqual(a.forward(x).toArray());
    a.dispose();
    b.dispose();
  });

  clean('half precision is widened', () => {
    const layer = new Linear(engine(), 2, 1, { bias: false });
    layer.loadStateDict(
      new Map([['weight', engine().tensor(Uint16Array.of(0x3c00, 0xc000), [1, 2], { dtype: 'f16' })]]),
    );
    expect(Array.from(layer.weight.tensor.toArray())).toEqual([1, -2]);
    layer.loadStateDict(
      new Map([['weight', engine().tensor(Uint16Array.of(0x3f80, 0xc000), [1, 2], { dtype: 'bf16' })]]),
    );
    expect(Array.from(layer.weight.tensor.toArray())).toEqual([1, -2]);
    expect(() =>
      layer.loadStateDict(new Map([['weight', engine().tensor(Int32Array.of(1, 2), [1, 2])]])),
    ).toThrow(/weight must be f32, f16 or bf16, got i32/);
    layer.dispose();
  });

  clean('what does not fit is listed at once, and nothing changes', () => {
    const net = new Net(engine());
    const before = net.stateDict();
    const state = new Map(before);
    state.delete('first.bias');
    state.delete('rest.1.weight');
    state.set('head.weight', tensor(1));
    state.set('first.weight', tensor(5, 19));
    state.set('rest.0.bias', tensor(18));
    let error: unknown;
    try {
      net.loadStateDict(state);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(WeightsError);
    const { missing, unexpected, misshapen, message } = error as WeightsError;
    expect(missing).toEqual(['first.bias', 'rest.1.weight']);
    expect(unexpected).toEqual(['head.weight']);
    expect(misshapen).toEqual([
      { name: 'first.weight', expected: [19, 5], actual: [5, 19] },
      { name: 'rest.0.bias', expected: [19], actual: [18] },
    ]);
    for (const part of ['Net', 'first.bias', 'head.weight', 'expected [19, 5], found [5, 19]'])
      expect(message).toContain(part);
    for (const [key, t] of net.stateDict()) expect(t.toArray()).toEqual(before.get(key)!.toArray());
    net.dispose();
  });

  clean('strict: false takes what is there, but not in another shape', () => {
    const net = new Net(engine());
    const bias = tensor(19);
    net.loadStateDict(
      new Map([
        ['first.bias', bias],
        ['other', tensor(1)],
      ]),
      { strict: false },
    );
    expect(net.first.bias!.tensor.toArray()).toEqual(bias.toArray());
    expect(() => net.loadStateDict(new Map([['first.bias', tensor(2)]]), { strict: false })).toThrow(
      WeightsError,
    );
    net.dispose();
  });

  clean('pack() and unpacking give the same bits', () => {
    const net = new Net(engine());
    const x = tensor(7, 5);
    const plain = net.forward(x).toArray();
    const state = net.stateDict();
    net.pack();
    expect(net.parameters().map((p) => p.isPacked)).toEqual([true, false, true, false, true]);
    expect(net.forward(x).toArray()).toEqual(plain);
    // A copy of the state leaves the weights packed.
    for (const [key, t] of net.stateDict()) expect(t.toArray()).toEqual(state.get(key)!.toArray());
    expect(net.first.weight.isPacked).toBe(true);
    expect(net.first.weight.tensor.toArray()).toEqual(state.get('first.weight')!.toArray());
    expect(net.first.weight.isPacked).toBe(false);
    expect(net.forward(x).toArray()).toEqual(plain);
    net.dispose();
  });

  clean('pack() before there are values packs those that come', () => {
    const x = tensor(7, 5);
    const [initial, loaded] = [new Net(engine()).pack(), new Net(engine()).pack()];
    expect(initial.first.weight.materialized).toBe(false);
    const y = initial.forward(x).toArray();
    expect(initial.first.weight.isPacked).toBe(true);
    loaded.loadStateDict(initial.stateDict());
    expect(loaded.rest[0].weight.isPacked).toBe(true);
    expect(loaded.forward(x).toArray()).toEqual(y);
    for (const net of [initial, loaded]) net.dispose();
  });

  clean('a packed weight that wants a gradient gets one', () => {
    const layer = new Linear(engine(), 5, 7);
    layer.weight.tensor;
    layer.pack();
    layer.requiresGrad();
    backward(sum(layer.forward(tensor(2, 5))));
    expect(layer.weight.grad!.shape).toEqual([7, 5]);
    layer.zeroGrad();
    expect(layer.weight.grad).toBeNull();
    layer.dispose();
  });

  clean('tied parameters are one', () => {
    const [a, b] = [new Linear(engine(), 4, 4), new Linear(engine(), 4, 4)];
    b.weight.tie(a.weight);
    const w = tensor(4, 4);
    b.weight.set(w.alias());
    expect(a.weight.tensor.toArray()).toEqual(w.toArray());
    expect(b.weight.owner).toBe(a.weight);
    b.pack();
    expect(a.weight.isPacked).toBe(true);
    const x = tensor(3, 4);
    b.bias!.tie(a.bias!);
    expect(b.forward(x).toArray()).toEqual(a.forward(x).toArray());
    expect(() => b.weight.tie(new Linear(engine(), 3, 4).weight)).toThrow(/\[4, 4\] to one of \[4, 3\]/);
    for (const layer of [a, b]) layer.dispose();
  });

  clean('train() and eval() reach every layer', () => {
    const net = new Net(engine());
    const x = tensor(6, 5);
    expect(net.training).toBe(false);
    const still = net.forward(x).toArray();
    net.train();
    expect(net.drop.training && net.rest[1].training).toBe(true);
    expect(net.forward(x).toArray()).not.toEqual(still);
    net.eval();
    expect(net.forward(x).toArray()).toEqual(still);
    net.dispose();
  });

  clean('dispose() frees the weights, which then cannot be used', () => {
    const net = new Net(engine()).pack();
    net.first.weight.tensor;
    net.dispose();
    expect(() => net.first.weight.tensor).toThrow(/disposed parameter of shape \[19, 5\]/);
  });
});
