// One step at a time, for decoders that decide the next input themselves.
import { ShapeError } from '../errors.js';
import { gru } from '../ops/gru.js';
import { linear } from '../ops/linear.js';
import { lstm } from '../ops/lstm.js';
import type { MatrixDType } from '../ops/panel-matrix.js';
import { type RnnOptions, rnn } from '../ops/rnn.js';
import { squeeze, unsqueeze } from '../ops/view.js';
import type { Generator } from '../tensor/generator.js';
import { expectCount, show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { drawn, uniform } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';

/** As in `torch.nn.RNNCell`, `LSTMCell` and `GRUCell`. */
export interface CellOptions {
  /** default true */
  bias?: boolean;
  /** for initial weights; default the arena's */
  generator?: Generator;
}

abstract class Cell extends Module {
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | null = null;
  bias_hh: Parameter | null = null;

  protected constructor(
    home: Home,
    readonly inputSize: number,
    readonly hiddenSize: number,
    gates: number,
    { bias = true, generator = undefined }: CellOptions,
  ) {
    super(home);
    for (const [name, n] of Object.entries({ inputSize, hiddenSize })) expectCount(n, name);
    const bound = 1 / Math.sqrt(hiddenSize);
    const fill = (w: Tensor, g: Generator) => uniform(w, { a: -bound, b: bound, generator: g });
    const parameter = (...shape: number[]): Parameter =>
      new Parameter(this.arena, shape, drawn(fill, shape, generator ?? this.arena.generator));
    const rows = gates * hiddenSize;
    this.weight_ih = parameter(rows, inputSize);
    this.weight_hh = parameter(rows, hiddenSize);
    if (!bias) return;
    this.bias_ih = parameter(rows);
    this.bias_hh = parameter(rows);
  }

  protected override packOwn(dtype: MatrixDType): void {
    this.weight_ih.pack(dtype);
    this.weight_hh.pack();
  }

  /** Brings input and states to a sequence of one step, runs `body` on it, and the results back. */
  protected single(
    input: Tensor,
    states: readonly (Tensor | null | undefined)[],
    body: (x: Tensor, states: Tensor[]) => Tensor[],
  ): Tensor[] {
    return this.arena.scope(() => {
      const batched = input.rank === 2;
      if ((!batched && input.rank !== 1) || input.shape[input.rank - 1] !== this.inputSize)
        throw new ShapeError(
          `input must be (B, ${this.inputSize}) or (${this.inputSize}), got ${show(input.shape)}`,
        );
      const rows = batched ? input : unsqueeze(input, 0);
      const expected = [...input.shape.slice(0, -1), this.hiddenSize];
      const from = states.map((s) => {
        if (s && s.shape.join() !== expected.join())
          throw new ShapeError(`a state must have shape ${show(expected)}, got ${show(s.shape)}`);
        return s ? (batched ? s : unsqueeze(s, 0)) : this.#zeros(rows.shape[0]);
      });
      const x = linear(rows, this.weight_ih.matrix, this.bias_ih?.tensor);
      return body(unsqueeze(x, 0), from).map((y) => (batched ? squeeze(y, 0) : squeeze(squeeze(y, 0), 0)));
    });
  }

  #zeros(B: number): Tensor {
    const h = Tensor.empty(this.arena, [B, this.hiddenSize]);
    h.data.fill(0);
    return h;
  }
}

/**
 * `torch.nn.RNNCell`: one step of RNN.  State: weight_ih (H, input), weight_hh (H, H), bias_ih, bias_hh (H), all
 * uniform in +-1 / sqrt(H) at first.
 */
export class RNNCell extends Cell {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(
    home: Home,
    inputSize: number,
    hiddenSize: number,
    { nonlinearity = 'tanh', ...options }: CellOptions & Pick<RnnOptions, 'nonlinearity'> = {},
  ) {
    super(home, inputSize, hiddenSize, 1, options);
    this.nonlinearity = nonlinearity;
  }

  /** input (B, input), h (B, H), or both without B; h is zeros by default. @returns the next h @throws ShapeError */
  forward(input: Tensor, h?: Tensor | null): Tensor {
    const { weight_hh: weight, bias_hh: bias, nonlinearity } = this;
    return this.single(input, [h], (x, [s]) => [
      rnn(x, s, weight.floatMatrix, bias?.tensor, { nonlinearity }),
    ])[0];
  }
}

/** `torch.nn.GRUCell`: one step of GRU.  State as RNNCell's, with 3 H rows in the order r z n. */
export class GRUCell extends Cell {
  constructor(home: Home, inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(home, inputSize, hiddenSize, 3, options);
  }

  /** input (B, input), h (B, H), or both without B; h is zeros by default. @returns the next h @throws ShapeError */
  forward(input: Tensor, h?: Tensor | null): Tensor {
    const { weight_hh: weight, bias_hh: bias } = this;
    return this.single(input, [h], (x, [s]) => [gru(x, s, weight.floatMatrix, bias?.tensor)])[0];
  }
}

/** `torch.nn.LSTMCell`: one step of LSTM.  State as RNNCell's, with 4 H rows in the order i f g o. */
export class LSTMCell extends Cell {
  constructor(home: Home, inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(home, inputSize, hiddenSize, 4, options);
  }

  /** input (B, input), h and c (B, H), or all without B; zeros by default. @returns the next h and c @throws ShapeError */
  forward(input: Tensor, state?: readonly [h: Tensor, c: Tensor] | null): [h: Tensor, c: Tensor] {
    const { weight_hh: weight, bias_hh: bias } = this;
    const [h, c] = this.single(input, state ?? [null, null], (x, [h0, c0]) => {
      const { output, cells } = lstm(x, [h0, c0], weight.floatMatrix, bias?.tensor);
      return [output, cells];
    });
    return [h, c];
  }
}
