// Which kernels are worth splitting over threads, and what is to be known of each for that.  In all of them
// the units of the range are independent: whoever computes a unit, its bits are the same.  (Kernels that
// add up over their range, such as gradients of parameters, are not here.)
import type { Kernels } from '../kernels.js';

export interface Split<Args extends readonly unknown[] = readonly number[]> {
  /** About how long one unit takes on one thread, in ns: a guess from the sizes, right within a factor of three. */
  unitNs(...args: Args): number;
  /** Pieces are multiples of it, where the kernel is faster on several units at once; default 1. */
  granule?(...args: Args): number;
  /** Working memory that threads may not share. */
  scratch?: {
    /** its position among the arguments */
    at: number;
    /** the kernel that says how much of it one thread needs, in items of so many bytes */
    size: keyof Kernels;
    item: 1 | 4;
    /** the arguments of that kernel, from those of this one */
    sizeArgs(...args: Args): readonly number[];
  };
  /** For kernels whose units compute many rows, each of them by itself: where these are among the arguments. */
  strips?: {
    /** position of their number */
    at: number;
    /** positions of the operands that have rows, and the bytes from one row to the next */
    steps(kernels: Kernels, ...args: Args): readonly (readonly [at: number, bytes: number])[];
  };
}

// ns for one multiply-add in the GEMM of f32, of int8 and in attention, for one element moved, and for one
// through a transcendental function.
const MADD = 1 / 16;
const MADD_Q8 = 1 / 32;
const ATTEND = 1 / 20;
const MOVE = 0.3;
const CURVE = 1;
/** One element of a row of quantised weights, unpacked. */
const UNPACK = 3;

/** Columns of a panel of the GEMM and most rows of a unit of attention, for the guess only. */
const PANEL = 16;
const ROWS = 32;

type Step = readonly [at: number, bytes: number];

/** Result and operand, and the residual where there is one: the address 0 stays what it is. */
const stepped = (c: Step, a: Step, residual: number, r: Step): readonly Step[] =>
  residual ? [c, a, r] : [c, a];

const elementwise = { unitNs: () => CURVE, granule: () => 64 };
const batched = (...a: readonly number[]): number => a[5] * a[7] * PANEL * MADD;
const rows4 = (...a: readonly number[]): number => a[7] * MOVE;

export const SPLITS = {
  gemm_f32: {
    unitNs: (_c, _a, _bp, _bias, _residual, M, _N, K) => M * K * PANEL * MADD,
    // One row takes two panels at once.
    granule: (_c, _a, _bp, _bias, _residual, M) => (M === 1 ? 2 : 1),
    strips: {
      at: 5,
      steps: (_kernels, _c, _a, _bp, _bias, residual, _M, _N, _K, am, _ak, cm, rm) =>
        stepped([0, 4 * cm], [1, 4 * am], residual, [4, 4 * rm]),
    },
  },
  gemm_f32_batched: { unitNs: batched, granule: (...args) => (args[5] === 1 ? 2 : 1) },
  gemm_f32_pack: { unitNs: (_bp, _b, K) => K * PANEL * MOVE, granule: () => 8 },
  gemm_quant_f32: {
    unitNs: (_c, _a, _wp, _bias, _residual, _t, _format, M, _N, K) => M * K * PANEL * MADD_Q8,
    scratch: {
      at: 5,
      size: 'gemm_quant_scratch',
      item: 1,
      sizeArgs: (_c, _a, _wp, _bias, _residual, _t, format) => [format],
    },
    strips: {
      at: 7,
      steps: (kernels, _c, _a, _wp, _bias, residual, _t, format, _M, _N, K, cm, rm) =>
        stepped([0, 4 * cm], [1, kernels.gemm_quant_rows_size(format, 1, K)], residual, [4, 4 * rm]),
    },
  },
  gemm_quant_gather_rows: { unitNs: (_y, _wp, _ids, _format, K) => K * UNPACK },
  gemm_quant_rows: { unitNs: (_y, _x, _format, K) => K * MOVE },
  attention_f32: {
    unitNs: (_o, _lse, _q, _k, _v, _mask, _scratch, H, G, L, S, D, Dv) =>
      Math.min(ROWS, (H / G) * L) * S * ((D + Dv) * ATTEND + CURVE),
    scratch: {
      at: 6,
      size: 'attention_f32_scratch',
      item: 4,
      sizeArgs: (_o, _lse, _q, _k, _v, _mask, _scratch, _H, _G, _L, _S, D, Dv) => [D, Dv],
    },
  },
  attention_kv_f32: {
    unitNs: (_o, _q, _k, _v, _mask, _scratch, _bits, H, G, L, S, D) =>
      (Math.min(ROWS, (H / G) * L) + 1) * S * (2 * D * ATTEND + CURVE),
    scratch: {
      at: 5,
      size: 'attention_kv_f32_scratch',
      item: 4,
      sizeArgs: (_o, _q, _k, _v, _mask, _scratch, _bits, _H, _G, _L, _S, D) => [D],
    },
  },
  attention_weights_f32: {
    unitNs: (_w, _q, _k, _mask, _scratch, H, G, L, S, D) =>
      Math.min(ROWS, (H / G) * L) * S * (D * ATTEND + CURVE),
    scratch: {
      at: 4,
      size: 'attention_f32_scratch',
      item: 4,
      sizeArgs: (_w, _q, _k, _mask, _scratch, _H, _G, _L, _S, D) => [D, 0],
    },
  },
  activation_f32: elementwise,
  activation_f32_backward: elementwise,
  glu_f32: { unitNs: (_y, _gate, _up, _kind, N) => N * CURVE },
  softmax_f32: { unitNs: (_y, _x, N) => N * CURVE },
  softmax_f32_backward: { unitNs: (_dx, _dy, _y, N) => N * MOVE },
  log_softmax_f32: { unitNs: (_y, _x, N) => N * CURVE },
  log_softmax_f32_backward: { unitNs: (_dx, _dy, _y, N) => N * CURVE },
  layer_norm_f32: { unitNs: (_y, _x, _weight, _bias, _mean, _rstd, N) => N * MOVE * 2 },
  rms_norm_f32: { unitNs: (_y, _x, _weight, _offset, N) => N * MOVE },
  l2_normalize_f32: { unitNs: (_y, _x, N) => N * MOVE * 2 },
  binary_f32: { unitNs: rows4 },
  copy_strided_32: { unitNs: (_y, _x, _n0, _n1, _n2, n3) => n3 * MOVE },
  embedding_f32: { unitNs: (_y, _weight, _ids, D) => D * MOVE },
  rope_f32: { unitNs: (_y, _x, _cos, _sin, _interleaved, _L, H, D) => H * D * MOVE },
  adam_f32: elementwise,
  adamw_f32: elementwise,
} satisfies { [K in keyof Kernels]?: Split<Parameters<Kernels[K]>> };
