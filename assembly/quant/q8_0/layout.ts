// Packed int8 weights with a scale for every group, the block of GGUF's q8_0.  Panels of NR output channels, each a
// sequential stream of blocks, a block a group of 32 k:
//
//    32 bytes    16 bf16: the scales, in the order of layout4.ts; weight = scale q, q in -127..127
//   512 bytes    16 steps of two k of all channels: weight (n, k) is byte 2 n + k % 2 of step k / 2
//
// 544 bytes for 512 weights: 8.5 bits each.  What lies beyond K or N is 0.
// Quantised activations: a record a group, as q4's in form: scale f32, 0 i32, then 32 values q of 16 bits in
// -127..127.  Both sides have a sign and 8 bits, which the relaxed product of bytes leaves to the host, so both
// variants multiply 16 bits and have one layout.
import { NR } from '../../gemm/layout';
import { GROUP, HEAD4, SCALES4 } from '../layout4';

/** Steps of a group, bytes of one, and bytes of a block. */
export const STEPS8: i32 = GROUP / 2;
export const ROW8: usize = <usize>NR * 2;
export const BLOCK8: usize = SCALES4 + <usize>STEPS8 * ROW8;

/** Bytes of a record. */
export const RECORD8: usize = HEAD4 + 2 * <usize>GROUP;
