// Attention of the Llama family: rotary positions, grouped key and value heads, no dropout.
import { JointLinear } from '../nn/joint-linear.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { RMSNorm } from '../nn/rmsnorm.js';
import type { AttentionOptions } from '../ops/attention.js';
import { applyRope, type RopeTable } from '../ops/position.js';
import { transpose } from '../ops/view.js';
import type { Arena } from '../tensor/arena.js';
import type { Tensor } from '../tensor/tensor.js';
import { attend, type WithMap } from './attention.js';
import type { LayerCache } from './cache.js';
import type { GatedConfig } from './gated-config.js';

/** What all layers of one pass share. */
export interface GatedPass {
  readonly attention: AttentionOptions;
  readonly rotation: RopeTable;
}

export class GatedAttention extends Module {
  q_proj: Linear;
  k_proj: Linear;
  v_proj: Linear;
  o_proj: Linear;
  q_norm: RMSNorm | null;
  k_norm: RMSNorm | null;
  readonly #inputs: JointLinear;

  constructor(
    arena: Arena,
    readonly config: GatedConfig,
    readonly layer: number,
  ) {
    super(arena);
    const { hiddenSize, heads, kvHeads, headDim, qkvBias, outputBias, qkNorm, rmsNormEps: eps } = config;
    this.q_proj = new Linear(arena, hiddenSize, heads * headDim, { bias: qkvBias });
    this.k_proj = new Linear(arena, hiddenSize, kvHeads * headDim, { bias: qkvBias });
    this.v_proj = new Linear(arena, hiddenSize, kvHeads * headDim, { bias: qkvBias });
    this.o_proj = new Linear(arena, heads * headDim, hiddenSize, { bias: outputBias });
    this.q_norm = qkNorm ? new RMSNorm(arena, headDim, { eps }) : null;
    this.k_norm = qkNorm ? new RMSNorm(arena, headDim, { eps }) : null;
    this.#inputs = new JointLinear([this.q_proj, this.k_proj, this.v_proj]);
  }

  /** x (B, S, D) -> attention of x, plus `residual` (B, S, D) */
  forward(
    x: Tensor,
    residual: Tensor,
    { attention, rotation }: GatedPass,
    cache: LayerCache | null,
    wantsMap: boolean,
  ): WithMap {
    const { heads, kvHeads, windows } = this.config;
    const layers = [this.q_proj, this.k_proj, this.v_proj];
    const [queries, keys, v] = this.#inputs.forward(x, layers, [heads, kvHeads, kvHeads]);
    const q = applyRope(normed(queries, this.q_norm), rotation);
    const k = applyRope(normed(keys, this.k_norm), rotation);
    const window = windows[this.layer];
    const options = window === null ? attention : { ...attention, window };
    const [y, map] = cache?.attend(q, k, v, options, wantsMap) ?? attend(q, k, v, options, wantsMap);
    return [this.o_proj.forward(y, { residual }), map];
  }
}

/** x (B, H, S, D), each head through the norm by itself, position by position */
function normed(x: Tensor, norm: RMSNorm | null): Tensor {
  return norm ? transpose(norm.forward(transpose(x, 1, 2)), 1, 2) : x;
}
