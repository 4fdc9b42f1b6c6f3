// What an attention call is about: shapes checked and brought to (B, H, L, D), strides, mask and bounds
// as the kernels want them.  Shared by forward, weights and backward.
import { ArgumentError, ShapeError } from '../errors.js';
import { broadcastStrides, expectCount, numel, type Shape, show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { expectDType, sameArena } from './util.js';
import { contiguous, reshape } from './view.js';

/** The keyword arguments of `F.scaled_dot_product_attention`, and what serving models needs beside them. */
export interface AttentionOptions {
  /**
   * Broadcastable to (..., H, L, S).  bool or u8: true = attend (as in PyTorch's function; it is the
   * opposite in nn.MultiheadAttention).  f32: added to the scores.
   */
  attnMask?: Tensor | null;
  /** query i sees keys j <= i (aligned at the top left, as in PyTorch); not together with attnMask */
  isCausal?: boolean;
  /** query i sees keys j <= i + causalOffset: S - L after a KV cache.  May be combined with attnMask */
  causalOffset?: number;
  /** with a causal bound: how many keys a query sees at most, the newest one included */
  window?: number;
  /** factor of the scores; default 1 / sqrt(D) */
  scale?: number;
  /** scores become softcap * tanh(score / softcap) before the mask; 0 (default) for none */
  softcap?: number;
  /** allow fewer key and value heads than query heads, each shared by H / G neighbours */
  enableGqa?: boolean;
}

/** Beyond any position: no bound. */
export const FAR = 2 ** 30;

export interface Problem {
  /** (B, H, L, D), (B, G, S, D), (B, G, S, Dv): last dimension contiguous, others strided */
  q: Tensor;
  k: Tensor;
  v: Tensor;
  B: number;
  H: number;
  G: number;
  L: number;
  S: number;
  D: number;
  Dv: number;
  mask: {
    readonly ptr: number;
    readonly kind: 0 | 1 | 2;
    readonly strides: readonly [number, number, number, number];
    /** whose memory it is, for those who need it later than now */
    readonly memory: Tensor | null;
  };
  scale: number;
  softcap: number;
  /** query i sees key j if i + lo <= j <= i + hi */
  lo: number;
  hi: number;
}

/** @throws ShapeError, DTypeError, ArgumentError */
export function attentionProblem(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions,
): Problem {
  sameArena(query, key, value, options.attnMask);
  const q = headed(query, 'query');
  const k = headed(key, 'key');
  const v = headed(value, 'value');
  const H = q.shape[1];
  const D = q.shape[3];
  const G = k.shape[1];
  const S = k.shape[2];
  const fit = D === k.shape[3] && v.shape[2] === S && v.shape[1] === G;
  if (!fit || !sameLead(query, key) || !sameLead(query, value))
    throw new ShapeError(
      `attention: query ${show(query.shape)}, key ${show(key.shape)} and value ${show(value.shape)} do not fit`,
    );
  if (G === 0 || H % G !== 0 || (H !== G && !options.enableGqa))
    throw new ShapeError(
      `attention: ${H} query heads over ${G} key heads${H % (G || 1) === 0 ? ' need enableGqa: true' : ' do not divide'}`,
    );
  const { scale = 1 / Math.sqrt(D), softcap = 0, attnMask } = options;
  if (!(softcap >= 0)) throw new ArgumentError(`softcap must be 0 or positive, got ${softcap}`);
  if (!Number.isFinite(scale) && D !== 0) throw new ArgumentError(`scale must be finite, got ${scale}`);
  const [lo, hi] = bounds(options);
  const L = q.shape[2];
  const mask = attnMask ? maskOf(attnMask, query.shape, H, L, S) : NO_MASK;
  return { q, k, v, B: q.shape[0], H, G, L, S, D, Dv: v.shape[3], scale, softcap, lo, hi, mask };
}

/** Whether the batch dimensions are the same. */
function sameLead(a: Tensor, b: Tensor): boolean {
  if (a.rank !== b.rank) return false;
  for (let i = 0; i < a.rank - 3; i++) if (a.shape[i] !== b.shape[i]) return false;
  return true;
}

/** (..., H, L, D) as (B, H, L, D) with a contiguous last dimension. */
function headed(t: Tensor, name: string): Tensor {
  expectDType(t, name, 'f32');
  if (t.rank < 2) throw new ShapeError(`${name} must be (..., length, size), got ${show(t.shape)}`);
  let x = t;
  if (t.rank !== 4) {
    const heads = t.rank === 2 ? [1, ...t.shape] : t.shape.slice(-3);
    x = reshape(t, [numel(t.shape.slice(0, -3)), ...heads]);
  }
  return x.strides[3] === 1 || x.shape[3] <= 1 ? x : contiguous(x);
}

function bounds({ isCausal, causalOffset, window, attnMask }: AttentionOptions): [lo: number, hi: number] {
  if (isCausal && attnMask)
    throw new ArgumentError('isCausal and attnMask exclude each other; use causalOffset: 0');
  if (isCausal && causalOffset) throw new ArgumentError('isCausal and causalOffset exclude each other');
  if (!isCausal && causalOffset === undefined) {
    if (window !== undefined) throw new ArgumentError('window needs isCausal or causalOffset');
    return [-FAR, FAR];
  }
  const hi = causalOffset ?? 0;
  if (!Number.isInteger(hi)) throw new ArgumentError(`causalOffset must be an integer, got ${hi}`);
  if (window !== undefined) expectCount(window, 'window');
  return [window === undefined ? -FAR : hi - window + 1, hi];
}

const NO_MASK: Problem['mask'] = { ptr: 0, kind: 0, strides: [0, 0, 0, 0], memory: null };

function maskOf(mask: Tensor, query: Shape, H: number, L: number, S: number): Problem['mask'] {
  const lead = query.slice(0, Math.max(0, query.length - 3));
  expectDType(mask, 'attnMask', 'bool', 'u8', 'f32');
  const to = [...lead, H, L, S];
  let m = mask;
  let strides = broadcastStrides(m.shape, m.strides, to, 'attnMask');
  if (lead.length > 1) {
    // Several batch dimensions are one for the kernel; a mask that cannot follow in place is copied out.
    m = contiguous(m.view(to, strides, m.offset), true);
    strides = [...m.strides];
    strides.splice(0, lead.length, H * L * S);
  }
  const four = [...new Array<number>(4 - strides.length).fill(0), ...strides] as [
    number,
    number,
    number,
    number,
  ];
  return { ptr: m.ptr, kind: mask.dtype === 'f32' ? 2 : 1, strides: four, memory: m };
}

/** The arguments from H on that forward, weights and backward kernels share, up to the mask. */
export function sizes(p: Problem): [number, number, number, number, number, number] {
  return [p.H, p.G, p.L, p.S, p.D, p.Dv];
}

/** Strides of batch, head and position. */
export function three(t: Tensor): [number, number, number] {
  return [t.strides[0], t.strides[1], t.strides[2]];
}
