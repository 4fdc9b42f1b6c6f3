/** A GPT of characters: the library's own gpt2 model with fresh weights, and its files. */
import { createModel, F, nn, optim } from '../../../dist/node.js';

/**
 * config.json as transformers reads it.
 * @param {import('./settings.mjs').Setting} setting @param {number} vocabSize
 */
export function configOf({ layers, heads, width, context, activation, initializerRange }, vocabSize) {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: vocabSize,
    n_positions: context,
    n_embd: width,
    n_layer: layers,
    n_head: heads,
    activation_function: activation,
    resid_pdrop: 0,
    embd_pdrop: 0,
    attn_pdrop: 0,
    layer_norm_epsilon: 1e-5,
    initializer_range: initializerRange,
    tie_word_embeddings: true,
    bos_token_id: null,
    eos_token_id: null,
  };
}

/**
 * A model with GPT-2's initial weights (Radford et al. 2019, 2.3): normal (0.02 in the paper), biases 0, and the
 * projections into the residual stream smaller by the root of their number.
 * @param {import('../../../dist/node.js').Engine} engine
 * @param {ReturnType<typeof configOf>} config
 * @param {{ bias: boolean }} setting whether biases are learned
 */
export function freshModel(engine, config, { bias }) {
  const model = /** @type {import('../../../dist/node.js').DecoderModel} */ (
    createModel(engine.arena, config)
  );
  const std = config.initializer_range;
  for (const [key, parameter] of model.namedParameters()) {
    if (parameter.owner !== parameter) continue;
    if (parameter.shape.length < 2) {
      if (key.endsWith('.bias')) parameter.reset(nn.init.zeros);
      continue;
    }
    const deviation = key.endsWith('c_proj.weight') ? std / Math.sqrt(2 * config.n_layer) : std;
    const generator = engine.arena.generator.reserve(parameter.numel);
    parameter.reset((w) => nn.init.normal(w, { std: deviation, generator: generator.clone() }));
  }
  model.requiresGrad();
  if (!bias)
    for (const [key, parameter] of model.namedParameters())
      if (key.endsWith('.bias')) parameter.requiresGrad = false;
  return model;
}

/**
 * AdamW that shrinks matrices and leaves vectors alone.
 * @param {import('../../../dist/node.js').nn.Module} model @param {import('./settings.mjs').Setting} setting
 */
export function optimizerOf(model, { lr, betas, weightDecay }) {
  const isMatrix = (/** @type {import('../../../dist/node.js').nn.Parameter} */ p) => p.shape.length > 1;
  const parameters = model.parameters();
  const groups = [
    { params: parameters.filter(isMatrix), weightDecay },
    { params: parameters.filter((p) => !isMatrix(p)), weightDecay: 0 },
  ];
  return new optim.AdamW(groups, { lr, betas });
}

/**
 * The weights under the names and in the layout of GPT2LMHeadModel's checkpoints: matrices (in, out).
 * The caller owns the tensors.
 * @param {import('../../../dist/node.js').nn.Module} model
 */
export function checkpointWeights(model) {
  return model.arena.scope(() => {
    const own = new Set([...model.namedParameters()].filter(([, p]) => p.owner === p).map(([key]) => key));
    const weights = [...model.stateDict()].filter(([key]) => own.has(key));
    const turned = (/** @type {string} */ key) => /\.c_(attn|proj|fc)\.weight$/.test(key);
    return new Map(
      weights.map(([key, w]) => [`transformer.${key}`, turned(key) ? F.contiguous(F.transpose(w, 0, 1)) : w]),
    );
  });
}
