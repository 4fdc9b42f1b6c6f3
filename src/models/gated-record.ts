// The layers of a Llama as the kernel gated_decoder_f32 reads them: addresses and sizes, word by word in the order of
// assembly/decoder/record.ts.
import { Linear } from '../nn/linear.js';
import type { Parameter } from '../nn/parameter.js';
import { RMSNorm } from '../nn/rmsnorm.js';
import { activationKind } from '../ops/activation-kind.js';
import { FAR } from '../ops/attention-problem.js';
import { PanelMatrix, QUANTIZED_DTYPES } from '../ops/panel-matrix.js';
import { GatedAttention } from './gated-attention.js';
import { GatedBlock, GatedMLP } from './gated-block.js';
import type { GatedConfig } from './gated-config.js';

export const SIZES_WORDS = 9;
export const LAYER_WORDS = 23;
/** Where a layer's words about its cache begin: keys, values, capacity. */
export const CACHE_WORDS = 19;

/** The parts of a layer that have parameters: linear layers, then norms. */
const PARTS: readonly ((block: GatedBlock) => Linear | RMSNorm | null)[] = [
  (b) => b.self_attn.q_proj,
  (b) => b.self_attn.k_proj,
  (b) => b.self_attn.v_proj,
  (b) => b.self_attn.o_proj,
  (b) => b.mlp.gate_proj,
  (b) => b.mlp.up_proj,
  (b) => b.mlp.down_proj,
  (b) => b.input_layernorm,
  (b) => b.post_attention_layernorm,
  (b) => b.self_attn.q_norm,
  (b) => b.self_attn.k_norm,
];

const LINEARS = 7;

/** How many things there are to know about a layer. */
export const KNOWN = 3 * PARTS.length;

/** What decides, beside the place of its parameters, what a layer computes: it is written to `known` from `at` on. */
export function know(block: GatedBlock, known: unknown[], at: number): void {
  for (const of of PARTS) {
    const part = of(block);
    known[at++] = part?.forward;
    known[at++] = part?.weight;
    known[at++] = (part as Linear | null)?.bias;
  }
}

/** Whether a layer still has what it had when `known` was written.  It is asked for each token: no kind of object more. */
export function isKnown(block: GatedBlock, known: readonly unknown[], at: number): boolean {
  if (!isOwn(block)) return false;
  for (const of of PARTS) {
    const part = of(block);
    if (part?.forward !== known[at++] || part?.weight !== known[at++]) return false;
    if ((part as Linear | null)?.bias !== known[at++]) return false;
  }
  return true;
}

/** Whether nobody has put something else in the place of what the blocks do. */
function isOwn({ forward, self_attn, mlp }: GatedBlock): boolean {
  return (
    forward === GatedBlock.prototype.forward &&
    self_attn.forward === GatedAttention.prototype.forward &&
    mlp.forward === GatedMLP.prototype.forward
  );
}

/** What all layers have in common. */
export function sizesWords(config: GatedConfig): Int32Array {
  const { hiddenSize, intermediateSize, heads, kvHeads, headDim, rope, activation, rmsNormEps } = config;
  const kind = activationKind(activation);
  const words = Int32Array.of(
    hiddenSize,
    intermediateSize,
    heads,
    kvHeads,
    headDim,
    rope.size / 2,
    kind,
    0,
    0,
  );
  new Float32Array(words.buffer).set([rmsNormEps, 1 / Math.sqrt(headDim)], words.length - 2);
  return words;
}

/** Of one layer, the cache's left open; one of them is NaN where the kernel cannot do what the layer does. */
export function layerWords(block: GatedBlock, config: GatedConfig, layer: number): number[] {
  const { hiddenSize: D, intermediateSize: F, heads, kvHeads, headDim, rmsNormEps, windows } = config;
  const { self_attn: attn, mlp } = block;
  const [H, G] = [heads * headDim, kvHeads * headDim];
  const own = PARTS.every((of, i) => {
    const kind = i < LINEARS ? Linear : RMSNorm;
    return (of(block) ?? kind.prototype).forward === kind.prototype.forward;
  });
  const both = !attn.q_norm === !attn.k_norm;
  const norm = (norm: RMSNorm | null, size: number): number =>
    !norm || (norm.eps === rmsNormEps && norm.normalizedShape.length === 1)
      ? vector(norm?.weight, size)
      : NaN;
  const window = windows[layer];
  return [
    norm(block.input_layernorm, D),
    norm(block.post_attention_layernorm, D),
    ...product([attn.q_proj, attn.k_proj, attn.v_proj], [H, G, G], D),
    norm(attn.q_norm, headDim),
    norm(attn.k_norm, headDim),
    ...product([attn.o_proj], [D], H),
    ...product([mlp.gate_proj, mlp.up_proj], [F, F], D),
    ...product([mlp.down_proj], [D], F),
    ...[0, 0, 0],
    own && both && isOwn(block) ? (window === null ? FAR : window - 1) : NaN,
  ];
}

/** The matrices (N_i, K) of some layers as one, its format and their biases. */
function product(linears: readonly Linear[], sizes: readonly number[], K: number): number[] {
  const [first, ...others] = linears.map(({ weight }) => weight.matrix);
  const fit = linears.every(({ weight: { shape } }, i) => shape[0] === sizes[i] && shape[1] === K);
  const joined = fit && first instanceof PanelMatrix ? first.joined(others as PanelMatrix[]) : null;
  const biases = linears.map(({ bias }, i) => vector(bias, sizes[i]));
  const alike = biases.every((bias) => !bias === !biases[0]);
  return [joined && alike ? joined.ptr : NaN, QUANTIZED_DTYPES.indexOf(joined?.dtype as never), ...biases];
}

/** Address of `size` numbers that lie together, 0 for none. */
function vector(values: Parameter | null | undefined, size: number): number {
  if (!values) return 0;
  const { tensor } = values;
  return tensor.isContiguous && tensor.numel === size ? tensor.ptr : NaN;
}
