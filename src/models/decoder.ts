// The way through a decoder that GPT-2 and the Llama family share: embeddings, layers with a cache, final
// norm, and logits for as many positions as are asked for.
import type { Parameter } from '../nn/parameter.js';
import { linear } from '../ops/linear.js';
import { narrow } from '../ops/view.js';
import { Tensor } from '../tensor/tensor.js';
import type { WithMap } from './attention.js';
import type { DecoderModel, DecoderOptions, DecoderOutput } from './base.js';
import type { DecoderCache, LayerCache } from './cache.js';
import type { Rows } from './input.js';
import { Trace } from './outputs.js';
import { decoderPass, type Pass } from './pass.js';

/** The parts of a decoder, as one call needs them. */
export interface DecoderParts {
  /** (B, S, D) */
  readonly states: Tensor;
  /** All layers at once, which append to the cache, or null with nothing done. */
  layers?(x: Tensor, cache: DecoderCache): Tensor | null;
  layer(index: number, x: Tensor, cache: LayerCache | null, wantsMap: boolean): WithMap;
  norm(x: Tensor): Tensor;
  /** (V, D) */
  readonly head: Parameter;
}

/**
 * Runs `parts(pass)` over the layers.  If it fails, the cache is as long as it was before.
 * @throws ShapeError, ArgumentError
 */
export function runDecoder(
  { arena, config: { layers } }: DecoderModel,
  inputIds: Rows,
  options: DecoderOptions,
  parts: (pass: Pass) => DecoderParts,
): DecoderOutput {
  const cache = options.cache ?? null;
  const past = cache?.offset ?? 0;
  const run = (): DecoderOutput => {
    const trace = new Trace(options, layers);
    const pass = decoderPass(arena, inputIds, options);
    const { states, layers: all, layer, norm, head } = parts(pass);
    const atOnce = !trace.wantsAny && !pass.attention.attnMask;
    const last =
      (cache && atOnce ? all?.(states, cache) : null) ??
      trace.through(states, (i, x, wantsMap) => layer(i, x, cache?.layers[i] ?? null, wantsMap));
    const lastHiddenState = norm(last);
    trace.hidden(layers, lastHiddenState);
    return { logits: logitsOf(lastHiddenState, head, options), lastHiddenState, ...trace.take(), cache };
  };
  try {
    return arena.scope(run);
  } catch (error) {
    cache?.truncate(past);
    throw error;
  }
}

function logitsOf(states: Tensor, head: Parameter, { logits = 'all' }: DecoderOptions): Tensor {
  const [B, S] = states.shape;
  if (logits === 'none') return Tensor.empty(states.arena, [B, 0, head.shape[0]]);
  return linear(logits === 'last' ? narrow(states, 1, S - 1, 1) : states, head.matrix);
}
