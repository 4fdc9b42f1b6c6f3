/**
 * Weights as onnxruntime's own tools quantise them: 8 bits for a column with one scale each (`quantize_dynamic`, per
 * channel, symmetric), 4 bits in blocks of 32 (`MatMulNBitsQuantizer`, symmetric).
 */

const BLOCK = 32;

/**
 * @param {Float32Array} b (K, N)
 * @param {number} K
 * @param {number} N
 * @returns {{ data: Int8Array, scales: Float32Array }} data (K, N), scales (N)
 */
export function int8(b, K, N) {
  const scales = new Float32Array(N);
  for (let k = 0, at = 0; k < K; k++)
    for (let n = 0; n < N; n++, at++) scales[n] = Math.max(scales[n], Math.abs(b[at]));
  for (let n = 0; n < N; n++) scales[n] = scales[n] / 127 || 1;
  const data = new Int8Array(K * N);
  for (let k = 0, at = 0; k < K; k++)
    for (let n = 0; n < N; n++, at++) data[at] = Math.round(b[at] / scales[n]);
  return { data, scales };
}

/**
 * @param {(n: number, k: number) => number} weight of output n and input k
 * @param {number} N
 * @param {number} K a multiple of 32
 * @returns {{ data: Uint8Array, scales: Float32Array, shape: number[] }} data (N, K / 32, 16), the lower half of a byte
 *   first, 8 for zero; scales (N, K / 32)
 */
export function int4(weight, N, K) {
  const blocks = K / BLOCK;
  const data = new Uint8Array((N * K) / 2);
  const scales = new Float32Array(N * blocks);
  const values = new Float32Array(BLOCK);
  for (let n = 0, block = 0; n < N; n++) {
    for (let k = 0; k < K; k += BLOCK, block++) {
      let most = 0;
      for (let i = 0; i < BLOCK; i++) {
        values[i] = weight(n, k + i);
        if (Math.abs(values[i]) > Math.abs(most)) most = values[i];
      }
      const scale = most / -8 || 1;
      scales[block] = scale;
      const level = (i) => Math.min(15, Math.round(values[i] / scale) + 8);
      for (let i = 0; i < BLOCK; i += 2) data[(block * BLOCK + i) / 2] = level(i) | (level(i + 1) << 4);
    }
  }
  return { data, scales, shape: [N, blocks, BLOCK / 2] };
}
