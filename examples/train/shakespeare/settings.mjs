/**
 * What is trained, by name.
 * @typedef {object} Setting
 * @property {number} layers
 * @property {number} heads
 * @property {number} width
 * @property {number} initializerRange deviation of the initial weights
 * @property {boolean} bias whether linear layers and norms learn theirs; if not, they stay 0
 * @property {'gelu' | 'gelu_new'} activation exact or by tanh
 * @property {number} context characters that the model sees
 * @property {number} batch windows a step
 * @property {number} steps
 * @property {number} lr at its highest
 * @property {number} minLr at the end
 * @property {number} warmupSteps
 * @property {readonly [number, number]} betas
 * @property {number} weightDecay of matrices; biases and norms have none
 * @property {number} clip
 */

/**
 * nanoGPT's CPU setting (README and train.py of karpathy/nanoGPT), which it reports to reach a validation loss of
 * 1.88.
 */
const nanogptCpu = /** @type {Setting} */ ({
  layers: 4,
  heads: 4,
  width: 128,
  // What the published setting leaves open.  Wider than GPT-2's 0.02, which suits ten times the width: about
  // 1 / sqrt(width).  With 0.02 the same 2000 steps end at 1.89 (with biases) and 1.91 (without).
  initializerRange: 0.08,
  bias: true,
  activation: 'gelu',
  context: 64,
  batch: 12,
  steps: 2000,
  lr: 1e-3,
  minLr: 1e-4,
  warmupSteps: 100,
  betas: [0.9, 0.99],
  weightDecay: 0.1,
  clip: 1,
});

/** @type {Record<string, Setting>} */
export const settings = {
  'nanogpt-cpu': nanogptCpu,
  // Half the weights, so that they fit into a megabyte as f16; twice the context, and six times the text.
  shipped: {
    ...nanogptCpu,
    width: 96,
    initializerRange: 0.1,
    bias: true,
    activation: 'gelu_new',
    context: 128,
    steps: 6000,
    lr: 3e-3,
    warmupSteps: 200,
  },
};
