import { ArgumentError } from '../errors.js';
import { gru } from '../ops/gru.js';
import { lstm } from '../ops/lstm.js';
import type { RecurrentOptions } from '../ops/recurrent.js';
import { type RnnOptions, rnn } from '../ops/rnn.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Home } from './module.js';
import {
  type DirectionWeights,
  type RecurrentCall,
  RecurrentLayer,
  type RecurrentLayerOptions,
} from './recurrent.js';

export type { RecurrentCall, RecurrentLayerOptions } from './recurrent.js';

/**
 * `torch.nn.RNN` (Elman 1990): h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or ReLU for tanh.
 *
 * State, for each layer k and with `_reverse` for the other direction: weight_ih_lk (H, input), weight_hh_lk
 * (H, H), bias_ih_lk, bias_hh_lk (H).  All start uniform in +-1 / sqrt(H).
 */
export class RNN extends RecurrentLayer {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(
    home: Home,
    inputSize: number,
    hiddenSize: number,
    { nonlinearity = 'tanh', ...options }: RecurrentLayerOptions & Pick<RnnOptions, 'nonlinearity'> = {},
  ) {
    super(home, inputSize, hiddenSize, 1, 0, options);
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu')
      throw new ArgumentError(`nonlinearity must be tanh or relu, got ${JSON.stringify(nonlinearity)}`);
    this.nonlinearity = nonlinearity;
  }

  /**
   * input (T, B, input), (B, T, input) with batchFirst, or (T, input); h0 (layers * directions, B, H), or
   * without B; default zeros.
   * @returns the states of the last layer, (T, B, directions * H) in the layout of the input, and the last
   *   state of every layer and direction, shaped like h0
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(input: Tensor, h0?: Tensor | null, call: RecurrentCall = {}): [output: Tensor, hN: Tensor] {
    return this.arena.scope(() => {
      const [output, [hN]] = this.scan(input, [h0], [this.hiddenSize], call);
      return [output, hN];
    });
  }

  protected override direction(
    x: Tensor,
    [h0]: readonly Tensor[],
    { weightHh, biasHh }: DirectionWeights,
    options: RecurrentOptions,
  ): Tensor[] {
    return [
      rnn(x, h0, weightHh.floatMatrix, biasHh?.tensor, { ...options, nonlinearity: this.nonlinearity }),
    ];
  }
}

/**
 * `torch.nn.GRU` (Cho et al. 2014, with the reset gate applied after the product, as PyTorch does it; the
 * formula is in ops/gru.ts).
 *
 * State, for each layer k and with `_reverse` for the other direction: weight_ih_lk (3 H, input), weight_hh_lk
 * (3 H, H), bias_ih_lk, bias_hh_lk (3 H), rows in the order r z n.  All start uniform in +-1 / sqrt(H).
 */
export class GRU extends RecurrentLayer {
  constructor(home: Home, inputSize: number, hiddenSize: number, options: RecurrentLayerOptions = {}) {
    super(home, inputSize, hiddenSize, 3, 0, options);
  }

  /** As RNN.forward. @throws ShapeError, DTypeError, ArgumentError */
  forward(input: Tensor, h0?: Tensor | null, call: RecurrentCall = {}): [output: Tensor, hN: Tensor] {
    return this.arena.scope(() => {
      const [output, [hN]] = this.scan(input, [h0], [this.hiddenSize], call);
      return [output, hN];
    });
  }

  protected override direction(
    x: Tensor,
    [h0]: readonly Tensor[],
    { weightHh, biasHh }: DirectionWeights,
    options: RecurrentOptions,
  ): Tensor[] {
    return [gru(x, h0, weightHh.floatMatrix, biasHh?.tensor, options)];
  }
}

/**
 * `torch.nn.LSTM` (Hochreiter & Schmidhuber 1997, Gers et al. 2000; the formula is in ops/lstm.ts).
 *
 * State, for each layer k and with `_reverse` for the other direction: weight_ih_lk (4 H, input), weight_hh_lk
 * (4 H, R), bias_ih_lk, bias_hh_lk (4 H), rows in the order i f g o, and weight_hr_lk (R, H) with projSize
 * R > 0 (Sak et al. 2014), else R = H.  All start uniform in +-1 / sqrt(H).
 */
export class LSTM extends RecurrentLayer {
  constructor(
    home: Home,
    inputSize: number,
    hiddenSize: number,
    { projSize = 0, ...options }: RecurrentLayerOptions & { projSize?: number } = {},
  ) {
    super(home, inputSize, hiddenSize, 4, projSize, options);
  }

  /**
   * input as for RNN.forward; h0 (layers * directions, B, R), c0 (layers * directions, B, H), or without B;
   * default zeros.
   * @returns the states h of the last layer, (T, B, directions * R) in the layout of the input, and the last
   *   h and c of every layer and direction, shaped like h0 and c0
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(
    input: Tensor,
    state?: readonly [h0: Tensor, c0: Tensor] | null,
    call: RecurrentCall = {},
  ): [output: Tensor, state: [hN: Tensor, cN: Tensor]] {
    return this.arena.scope(() => {
      const initial = state ?? [null, null];
      const [output, [hN, cN]] = this.scan(input, initial, [this.stateSize, this.hiddenSize], call);
      return [output, [hN, cN]];
    });
  }

  protected override direction(
    x: Tensor,
    [h0, c0]: readonly Tensor[],
    { weightHh, biasHh, weightHr }: DirectionWeights,
    options: RecurrentOptions,
  ): Tensor[] {
    const projection = weightHr?.floatMatrix;
    const { output, cells } = lstm(x, [h0, c0], weightHh.floatMatrix, biasHh?.tensor, {
      ...options,
      projection,
    });
    return [output, cells];
  }
}
