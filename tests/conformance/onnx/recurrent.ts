// Recurrent layers.  The engine's are those of PyTorch; what ONNX has beside them (peepholes, a GRU that
// resets the state before the product) is put together from other ops.
import * as F from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

/** One direction: operands with rows in PyTorch's order of gates. */
interface Direction {
  x: Tensor;
  h0: Tensor;
  c0: Tensor | null;
  weight: Tensor;
  bias: Tensor | null;
  peepholes: Tensor | null;
  reverse: boolean;
  lengths: Tensor | null;
}

type Run = (d: Direction) => { states: Tensor; cells?: Tensor };

/** @param order where each of PyTorch's gates is among ONNX's */
function layer(call: Call, order: readonly number[], run: Run): (Tensor | null)[] {
  const batchFirst = call.number('layout', 0) === 1;
  const input = batchFirst ? F.transpose(call.input(0), 0, 1) : call.input(0);
  const [T, B] = input.shape;
  const H = call.number('hidden_size', 0);
  const start = (i: number, d: number): Tensor =>
    call.has(i)
      ? F.select(batchFirst ? F.transpose(call.input(i), 0, 1) : call.input(i), 0, d)
      : call.engine.zeros([B, H]);
  const inOrder = (t: Tensor): Tensor => F.cat(order.map((g) => F.narrow(t, 0, g * H, H)));
  const direction = call.text('direction', 'forward');
  const ways = direction === 'bidirectional' ? [false, true] : [direction === 'reverse'];
  const results = ways.map((reverse, d) => {
    const [W, R] = [1, 2].map((i) => inOrder(F.select(call.input(i), 0, d)));
    const biases = call.has(3) ? F.chunk(F.select(call.input(3), 0, d), 2).map(inOrder) : [null, null];
    const { states, cells } = run({
      x: F.linear(input, W, biases[0]),
      ...{ h0: start(5, d), c0: order.length === 4 ? start(6, d) : null },
      ...{ weight: R, bias: biases[1], reverse, lengths: call.optional(4) },
      peepholes: call.has(7) ? F.select(call.input(7), 0, d) : null,
    });
    return { states, last: [states, cells].map((s) => s && F.select(s, 0, reverse ? 0 : T - 1)) };
  });
  const Y = F.stack(
    results.map((r) => r.states),
    1,
  );
  const [yh, yc] = [0, 1].map((k) => {
    const last = results.map((r) => r.last[k]);
    return last[0] ? F.stack(last as Tensor[], batchFirst ? 1 : 0) : null;
  });
  return [batchFirst ? F.permute(Y, [2, 0, 1, 3]) : Y, yh, yc];
}

/** A recurrence step by step. */
function stepwise(
  { x, h0, c0, reverse }: Direction,
  step: (x: Tensor, h: Tensor, c: Tensor) => Tensor[],
): ReturnType<Run> {
  const T = x.shape[0];
  let [h, c] = [h0, c0 ?? h0];
  const states = new Array<Tensor>(T);
  const cells = new Array<Tensor>(T);
  for (let i = 0; i < T; i++) {
    const t = reverse ? T - 1 - i : i;
    [h, c = h] = step(F.select(x, 0, t), h, c);
    states[t] = h;
    cells[t] = c;
  }
  return { states: F.stack(states), cells: F.stack(cells) };
}

/** Gates also see the cell: i and f the old one, o the new (Gers & Schmidhuber 2000). */
function withPeepholes(d: Direction): ReturnType<Run> {
  const [pi, po, pf] = F.chunk(d.peepholes!, 3);
  return stepwise(d, (x, h, c) => {
    const [i, f, g, o] = F.chunk(F.add(x, F.linear(h, d.weight, d.bias)), 4, -1);
    const kept = F.mul(F.sigmoid(F.add(f, F.mul(pf, c))), c);
    const next = F.add(kept, F.mul(F.sigmoid(F.add(i, F.mul(pi, c))), F.tanh(g)));
    return [F.mul(F.sigmoid(F.add(o, F.mul(po, next))), F.tanh(next)), next];
  });
}

/** n sees the product with r h instead of r times the product with h (Cho et al. 2014). */
function resetFirst(d: Direction): ReturnType<Run> {
  const H = d.h0.shape[1];
  const part = (t: Tensor | null, from: number, n: number): Tensor | null =>
    t && F.narrow(t, 0, from * H, n * H);
  const { states } = stepwise(d, (x, h) => {
    const gates = F.linear(h, part(d.weight, 0, 2)!, part(d.bias, 0, 2));
    const [r, z] = F.chunk(F.sigmoid(F.add(F.narrow(x, 1, 0, 2 * H), gates)), 2, -1);
    const inner = F.linear(F.mul(r, h), part(d.weight, 2, 1)!, part(d.bias, 2, 1));
    const n = F.tanh(F.add(F.narrow(x, 1, 2 * H, H), inner));
    return [F.add(n, F.mul(z, F.sub(h, n)))];
  });
  return { states };
}

export const recurrent: Record<string, Adapter> = {
  RNN: (call) =>
    layer(call, [0], ({ x, h0, weight, bias, ...options }) => ({
      states: F.rnn(x, h0, weight, bias, options),
    })),
  // ONNX: i o f c
  LSTM: (call) =>
    layer(call, [0, 2, 3, 1], (d) => {
      if (d.peepholes) return withPeepholes(d);
      const { output, cells } = F.lstm(d.x, [d.h0, d.c0!], d.weight, d.bias, d);
      return { states: output, cells };
    }),
  // ONNX: z r h
  GRU: (call) =>
    layer(call, [1, 0, 2], (d) =>
      call.number('linear_before_reset', 0) === 0
        ? resetFirst(d)
        : { states: F.gru(d.x, d.h0, d.weight, d.bias, d) },
    ),
};
