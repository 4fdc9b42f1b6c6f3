// The ABI on one page: everything the module exports, room by room, and nothing else.

export { attention_f32, attention_f32_scratch, attention_f32_units } from './attention/forward';
export { attention_f32_backward, attention_f32_backward_scratch } from './attention/backward';
export { attention_kv_f32, attention_kv_f32_scratch } from './attention/kv';
export { kv_pack_f32, kv_row_size, kv_unpack_f32 } from './attention/kv-rows';
export { attention_weights_f32 } from './attention/weights';
export { activation_f32, activation_f32_backward } from './activation/activation';
export { conv_f32, conv_f32_backward_weight, conv_f32_scratch } from './conv/conv';
export { glu_f32, glu_f32_backward } from './activation/glu';
export {
  window_max_f32,
  window_max_f32_backward,
  window_mean_f32,
  window_mean_f32_backward,
} from './conv/windows';
export { binary_f32 } from './elementwise/binary';
export {
  cast_bf16_f32,
  cast_f16_f32,
  cast_f32_bf16,
  cast_f32_bool,
  cast_f32_f16,
  cast_f32_i32,
  cast_f32_i8,
  cast_f32_u8,
  cast_i32_f32,
  cast_i8_f32,
  cast_u8_f32,
} from './elementwise/cast';
export { compare_f32 } from './elementwise/compare';
export { copy_strided_16, copy_strided_32, copy_strided_8 } from './elementwise/copy';
export { add_scaled_f32, clamp_f32 } from './elementwise/dense';
export { sum_to_f32 } from './elementwise/sum_to';
export { where_32 } from './elementwise/where';
export {
  rope_dynamic_base,
  rope_inv_freq_f32,
  rope_scale_linear_f32,
  rope_scale_llama3_f32,
  rope_scale_yarn_f32,
  rope_yarn_scaling,
} from './position/frequencies';
export { gated_decoder_f32 } from './decoder/gated';
export { gated_decoder_f32_scratch } from './decoder/record';
export { rope_f32, rope_f32_backward, rope_table_f32 } from './position/rope';
export { sinusoid_f32 } from './position/sinusoid';
export { mean_pool_f32, mean_pool_f32_backward } from './pool/mean';
export { max_pool_f32, token_place, token_pool_f32 } from './pool/pick';
export { gru_step_f32, gru_step_f32_backward } from './recurrent/gru';
export { lstm_step_f32, lstm_step_f32_backward } from './recurrent/lstm';
export { rnn_step_f32, rnn_step_f32_backward } from './recurrent/rnn';
export { cumsum_f32 } from './reduce/cumsum';
export { reduce_f32 } from './reduce/reduce';
export { argmax_f32, argmin_f32 } from './select/argmax';
export { gather_32, scatter_f32 } from './select/gather';
export { sort_f32, sort_f32_scratch } from './select/sort';
export { topk_f32, topk_f32_scratch } from './select/topk';
export { embedding_f32, embedding_f32_backward, ids_in_range } from './embedding';
export { heap_base } from './memory';
export { gemm_f32_nr, gemm_f32_packed_size } from './gemm/layout';
export { gemm_f32_pack, gemm_f32_unpack } from './gemm/pack';
export { gemm_f32_gather_rows } from './gemm/gather';
export { gemm_f32, gemm_f32_batched } from './gemm/gemm';
export {
  gemm_quant_f32,
  gemm_quant_gather_rows,
  gemm_quant_pack,
  gemm_quant_packed_size,
  gemm_quant_rows,
  gemm_quant_rows_size,
  gemm_quant_scratch,
  gemm_quant_unpack,
} from './quant/quant';
export { random_uniform_f32, random_normal_f32, random_trunc_normal_f32 } from './random/fill';
export { dropout_f32 } from './random/dropout';
export { log_softmax_f32, log_softmax_f32_backward, softmax_f32, softmax_f32_backward } from './softmax';
export { cross_entropy_f32, cross_entropy_f32_backward, targets_in_range } from './loss/cross_entropy';
export { nll_f32, nll_f32_backward } from './loss/nll';
export {
  bce_with_logits_f32,
  bce_with_logits_f32_backward,
  mse_f32,
  mse_f32_backward,
} from './loss/pointwise';
export { adam_f32, adamw_f32 } from './optim/adam';
export { sgd_f32 } from './optim/sgd';
export { additive_score_f32, additive_score_f32_backward } from './score/additive';
export { group_norm_f32, group_norm_f32_backward } from './norm/group_norm';
export { l2_normalize_f32, l2_normalize_f32_backward } from './norm/l2_normalize';
export { layer_norm_f32, layer_norm_f32_backward } from './norm/layer_norm';
export { rms_norm_f32, rms_norm_f32_backward } from './norm/rms_norm';
