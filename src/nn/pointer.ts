import { ArgumentError, ShapeError } from '../errors.js';
import { maskedFill } from '../ops/compare.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { indexSelect } from '../ops/gather.js';
import { linear } from '../ops/linear.js';
import { lstm } from '../ops/lstm.js';
import { pointedMask } from '../ops/pointer.js';
import { additive } from '../ops/score.js';
import { logSoftmax, softmax } from '../ops/softmax.js';
import { expectDType, expectShape } from '../ops/util.js';
import { cat, expand, reshape, select, transpose, unsqueeze } from '../ops/view.js';
import type { Generator } from '../tensor/generator.js';
import { show } from '../tensor/shape.js';
import { noGrad } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { type BeamOptions, BeamSearch } from './beam.js';
import { drawn, uniform } from './init.js';
import { Linear } from './linear.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';
import { LSTM } from './rnn.js';
import { LSTMCell } from './rnn-cell.js';

/** Stands for no answer in the loss. */
const IGNORED = -100;

/** Sizes and initial weights of a pointer network. */
export interface PointerOptions {
  /** of both LSTMs and of the scoring function; default 128 */
  hiddenSize?: number;
  /** for initial weights; default the arena's */
  generator?: Generator;
}

/** The arguments of one call beside the inputs. */
export interface PointerCall {
  /** inputs of each sequence, 1..N; default N */
  lengths?: readonly number[];
}

/** Where a batch was pointed. */
export interface Pointed {
  /** (B, N) i32: at which input each step points; -1 beyond the length of a sequence */
  indices: Tensor;
  /** (B, N, N): the distribution of each step; zeros beyond the length of a sequence */
  distributions: Tensor;
  /** of the whole of each sequence */
  logProbabilities: number[];
}

interface Encoded {
  /** (B, N, A): W₁ e_n */
  keys: Tensor;
  /** (B, H): the encoder's last state, the decoder's first */
  state: [h: Tensor, c: Tensor];
}

/**
 * The pointer network of Vinyals et al. 2015: an LSTM reads the inputs x_1 ... x_N, another is fed what was pointed
 * at last (at first a learned vector), and its state d_m points at one of the inputs through the attention
 * distribution α_m = softmax(s_m), s_mn = vᵀ tanh(W₁ e_n + W₂ d_m).  Each input is pointed at once: what has been
 * pointed at is masked, so an answer is a permutation of the inputs.
 *
 * State: encoder.* as LSTM's, decoder.* as LSTMCell's, W1.weight and W2.weight (A, H), v (A), start (D), A = H.
 */
export class PointerNetwork extends Module {
  encoder: LSTM;
  decoder: LSTMCell;
  W1: Linear;
  W2: Linear;
  v: Parameter;
  start: Parameter;

  /** @param inputSize D */
  constructor(
    home: Home,
    readonly inputSize: number,
    { hiddenSize = 128, generator }: PointerOptions = {},
  ) {
    super(home);
    const { arena } = this;
    this.encoder = new LSTM(arena, inputSize, hiddenSize, { batchFirst: true, generator });
    this.decoder = new LSTMCell(arena, inputSize, hiddenSize, { generator });
    this.W1 = new Linear(arena, hiddenSize, hiddenSize, { bias: false, generator });
    this.W2 = new Linear(arena, hiddenSize, hiddenSize, { bias: false, generator });
    const vector = (n: number): Parameter => {
      const a = 1 / Math.sqrt(n);
      const fill = (w: Tensor, g: Generator) => uniform(w, { a: -a, b: a, generator: g });
      return new Parameter(arena, [n], drawn(fill, [n], generator ?? arena.generator));
    };
    this.v = vector(hiddenSize);
    this.start = vector(inputSize);
  }

  /**
   * Scores of every step with the right answers before it (teacher forcing): X (B, N, D), targets (B, M) i32, the
   * inputs to point at in order, negative beyond the end -> s (B, M, N), -inf where step m may not point.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(X: Tensor, targets: Tensor, { lengths }: PointerCall = {}): Tensor {
    this.#check(X, lengths);
    expectDType(targets, 'targets', 'i32');
    const [B, N] = X.shape;
    expectShape(targets, 'targets', [B, targets.shape[1]]);
    return this.arena.scope(() => {
      const { keys, state } = this.#encode(X, lengths);
      const { weight_ih, bias_ih, weight_hh, bias_hh } = this.decoder;
      const steps = transpose(this.#shifted(X, targets), 0, 1);
      const projected = linear(steps, weight_ih.matrix, bias_ih?.tensor);
      const { output } = lstm(projected, state, weight_hh.floatMatrix, bias_hh?.tensor);
      const s = additive(keys, this.W2.forward(transpose(output, 0, 1)), this.v.tensor);
      return maskedFill(s, pointedMask(targets, N, lengths), Number.NEGATIVE_INFINITY);
    });
  }

  /** The mean of -log α_mn over all steps m and their right answers n.  Arguments as for forward. */
  loss(X: Tensor, targets: Tensor, call: PointerCall = {}): Tensor {
    return this.arena.scope(() => {
      const s = this.forward(X, targets, call);
      const N = X.shape[1];
      const at = targets.toArray().map((n) => (n < 0 ? IGNORED : n));
      const answers = Tensor.from(this.arena, at, [targets.numel], 'i32');
      return crossEntropy(reshape(s, [targets.numel, N]), answers, { ignoreIndex: IGNORED });
    });
  }

  /**
   * Points at every input once, by the network's own choices: greedily, or by beam search.  X (B, N, D).
   * @throws ShapeError, DTypeError, ArgumentError
   */
  decode(X: Tensor, { lengths, ...options }: PointerCall & BeamOptions = {}): Pointed {
    this.#check(X, lengths);
    const { arena } = this;
    return noGrad(arena, () =>
      arena.scope(() => {
        const [B, N, D] = X.shape;
        const search = new BeamSearch(lengths ?? new Array(B).fill(N), null, options);
        const own = (t: Tensor): Tensor => indexSelect(t, 0, this.#numbers(B, search.beams));
        const encoded = this.#encode(X, lengths);
        const [inputs, keys] = [own(X), own(encoded.keys)];
        const flat = reshape(inputs, [B * search.beams * N, D]);
        let [h, c] = encoded.state.map(own);
        let x = expand(this.start.tensor, [B * search.beams, D]);
        let taken = new Uint8Array(B * search.beams * N);
        if (lengths)
          for (let r = 0; r < B * search.beams; r++)
            taken.fill(1, r * N + lengths[Math.floor(r / search.beams)], (r + 1) * N);
        const steps: Float32Array[] = [];
        while (!search.done) {
          const before = [h, c, x];
          [h, c, x] = arena.scope(() => {
            const state = this.decoder.forward(x, [h, c]);
            const s = reshape(additive(keys, unsqueeze(this.W2.forward(state[0]), 1), this.v.tensor), [
              -1,
              N,
            ]);
            const mask = Tensor.from(arena, taken, [B * search.beams, N], 'bool');
            const masked = maskedFill(s, mask, Number.NEGATIVE_INFINITY);
            steps.push(softmax(masked, -1).toArray() as Float32Array);
            const { rows, choices } = search.advance(logSoftmax(masked, -1));
            taken = following(taken, rows, choices, N);
            const from = Tensor.from(arena, rows, [rows.length], 'i32');
            const at = Tensor.from(
              arena,
              choices.map((n, r) => rows[r] * N + n),
              [rows.length],
              'i32',
            );
            return [...state.map((t) => indexSelect(t, 0, from)), indexSelect(flat, 0, at)];
          });
          for (const t of before) t.dispose();
        }
        const best = search.results().map(([first]) => first);
        const [indices, distributions] = [new Int32Array(B * N).fill(-1), new Float32Array(B * N * N)];
        best.forEach(({ choices, rows }, b) => {
          indices.set(choices, b * N);
          rows.forEach((r, m) => {
            distributions.set(steps[m].subarray(r * N, (r + 1) * N), (b * N + m) * N);
          });
        });
        return {
          indices: Tensor.from(arena, indices, [B, N], 'i32'),
          distributions: Tensor.from(arena, distributions, [B, N, N]),
          logProbabilities: best.map(({ logProbability }) => logProbability),
        };
      }),
    );
  }

  #encode(X: Tensor, lengths?: readonly number[]): Encoded {
    const [e, [h, c]] = this.encoder.forward(X, null, { lengths });
    return { keys: this.W1.forward(e), state: [select(h, 0, 0), select(c, 0, 0)] };
  }

  /** What the decoder is fed: the start, then the inputs of all targets but the last.  (B, M, D) */
  #shifted(X: Tensor, targets: Tensor): Tensor {
    const [[B, N, D], M] = [X.shape, targets.shape[1]];
    const start = expand(this.start.tensor, [B, 1, D]);
    if (M <= 1) return start;
    const at = targets.toArray();
    const before = Int32Array.from({ length: B * (M - 1) }, (_, i) => {
      const b = Math.floor(i / (M - 1));
      return b * N + Math.max(0, at[i + b]);
    });
    const rows = indexSelect(
      reshape(X, [B * N, D]),
      0,
      Tensor.from(this.arena, before, [before.length], 'i32'),
    );
    return cat([start, reshape(rows, [B, M - 1, D])], 1);
  }

  /** 0 0 0 1 1 1 ...: each sequence's number, once a beam. */
  #numbers(B: number, beams: number): Tensor {
    return Tensor.from(
      this.arena,
      Int32Array.from({ length: B * beams }, (_, r) => Math.floor(r / beams)),
      [B * beams],
      'i32',
    );
  }

  #check(X: Tensor, lengths?: readonly number[]): void {
    expectDType(X, 'X', 'f32');
    if (X.rank !== 3 || X.shape[2] !== this.inputSize || X.numel === 0)
      throw new ShapeError(`X must be (B, N, ${this.inputSize}) with B and N above 0, got ${show(X.shape)}`);
    const [B, N] = X.shape;
    if (lengths && (lengths.length !== B || lengths.some((n) => !Number.isInteger(n) || n < 1 || n > N)))
      throw new ArgumentError(`lengths must be ${B} integers in 1..${N}, got ${show(lengths)}`);
  }
}

/** The masks of the next step: each row's from the one that it continues, and its choice. */
function following(
  taken: Uint8Array,
  rows: Int32Array,
  choices: Int32Array,
  N: number,
): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(taken.length);
  rows.forEach((from, r) => {
    next.set(taken.subarray(from * N, (from + 1) * N), r * N);
    next[r * N + choices[r]] = 1;
  });
  return next;
}
