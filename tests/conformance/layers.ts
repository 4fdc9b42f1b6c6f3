// The encoder and decoder layers of a case, with its state, and how to call them.
import { TransformerDecoderLayer } from '../../src/nn/decoder-layer.js';
import { TransformerEncoderLayer } from '../../src/nn/encoder-layer.js';
import { LayerNorm } from '../../src/nn/layernorm.js';
import type { Module } from '../../src/nn/module.js';
import { Transformer } from '../../src/nn/transformer.js';
import type { TransformerLayerOptions } from '../../src/nn/transformer-parts.js';
import { TransformerDecoder, TransformerEncoder } from '../../src/nn/transformer-stack.js';
import type { Arena } from '../../src/tensor/arena.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { camelCase, tensorOf } from './pytorch.js';
import type { Case } from './vectors.js';

export interface Built {
  layer: Module;
  forward: (inputs: Record<string, Tensor>) => Tensor;
}

/** The layer of a case with its state, and how to call it. */
export function build(arena: Arena, c: Case): Built {
  const built = construct(arena, c);
  built.layer.loadStateDict(new Map(Object.entries(c.state).map(([key, v]) => [key, tensorOf(arena, v)])));
  return built;
}

function construct(arena: Arena, { op, config }: Case): Built {
  const { d_model, nhead, num_layers, final_norm, ...rest } = config;
  const [dModel, heads, depth] = [d_model, nhead, num_layers] as number[];
  const options = camelCase(rest) as TransformerLayerOptions;
  const norm = final_norm ? new LayerNorm(arena, dModel) : null;
  switch (op) {
    case 'nn.TransformerEncoderLayer': {
      const layer = new TransformerEncoderLayer(arena, dModel, heads, options);
      return { layer, forward: ({ src, ...masks }) => layer.forward(src, camelCase(masks)) };
    }
    case 'nn.TransformerDecoderLayer': {
      const layer = new TransformerDecoderLayer(arena, dModel, heads, options);
      return { layer, forward: ({ tgt, memory, ...masks }) => layer.forward(tgt, memory, camelCase(masks)) };
    }
    case 'nn.TransformerEncoder': {
      const layer = new TransformerEncoder(
        new TransformerEncoderLayer(arena, dModel, heads, options),
        depth,
        { norm },
      );
      return { layer, forward: ({ src, ...masks }) => layer.forward(src, camelCase(masks)) };
    }
    case 'nn.TransformerDecoder': {
      const layer = new TransformerDecoder(
        new TransformerDecoderLayer(arena, dModel, heads, options),
        depth,
        { norm },
      );
      return { layer, forward: ({ tgt, memory, ...masks }) => layer.forward(tgt, memory, camelCase(masks)) };
    }
    case 'nn.Transformer': {
      const layer = new Transformer(arena, { dModel, nhead: heads, ...options });
      return { layer, forward: ({ src, tgt, ...masks }) => layer.forward(src, tgt, camelCase(masks)) };
    }
    default:
      throw new Error(`no layer for ${op}`);
  }
}
