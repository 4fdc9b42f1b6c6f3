// What of the ONNX cases the engine does not do, and why.  Every case is either run or listed here; a
// listed one that has an adapter must fail in it, so that nothing stays listed that has come to work.

export interface Unsupported {
  why: string;
  /** whole operators, separated by spaces */
  ops?: string;
  /** single cases of operators that are otherwise supported, separated by white space */
  cases?: string;
}

export const UNSUPPORTED: readonly Unsupported[] = [
  {
    why: 'arithmetic on integers: the engine computes in f32, integers hold indices and stored weights',
    cases: `add_int8 add_int16 add_uint32 add_uint64
      sub_uint8 sub_uint16 sub_uint64
      mul_int8 mul_int16 mul_uint8 mul_uint16
      div_int16 div_int32_trunc div_uint16 div_uint32
      max_int8 max_int16 max_int32 max_uint8 max_uint32 max_uint64
      min_int16 min_int32 min_uint8 min_uint32 min_uint64
      pow_types_int32_float32 pow_types_int32_int32 pow_types_int64_float32 pow_types_int64_int64
      cumsum_1d_int32_exclusive cumsum_2d_int32`,
  },
  {
    why: 'float64 as a result, or values beyond the range of f32: there is no such dtype',
    cases: `castlike_FLOAT16_to_DOUBLE castlike_FLOAT_to_DOUBLE
      pytorch-operator/operator_add_broadcast pytorch-operator/operator_add_size1_right_broadcast
      pytorch-operator/operator_add_size1_singleton_broadcast`,
  },
  {
    why: 'floats of 8 and 4 bits: there is no such dtype',
    cases: `cast_FLOAT16_to_FLOAT8E4M3FN cast_FLOAT16_to_FLOAT8E4M3FNUZ cast_FLOAT16_to_FLOAT8E5M2FNUZ
      cast_FLOAT8E4M3FNUZ_to_FLOAT cast_FLOAT8E4M3FN_to_FLOAT cast_FLOAT8E4M3FN_to_FLOAT16
      cast_FLOAT8E5M2FNUZ_to_FLOAT16 cast_FLOAT8E5M2_to_FLOAT16 cast_FLOAT_to_FLOAT4E2M1
      cast_FLOAT_to_FLOAT8E5M2 cast_e8m0_FLOAT8E8M0_to_FLOAT16 cast_e8m0_FLOAT_to_FLOAT8E8M0
      cast_no_saturate_FLOAT16_to_FLOAT8E4M3FN cast_no_saturate_FLOAT16_to_FLOAT8E5M2
      cast_no_saturate_FLOAT16_to_FLOAT8E5M2FNUZ cast_no_saturate_FLOAT_to_FLOAT8E4M3FN
      castlike_FLOAT16_to_FLOAT8E4M3FN castlike_FLOAT4E2M1_to_FLOAT castlike_FLOAT4E2M1_to_FLOAT16
      castlike_FLOAT8E4M3FNUZ_to_FLOAT castlike_FLOAT8E4M3FN_to_FLOAT castlike_FLOAT8E4M3FN_to_FLOAT16
      castlike_FLOAT8E5M2FNUZ_to_FLOAT16 castlike_FLOAT8E5M2_to_FLOAT castlike_FLOAT_to_FLOAT4E2M1
      castlike_FLOAT_to_FLOAT8E4M3FNUZ castlike_no_saturate_FLOAT16_to_FLOAT8E5M2
      castlike_no_saturate_FLOAT16_to_FLOAT8E5M2FNUZ castlike_no_saturate_FLOAT_to_FLOAT8E5M2FNUZ`,
  },
  {
    why: 'integers of 4 and 2 bits as a dtype of tensors: here they occur inside packed weights only',
    cases: `cast_FLOAT16_to_INT4 cast_FLOAT16_to_UINT2 cast_FLOAT_to_INT2 cast_FLOAT_to_INT4
      cast_FLOAT_to_UINT2 cast_INT2_to_FLOAT16 cast_INT2_to_INT8 cast_INT4_to_FLOAT cast_UINT4_to_FLOAT
      cast_UINT4_to_FLOAT16 cast_UINT4_to_UINT8
      castlike_FLOAT16_to_INT2 castlike_FLOAT16_to_INT4 castlike_FLOAT16_to_UINT4 castlike_FLOAT_to_INT2
      castlike_FLOAT_to_INT4 castlike_FLOAT_to_UINT2 castlike_FLOAT_to_UINT4 castlike_INT2_to_FLOAT
      castlike_INT2_to_FLOAT16 castlike_INT2_to_INT8 castlike_INT4_to_INT8 castlike_UINT2_to_FLOAT
      castlike_UINT2_to_UINT8 castlike_UINT4_to_FLOAT`,
  },
  {
    why: "ONNX's quantized operators: weights are quantized in blocks of the engine's own formats",
    ops: 'DequantizeLinear DynamicQuantizeLinear QLinearMatMul QuantizeLinear',
  },
  {
    why: "dropout in training draws from the engine's own generator, the case from NumPy's",
    cases: 'training_dropout_default training_dropout_default_mask training_dropout_mask',
  },
  { why: 'linear attention with a state is not among the ops', ops: 'LinearAttention' },
  { why: 'Adagrad is not among the optimisers', ops: 'Adagrad' },
];

const words = (list = ''): string[] => list.split(/\s+/).filter(Boolean);

/** Each entry of the table with its reason: the name of an operator or of a case. */
export const LISTED: readonly { name: string; whole: boolean; why: string }[] = UNSUPPORTED.flatMap(
  ({ why, ops, cases }) => [
    ...words(ops).map((name) => ({ name, whole: true, why })),
    ...words(cases).map((name) => ({ name, whole: false, why })),
  ],
);

/** The reason why a case is not supported, or null. */
export function reasonFor({ op, name }: { op: string; name: string }): string | null {
  return LISTED.find((l) => l.name === (l.whole ? op : name))?.why ?? null;
}
