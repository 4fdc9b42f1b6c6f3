// Packed int8 weights with a scale for every group, the block of GGUF's q8_0.  Panels of NR output channels, each a
// sequential stream of blocks, a block a group of 32 k:
//
//    32 bytes    16 bf16: the scales, in the order of layout4.ts; weight = scale q, q in -127..127
//   512 bytes    8 rows of four k of all channels (lanes/pairs.ts): weight (n, k) is byte 4 n + k % 4 of row k / 4
//
// 544 bytes for 512 weights: 8.5 bits each.  What lies beyond K has activations of 0, what lies beyond N a scale of 0.
// Quantised activations: a record a group, as q4's in form: scale f32, what sums begin with i32, then 32 values q in
// -127..127 as two steps of 16 bits for every row.  Every variant has this layout.
import { NR } from '../../gemm/layout';
import { GROUP, HEAD4, SCALES4 } from '../layout4';

/** Bytes of a row, and of a block. */
export const ROW8: usize = <usize>NR * 4;
export const BLOCK8: usize = SCALES4 + <usize>GROUP / 4 * ROW8;

/** Bytes of a record. */
export const RECORD8: usize = HEAD4 + 2 * <usize>GROUP;
