// The ABI on one page: everything the module exports, room by room, and nothing else.

export { attention_f32, attention_f32_scratch, attention_f32_units } from './attention/forward';
export { fill_f32 } from './fill';
export { heap_base } from './memory';
export { gemm_f32_nr, gemm_f32_packed_size } from './gemm/layout';
export { gemm_f32_pack, gemm_f32_unpack } from './gemm/pack';
export { gemm_f32_gather_rows } from './gemm/gather';
export { gemm_f32, gemm_f32_batched } from './gemm/gemm';
