// The layers of a Llama as the kernel gated_decoder_f32 reads them: addresses and sizes, word by word in the order of
// assembly/decoder/record.ts.
import { Linear } from '../nn/linear.js';
import type { Parameter } from '../nn/parameter.js';
import { RMSNorm } from '../nn/rmsnorm.js';
import { activationKind } from '../ops/activation-kind.js';
import { PanelMatrix, QUANTIZED_DTYPES } from '../ops/panel-matrix.js';
import { numel } from '../tensor/shape.js';
import { GatedAttention } from './gated-attention.js';
import { GatedBlock, GatedMLP } from './gated-block.js';
import type { GatedConfig } from './gated-config.js';

export const SIZES_WORDS = 9;
export const LAYER_WORDS = 20;
/** Where a layer's words about its cache begin: keys, values, capacity. */
export const CACHE_WORDS = 16;

/** Beyond any position. */
const FAR = 2 ** 30;

type Of<T> = (block: GatedBlock) => T;

const NORMS: readonly Of<RMSNorm | null>[] = [
  (b) => b.input_layernorm,
  (b) => b.post_attention_layernorm,
  (b) => b.self_attn.q_norm,
  (b) => b.self_attn.k_norm,
];
const LINEARS: readonly Of<Linear>[] = [
  (b) => b.self_attn.q_proj,
  (b) => b.self_attn.k_proj,
  (b) => b.self_attn.v_proj,
  (b) => b.self_attn.o_proj,
  (b) => b.mlp.gate_proj,
  (b) => b.mlp.up_proj,
  (b) => b.mlp.down_proj,
];

const normForward = RMSNorm.prototype.forward;

/** What a layer does, as long as nobody has put something else in its place. */
const FORWARDS: readonly (readonly [Of<unknown>, unknown])[] = [
  [(b) => b.forward, GatedBlock.prototype.forward],
  [(b) => b.self_attn.forward, GatedAttention.prototype.forward],
  [(b) => b.mlp.forward, GatedMLP.prototype.forward],
  ...LINEARS.map((of) => [(b: GatedBlock) => of(b).forward, Linear.prototype.forward] as const),
  ...NORMS.map((of) => [(b: GatedBlock) => of(b)?.forward ?? normForward, normForward] as const),
];

/** Everything that decides what a layer computes, beside what lies in its parameters: a record holds while it does. */
export const DECISIVE: readonly Of<unknown>[] = [
  ...FORWARDS.map(([of]) => of),
  ...LINEARS.flatMap((of): Of<unknown>[] => [(b) => of(b).weight, (b) => of(b).bias]),
  ...NORMS.map(
    (of): Of<unknown> =>
      (b) =>
        of(b)?.weight,
  ),
];

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

/** Of one layer, the cache's left open; null where the kernel cannot do what the layer does. */
export function layerWords(block: GatedBlock, config: GatedConfig, layer: number): number[] | null {
  const { hiddenSize: D, intermediateSize: F, heads, kvHeads, headDim, rmsNormEps, windows } = config;
  if (FORWARDS.some(([of, own]) => of(block) !== own)) return null;
  const { q_proj, k_proj, v_proj, o_proj, q_norm, k_norm } = block.self_attn;
  const { gate_proj, up_proj, down_proj } = block.mlp;
  const [H, G] = [heads * headDim, kvHeads * headDim];
  if (!q_norm !== !k_norm) return null;
  const products = [
    product([q_proj, k_proj, v_proj], [H, G, G], D),
    product([o_proj], [D], H),
    product([gate_proj, up_proj], [F, F], D),
    product([down_proj], [D], F),
  ];
  const norms = [
    norm(block.input_layernorm, D, rmsNormEps),
    norm(block.post_attention_layernorm, D, rmsNormEps),
    q_norm ? norm(q_norm, headDim, rmsNormEps) : 0,
    k_norm ? norm(k_norm, headDim, rmsNormEps) : 0,
  ];
  if (products.includes(null) || norms.includes(null)) return null;
  const [qkv, out, gateUp, down] = products as Product[];
  const [before, after, query, key] = norms as number[];
  const formats = [qkv, out, gateUp, down].reduce((all, { format }, i) => all | (format << (8 * i)), 0);
  const window = windows[layer];
  return [
    ...[before, after, qkv.matrix, ...qkv.biases, query, key],
    ...[out.matrix, ...out.biases, gateUp.matrix, ...gateUp.biases, down.matrix, ...down.biases],
    ...[formats, 0, 0, 0, window === null ? FAR : window - 1],
  ];
}

interface Product {
  /** addresses */
  matrix: number;
  biases: number[];
  format: number;
}

/** The matrices (N_i, K) of some layers as one; null unless they are laid out so. */
function product(linears: readonly Linear[], sizes: readonly number[], K: number): Product | null {
  const matrices = linears.map(({ weight }) => weight.matrix);
  const fit = matrices.every(
    (matrix, i) => matrix instanceof PanelMatrix && matrix.N === sizes[i] && matrix.K === K,
  );
  if (!fit) return null;
  const [first, ...others] = matrices as PanelMatrix[];
  const joined = first.joined(others);
  const biases = linears.map(({ bias }, i) => (bias ? vector(bias, sizes[i]) : 0));
  if (!joined || biases.includes(null) || new Set(biases.map((b) => b === 0)).size > 1) return null;
  const format = QUANTIZED_DTYPES.indexOf(joined.dtype as never) & 255;
  return { matrix: joined.ptr, biases: biases as number[], format };
}

/** Address of a norm's weight, 0 if it has none; null if it is not the norm that the kernel has. */
function norm({ weight, normalizedShape, eps }: RMSNorm, size: number, expected: number): number | null {
  if (numel(normalizedShape) !== size || eps !== expected) return null;
  return weight ? vector(weight, size) : 0;
}

function vector({ tensor }: Parameter, size: number): number | null {
  return tensor.isContiguous && tensor.numel === size ? tensor.ptr : null;
}
