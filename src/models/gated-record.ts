// The layers of a Llama as the kernel gated_decoder_f32 reads them: addresses and sizes, word by word in the order of
// assembly/decoder/record.ts.
import { Linear } from '../nn/linear.js';
import type { Parameter } from '../nn/parameter.js';
import { RMSNorm } from '../nn/rmsnorm.js';
import { activationKind } from '../ops/activation-kind.js';
import { PanelMatrix, QUANTIZED_DTYPES } from '../ops/panel-matrix.js';
import { GatedAttention } from './gated-attention.js';
import { GatedBlock, GatedMLP } from './gated-block.js';
import type { GatedConfig } from './gated-config.js';

export const SIZES_WORDS = 9;
export const LAYER_WORDS = 23;
/** Where a layer's words about its cache begin: keys, values, capacity. */
export const CACHE_WORDS = 19;

/** Beyond any position. */
const FAR = 2 ** 30;

interface Part {
  readonly forward: unknown;
  readonly weight?: unknown;
  readonly bias?: unknown;
}

/** What a layer consists of, and what each does as long as nobody has put something else in its place. */
const PARTS: readonly (readonly [
  of: (block: GatedBlock) => Part | null,
  kind: { readonly prototype: Part },
])[] = [
  [(b) => b, GatedBlock],
  [(b) => b.self_attn, GatedAttention],
  [(b) => b.mlp, GatedMLP],
  [(b) => b.input_layernorm, RMSNorm],
  [(b) => b.post_attention_layernorm, RMSNorm],
  [(b) => b.self_attn.q_norm, RMSNorm],
  [(b) => b.self_attn.k_norm, RMSNorm],
  [(b) => b.self_attn.q_proj, Linear],
  [(b) => b.self_attn.k_proj, Linear],
  [(b) => b.self_attn.v_proj, Linear],
  [(b) => b.self_attn.o_proj, Linear],
  [(b) => b.mlp.gate_proj, Linear],
  [(b) => b.mlp.up_proj, Linear],
  [(b) => b.mlp.down_proj, Linear],
];

/**
 * Whether a layer still has what it had when `known` was written, from `at` on: that and the place of its parameters
 * decide what it computes.
 */
export function isKnown(block: GatedBlock, known: readonly unknown[], at: number): boolean {
  for (const [of] of PARTS) {
    const part = of(block);
    if (part?.forward !== known[at++] || part?.weight !== known[at++] || part?.bias !== known[at++])
      return false;
  }
  return true;
}

export const KNOWN = 3 * PARTS.length;

/** What there is to know about a layer. */
export function know(block: GatedBlock): unknown[] {
  return PARTS.map(([of]) => of(block)).flatMap((part) => [part?.forward, part?.weight, part?.bias]);
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
  const own = PARTS.every(([of, kind]) => (of(block) ?? kind.prototype).forward === kind.prototype.forward);
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
    own && both ? (window === null ? FAR : window - 1) : NaN,
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
