// Layers that read one input are one product where nothing speaks against it, and nobody can tell but by the time.
import { expect, test } from '@jest/globals';
import { JointLinear } from '../../src/nn/joint-linear.js';
import { Linear } from '../../src/nn/linear.js';
import { Module } from '../../src/nn/module.js';
import { backward } from '../../src/ops/backward.js';
import { add } from '../../src/ops/binary.js';
import type { PanelMatrix } from '../../src/ops/panel-matrix.js';
import { sum } from '../../src/ops/reduce.js';
import type { Arena } from '../../src/tensor/arena.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { cleanTest, list, normals } from './helpers.js';

const K = 40;

class Three extends Module {
  a: Linear;
  b: Linear;
  c: Linear;
  readonly #joint: JointLinear;

  constructor(arena: Arena, [a, b, c]: readonly number[], bias = true) {
    super(arena);
    this.a = new Linear(arena, K, a, { bias });
    this.b = new Linear(arena, K, b, { bias });
    this.c = new Linear(arena, K, c, { bias });
    this.#joint = new JointLinear(this.layers);
  }

  get layers(): Linear[] {
    return [this.a, this.b, this.c];
  }

  forward(x: Tensor): Tensor[] {
    return this.#joint.forward(x, this.layers);
  }
}

everyEngine('linear layers with one input', (engine) => {
  const tensor = normals(engine, new Random(5));
  const clean = cleanTest(engine);

  const using = (three: Three, body: (three: Three) => void): void => {
    try {
      body(three);
    } finally {
      three.dispose();
    }
  };

  /** Results one by one, and jointly with the number of products that took. */
  const both = (three: Three, x: Tensor): { one: number[][]; joint: number[][]; products: number } => {
    const one = three.layers.map((layer) => list(layer.forward(x)));
    let products = 0;
    const kind = Object.getPrototypeOf(three.a.weight.matrix) as PanelMatrix;
    const real = kind.product;
    kind.product = function counted(...args) {
      products++;
      real.apply(this, args);
    };
    try {
      return { one, joint: three.forward(x).map(list), products };
    } finally {
      kind.product = real;
    }
  };

  for (const dtype of ['f32', 'q8', 'q4'] as const)
    for (const bias of [true, false])
      clean(`${dtype}${bias ? '' : ', no bias'}: the bits of each layer by itself, in one product`, () => {
        using(new Three(engine().arena, [32, 16, 40], bias).pack({ dtype }), (three) => {
          for (const shape of [[K], [1, 1, K], [2, 7, K]]) {
            const { one, joint, products } = both(three, tensor(...shape));
            expect(joint).toEqual(one);
            expect(products).toBe(1);
          }
          expect(three.forward(tensor(2, 7, K)).map(({ shape }) => shape)).toEqual([
            [2, 7, 32],
            [2, 7, 16],
            [2, 7, 40],
          ]);
        });
      });

  clean('widths that share a panel stay apart', () => {
    using(new Three(engine().arena, [24, 16, 16]).pack(), (three) => {
      const { one, joint, products } = both(three, tensor(3, K));
      expect(joint).toEqual(one);
      expect(products).toBe(3);
    });
  });

  clean('keys, values and memory are those of separate layers', () => {
    using(new Three(engine().arena, [32, 16, 16]), (three) => {
      expect([...three.namedParameters()].map(([key]) => key)).toEqual(
        ['a', 'b', 'c'].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
      );
      const state = new Map([...three.namedParameters()].map(([key, p]) => [key, tensor(...p.shape)]));
      three.pack().loadStateDict(state);
      expect(both(three, tensor(2, K)).products).toBe(1);
      for (const [key, value] of three.stateDict()) expect(list(value)).toEqual(list(state.get(key)!));
      const { used } = engine().memory;
      three.pack({ dtype: 'q8' });
      three.pack({ dtype: 'f32' });
      expect(engine().memory.used).toBe(used);
      expect(both(three, tensor(2, K)).products).toBe(1);
    });
  });

  clean('where a gradient is wanted each layer is by itself, and they come together again', () => {
    using(new Three(engine().arena, [32, 16, 16]).pack(), (three) => {
      const x = tensor(2, K);
      const before = three.forward(x).map(list);
      three.requiresGrad();
      const [a, b, c] = three.forward(x).map((y) => sum(y));
      backward(add(add(a, b), c));
      for (const p of three.parameters()) expect(p.grad!.shape).toEqual(p.shape);
      three.zeroGrad();
      three.requiresGrad(false).pack();
      const { joint, products } = both(three, x);
      expect(joint).toEqual(before);
      expect(products).toBe(1);
      x.requiresGrad = true;
      backward(sum(three.forward(x)[1]));
      expect(x.grad!.shape).toEqual([2, K]);
    });
  });

  clean('one that is changed, replaced or has a forward of its own is heeded', () => {
    using(new Three(engine().arena, [32, 16, 16]).pack(), (three) => {
      const x = tensor(2, K);
      three.forward(x);
      three.b.bias!.tensor.data.fill(3);
      expect(both(three, x)).toMatchObject({
        products: 1,
        joint: three.layers.map((l) => list(l.forward(x))),
      });
      three.b.weight.set(tensor(16, K).keep());
      expect(three.forward(x).map(list)).toEqual(three.layers.map((l) => list(l.forward(x))));
      three.b.dispose();
      three.b = new Linear(engine().arena, K, 8);
      expect(three.forward(x).map(list)).toEqual(three.layers.map((l) => list(l.forward(x))));
      three.a.forward = (input) => add(Linear.prototype.forward.call(three.a, input), 1);
      expect(three.forward(x).map(list)).toEqual(three.layers.map((l) => list(l.forward(x))));
    });
  });

  test('one that never gets its values keeps no memory of the others', () => {
    engine().arena.scratch(1 << 20);
    const { blocks } = engine().memory;
    const three = new Three(engine().arena, [32, 16, 16]);
    three.a.weight.setPacked(three.a.weight.emptyMatrix('f32'));
    expect(engine().memory.blocks).toBe(blocks + 1);
    three.dispose();
    expect(engine().memory.blocks).toBe(blocks);
  });
});
