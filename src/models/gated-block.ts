// One layer of the Llama family: attention and a gated feed-forward (SwiGLU, Shazeer 2020), an RMS norm before each.
import { JointLinear } from '../nn/joint-linear.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { RMSNorm } from '../nn/rmsnorm.js';
import { gated } from '../ops/gated.js';
import type { Arena } from '../tensor/arena.js';
import type { Tensor } from '../tensor/tensor.js';
import type { WithMap } from './attention.js';
import type { LayerCache } from './cache.js';
import { GatedAttention, type GatedPass } from './gated-attention.js';
import type { GatedConfig } from './gated-config.js';

export class GatedMLP extends Module {
  gate_proj: Linear;
  up_proj: Linear;
  down_proj: Linear;
  readonly #inputs: JointLinear;

  constructor(
    arena: Arena,
    readonly config: GatedConfig,
  ) {
    super(arena);
    const { hiddenSize, intermediateSize, mlpBias: bias } = config;
    this.gate_proj = new Linear(arena, hiddenSize, intermediateSize, { bias });
    this.up_proj = new Linear(arena, hiddenSize, intermediateSize, { bias });
    this.down_proj = new Linear(arena, intermediateSize, hiddenSize, { bias });
    this.#inputs = new JointLinear([this.gate_proj, this.up_proj]);
  }

  forward(x: Tensor, residual: Tensor): Tensor {
    const [gate, up] = this.#inputs.forward(x, [this.gate_proj, this.up_proj]);
    return this.down_proj.forward(gated(gate, up, this.config.activation), { residual });
  }
}

export class GatedBlock extends Module {
  input_layernorm: RMSNorm;
  self_attn: GatedAttention;
  post_attention_layernorm: RMSNorm;
  mlp: GatedMLP;

  constructor(arena: Arena, config: GatedConfig, layer: number) {
    super(arena);
    const eps = config.rmsNormEps;
    this.input_layernorm = new RMSNorm(arena, config.hiddenSize, { eps });
    this.self_attn = new GatedAttention(arena, config, layer);
    this.post_attention_layernorm = new RMSNorm(arena, config.hiddenSize, { eps });
    this.mlp = new GatedMLP(arena, config);
  }

  forward(x: Tensor, pass: GatedPass, cache: LayerCache | null, wantsMap: boolean): WithMap {
    return this.arena.scope(() => {
      const [h, map] = this.self_attn.forward(this.input_layernorm.forward(x), x, pass, cache, wantsMap);
      return [this.mlp.forward(this.post_attention_layernorm.forward(h), h), map];
    });
  }
}
