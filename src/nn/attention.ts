import { ArgumentError } from '../errors.js';
import { type AttentionOptions, attentionWithWeights, scaledDotProductAttention } from '../ops/attention.js';
import type { DropoutOptions } from '../ops/attention-explicit.js';
import { linear } from '../ops/linear.js';
import type { MatrixDType } from '../ops/panel-matrix.js';
import { mean } from '../ops/reduce.js';
import { cat, expand, narrow, permute, reshape, squeeze, unsqueeze } from '../ops/view.js';
import type { Generator } from '../tensor/generator.js';
import { Tensor } from '../tensor/tensor.js';
import { checkInputs } from './attention-check.js';
import { type AttentionSizes, causalMask, mergeMasks } from './attention-mask.js';
import type {
  MultiheadAttentionCall,
  MultiheadAttentionOptions,
  MultiheadAttentionResult,
} from './attention-options.js';
import { projectInputs } from './in-projection.js';
import { drawn, xavierNormal, xavierUniform, zeros } from './init.js';
import { Linear } from './linear.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';

export type * from './attention-options.js';

type Triple = readonly [query: Tensor, key: Tensor, value: Tensor];

/**
 * `torch.nn.MultiheadAttention` (Vaswani et al. 2017, section 3.2.2): heads of softmax(q kᵀ / sqrt(D)) v with
 * D = embedDim / numHeads, where q, k, v and the joined heads are projected.
 *
 * In masks true means IGNORE, as in PyTorch's layer and opposite to `scaledDotProductAttention`.
 * A query that may see no key has zero weights and the projection of zeros as output; PyTorch gives NaN.
 *
 * State, under PyTorch's keys: in_proj_weight (3 E, E), or q_proj_weight (E, E), k_proj_weight (E, kdim) and
 * v_proj_weight (E, vdim) where kdim or vdim differs from E; in_proj_bias (3 E); bias_k, bias_v (1, 1, E);
 * out_proj.weight (E, E), out_proj.bias (E).
 */
export class MultiheadAttention extends Module {
  in_proj_weight: Parameter | null = null;
  q_proj_weight: Parameter | null = null;
  k_proj_weight: Parameter | null = null;
  v_proj_weight: Parameter | null = null;
  in_proj_bias: Parameter | null = null;
  bias_k: Parameter | null = null;
  bias_v: Parameter | null = null;
  out_proj: Linear;
  readonly kdim: number;
  readonly vdim: number;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly addZeroAttn: boolean;
  readonly #generator: Generator;

  /** @throws ArgumentError unless numHeads divides embedDim and 0 <= dropout <= 1 */
  constructor(
    home: Home,
    readonly embedDim: number,
    readonly numHeads: number,
    options: MultiheadAttentionOptions = {},
  ) {
    super(home);
    const { dropout = 0, bias = true, addBiasKv = false, addZeroAttn = false, batchFirst = false } = options;
    if (!(embedDim > 0 && numHeads > 0 && embedDim % numHeads === 0))
      throw new ArgumentError(`numHeads must divide embedDim, got ${numHeads} heads and size ${embedDim}`);
    if (!(dropout >= 0 && dropout <= 1)) throw new ArgumentError(`dropout must be in [0, 1], got ${dropout}`);
    this.kdim = options.kdim ?? embedDim;
    this.vdim = options.vdim ?? embedDim;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;
    const generator = options.generator ?? this.arena.generator;
    this.#generator = generator;
    const weight = (...shape: number[]): Parameter =>
      new Parameter(
        this.arena,
        shape,
        drawn((w, g) => (w.rank === 2 ? xavierUniform : xavierNormal)(w, { generator: g }), shape, generator),
      );
    if (this.kdim === embedDim && this.vdim === embedDim)
      this.in_proj_weight = weight(3 * embedDim, embedDim);
    else {
      this.q_proj_weight = weight(embedDim, embedDim);
      this.k_proj_weight = weight(embedDim, this.kdim);
      this.v_proj_weight = weight(embedDim, this.vdim);
    }
    if (bias) this.in_proj_bias = new Parameter(this.arena, [3 * embedDim], zeros);
    if (addBiasKv) {
      this.bias_k = weight(1, 1, embedDim);
      this.bias_v = weight(1, 1, embedDim);
    }
    this.out_proj = new Linear(this.arena, embedDim, embedDim, { bias, generator });
    this.out_proj.bias?.reset(zeros);
  }

  /**
   * query (B, L, embedDim), key (B, S, kdim), value (B, S, vdim) with batchFirst, else (L, B, embedDim) and so
   * on; or all three without B.  Pass the same tensor where they are the same: it is then projected once.
   * @throws ShapeError, DTypeError
   */
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    call: MultiheadAttentionCall = {},
  ): MultiheadAttentionResult {
    return this.arena.scope(() => {
      checkInputs([query, key, value], [this.embedDim, this.kdim, this.vdim], this.batchFirst);
      if (query.rank === 3) return this.#attend([query, key, value], call);
      const B = this.batchFirst ? 0 : 1;
      const q = unsqueeze(query, B);
      const k = key === query ? q : unsqueeze(key, B);
      const v = value === query ? q : value === key ? k : unsqueeze(value, B);
      const { output, weights } = this.#attend([q, k, v], {
        ...call,
        keyPaddingMask: call.keyPaddingMask && unsqueeze(call.keyPaddingMask, 0),
        residual: call.residual && unsqueeze(call.residual, B),
      });
      return { output: squeeze(output, B), weights: weights && squeeze(weights, 0) };
    });
  }

  protected override packOwn(dtype: MatrixDType): void {
    this.in_proj_weight?.pack(dtype);
    this.q_proj_weight?.pack(dtype);
    this.k_proj_weight?.pack(dtype);
    this.v_proj_weight?.pack(dtype);
  }

  #attend(inputs: Triple, call: MultiheadAttentionCall): MultiheadAttentionResult {
    const { needWeights = true, averageAttnWeights = true, residual } = call;
    const [q, k, v] = this.#append(this.#project(inputs).map((x) => this.#split(x)));
    const [B, H, L] = q.shape;
    const appended = k.shape[2] - inputs[1].shape[this.batchFirst ? 1 : 0];
    const options = this.#options(call, { B, H, L, S: k.shape[2] - appended, appended });
    const { output, weights } = needWeights
      ? attentionWithWeights(q, k, v, options)
      : { output: scaledDotProductAttention(q, k, v, options), weights: null };
    const joined = permute(output, this.batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]);
    const y = reshape(joined, [...joined.shape.slice(0, 2), this.embedDim]);
    return {
      output: this.out_proj.forward(y, { residual }),
      weights: weights && averageAttnWeights ? mean(weights, { dim: 1 }) : weights,
    };
  }

  #options(
    { attnMask = null, keyPaddingMask = null, isCausal }: MultiheadAttentionCall,
    sizes: AttentionSizes,
  ) {
    const causal = isCausal && !attnMask;
    // The kernel's own bound would hide appended keys as well.
    const bound = causal && sizes.appended > 0 ? causalMask(this.arena, sizes.L, sizes.S) : attnMask;
    const options: AttentionOptions & DropoutOptions = { attnMask: mergeMasks(bound, keyPaddingMask, sizes) };
    if (causal && sizes.appended === 0) options.causalOffset = 0;
    if (this.training) Object.assign(options, { dropoutP: this.dropout, generator: this.#generator });
    return options;
  }

  #project([query, key, value]: Triple): Tensor[] {
    const E = this.embedDim;
    const bias = this.in_proj_bias?.tensor ?? null;
    if (this.in_proj_weight) return projectInputs([query, key, value], this.in_proj_weight.matrix, bias);
    const weights = [this.q_proj_weight, this.k_proj_weight, this.v_proj_weight];
    return [query, key, value].map((x, i) =>
      linear(x, weights[i]!.matrix, bias && narrow(bias, 0, i * E, E)),
    );
  }

  /** (B, L, E) or (L, B, E) as (B, H, L, D), without a copy. */
  #split(x: Tensor): Tensor {
    const heads = reshape(x, [x.shape[0], x.shape[1], this.numHeads, -1]);
    return permute(heads, this.batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]);
  }

  /** Keys and values (B, H, S, D) with what the options append to them. */
  #append([q, k, v]: Tensor[]): Tensor[] {
    const [B, H, , D] = k.shape;
    const row = (x: Tensor): Tensor => expand(reshape(x, [1, H, 1, D]), [B, H, 1, D]);
    const rows = (bias: Parameter | null): Tensor[] => [
      ...(bias ? [row(bias.tensor)] : []),
      ...(this.addZeroAttn ? [row(zeros(Tensor.empty(this.arena, [H * D])))] : []),
    ];
    const [keys, values] = [rows(this.bias_k), rows(this.bias_v)];
    return keys.length === 0 ? [q, k, v] : [q, cat([k, ...keys], 2), cat([v, ...values], 2)];
  }
}
