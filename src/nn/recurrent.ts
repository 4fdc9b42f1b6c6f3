// What RNN, LSTM and GRU share: PyTorch's parameters and their keys, layers and directions, layouts.
import { ArgumentError, ShapeError } from '../errors.js';
import { mul } from '../ops/binary.js';
import { dropout } from '../ops/dropout.js';
import { linear } from '../ops/linear.js';
import type { MatrixDType } from '../ops/panel-matrix.js';
import type { RecurrentOptions } from '../ops/recurrent.js';
import { cat, contiguous, select, squeeze, stack, transpose, unsqueeze } from '../ops/view.js';
import type { Generator } from '../tensor/generator.js';
import { expectCount, show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { drawn, uniform } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';

/** As in `torch.nn.RNN`, `LSTM` and `GRU`. */
export interface RecurrentLayerOptions {
  /** layers, each over the outputs of the one below; default 1 */
  numLayers?: number;
  /** default true */
  bias?: boolean;
  /** tensors are (B, T, ...) instead of (T, B, ...); default false */
  batchFirst?: boolean;
  /** in training, on the outputs of every layer but the last; default 0 */
  dropout?: number;
  /** a second recurrence from the last position to the first; default false */
  bidirectional?: boolean;
  /** for initial weights and dropout; default the arena's */
  generator?: Generator;
}

/** The arguments of one call beside input and state. */
export interface RecurrentCall {
  /**
   * How long each sequence is, 1..T: `torch.nn.utils.rnn.pack_padded_sequence` in any order.  What comes
   * after is not looked at, its output is 0, and the last state is that of the last real position.
   */
  lengths?: readonly number[];
}

/** Parameters of one layer in one direction. */
export interface DirectionWeights {
  weightHh: Parameter;
  biasHh: Parameter | null;
  weightHr: Parameter | null;
}

export abstract class RecurrentLayer extends Module {
  [weight: `weight_${string}`]: Parameter;
  [bias: `bias_${string}`]: Parameter | undefined;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly #generator: Generator;

  /**
   * @param gates how many rows of the weights belong to one hidden unit
   * @param projSize width of the state, 0 for hiddenSize
   * @throws ArgumentError for sizes that are not positive integers and a dropout outside [0, 1]
   */
  protected constructor(
    home: Home,
    readonly inputSize: number,
    readonly hiddenSize: number,
    gates: number,
    readonly projSize: number,
    { numLayers = 1, bias = true, batchFirst = false, ...options }: RecurrentLayerOptions,
  ) {
    super(home);
    for (const [name, n] of Object.entries({ inputSize, hiddenSize, numLayers })) expectCount(n, name);
    if (!(Number.isInteger(projSize) && projSize >= 0 && projSize < hiddenSize))
      throw new ArgumentError(`projSize must be an integer in [0, hiddenSize), got ${projSize}`);
    const { dropout: p = 0, bidirectional = false, generator = this.arena.generator } = options;
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`dropout must be in [0, 1], got ${p}`);
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = p;
    this.bidirectional = bidirectional;
    this.#generator = generator;
    const bound = 1 / Math.sqrt(hiddenSize);
    const parameter = (...shape: number[]): Parameter =>
      new Parameter(
        this.arena,
        shape,
        drawn((w, g) => uniform(w, { a: -bound, b: bound, generator: g }), shape, generator),
      );
    const rows = gates * hiddenSize;
    this.#directions().forEach((suffix, i) => {
      const below = i < this.#ways ? inputSize : this.stateSize * this.#ways;
      this[`weight_ih${suffix}`] = parameter(rows, below);
      this[`weight_hh${suffix}`] = parameter(rows, this.stateSize);
      if (bias) this[`bias_ih${suffix}`] = parameter(rows);
      if (bias) this[`bias_hh${suffix}`] = parameter(rows);
      if (projSize > 0) this[`weight_hr${suffix}`] = parameter(projSize, hiddenSize);
    });
  }

  /** Width of the state that goes round. */
  get stateSize(): number {
    return this.projSize || this.hiddenSize;
  }

  get #ways(): 1 | 2 {
    return this.bidirectional ? 2 : 1;
  }

  /** `_l0`, `_l0_reverse`, `_l1`, ... */
  #directions(): string[] {
    return Array.from({ length: this.numLayers * this.#ways }, (_, i) =>
      this.bidirectional ? `_l${i >> 1}${i & 1 ? '_reverse' : ''}` : `_l${i}`,
    );
  }

  /** One layer in one direction: x (T, B, gates H) -> all states of each kind, h (T, B, R) first. */
  protected abstract direction(
    x: Tensor,
    initial: readonly Tensor[],
    weights: DirectionWeights,
    options: RecurrentOptions,
  ): Tensor[];

  /**
   * Runs all layers and directions over a sequence.
   * @param initial one tensor or null for each of the kinds of state, whose widths are `widths`
   */
  protected scan(
    input: Tensor,
    initial: readonly (Tensor | null | undefined)[],
    widths: readonly number[],
    { lengths }: RecurrentCall,
  ): [output: Tensor, last: Tensor[]] {
    const batched = input.rank === 3;
    if ((!batched && input.rank !== 2) || input.shape[input.rank - 1] !== this.inputSize)
      throw new ShapeError(
        `input must be (${this.batchFirst ? 'B, T' : 'T, B'}, ${this.inputSize}) or (T, ${this.inputSize}), got ${show(input.shape)}`,
      );
    let x = !batched ? unsqueeze(input, 1) : this.batchFirst ? transpose(input, 0, 1) : input;
    const [T, B] = x.shape;
    const start = initial.map((s, i) => this.#initial(s, widths[i], B, batched));
    const ends = lengths ? lengthsTensor(input, lengths, T, B) : null;
    const last: Tensor[][] = widths.map(() => []);
    const names = this.#directions();
    for (let i = 0; i < names.length; i += this.#ways) {
      const outputs = names.slice(i, i + this.#ways).map((suffix, way) => {
        const projected = linear(x, this[`weight_ih${suffix}`].matrix, this[`bias_ih${suffix}`]?.tensor);
        const weights: DirectionWeights = {
          weightHh: this[`weight_hh${suffix}`],
          biasHh: this[`bias_hh${suffix}`] ?? null,
          weightHr: this[`weight_hr${suffix}`] ?? null,
        };
        const from = start.map((s) => select(s, 0, i + way));
        const states = this.direction(projected, from, weights, { reverse: way === 1, lengths: ends });
        states.forEach((s, k) => {
          last[k].push(select(s, 0, way === 1 ? 0 : T - 1));
        });
        return states[0];
      });
      x = outputs.length === 1 ? outputs[0] : cat(outputs, 2);
      if (this.training && this.dropout > 0 && i + this.#ways < names.length)
        x = dropout(x, this.dropout, this.#generator);
    }
    if (lengths) x = mul(x, presence(x, lengths, T, B));
    const output = !batched ? squeeze(x, 1) : this.batchFirst ? contiguous(transpose(x, 0, 1)) : x;
    const finals = last.map((states) => stack(states));
    return [output, batched ? finals : finals.map((s) => squeeze(s, 1))];
  }

  protected override packOwn(dtype: MatrixDType): void {
    for (const [name, p] of this.namedParameters())
      if (name.startsWith('weight_')) p.pack(name.startsWith('weight_ih') ? dtype : 'f32');
  }

  #initial(state: Tensor | null | undefined, width: number, B: number, batched: boolean): Tensor {
    const count = this.numLayers * this.#ways;
    if (!state) {
      const zeros = Tensor.empty(this.arena, [count, B, width]);
      zeros.data.fill(0);
      return zeros;
    }
    const expected = batched ? [count, B, width] : [count, width];
    if (state.shape.join() !== expected.join())
      throw new ShapeError(`an initial state must have shape ${show(expected)}, got ${show(state.shape)}`);
    return batched ? state : unsqueeze(state, 1);
  }
}

function lengthsTensor(like: Tensor, lengths: readonly number[], T: number, B: number): Tensor {
  if (lengths.length !== B)
    throw new ArgumentError(`lengths must be one for each of ${B} sequences, got ${lengths.length}`);
  const wrong = lengths.find((n) => !Number.isInteger(n) || n < 1 || n > T);
  if (wrong !== undefined) throw new ArgumentError(`lengths must be integers in 1..${T}, got ${wrong}`);
  return Tensor.from(like.arena, lengths, [B], 'i32');
}

/** (T, B, 1): 1 where there is something, 0 beyond the end. */
function presence(like: Tensor, lengths: readonly number[], T: number, B: number): Tensor {
  const mask = Float32Array.from({ length: T * B }, (_, i) => (Math.floor(i / B) < lengths[i % B] ? 1 : 0));
  return Tensor.from(like.arena, mask, [T, B, 1]);
}
