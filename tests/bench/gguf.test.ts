// The file that llama.cpp is measured on: that it loads and reads it is seen by every run; here, that its blocks hold
// the weights that fovea gets, and that the header is where the format puts it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { llamaShapes, llamaTensor } from '../../bench/llama.mjs';
import { encode, writeGguf } from '../../bench/rivals/wllama/gguf.mjs';

const config = {
  model_type: 'llama' as const,
  vocab_size: 320,
  hidden_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  intermediate_size: 96,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  hidden_act: 'silu' as const,
  tie_word_embeddings: true as const,
};

/** A number in half precision. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

/** ggml's q8_0 and q4_0 read back, as its source describes them. */
function decode(bytes: Uint8Array, format: 'q8' | 'q4'): number[] {
  const size = format === 'q8' ? 34 : 18;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: (bytes.length / size) * 32 }, (_, i) => {
    const at = Math.floor(i / 32) * size;
    const j = i % 32;
    const nibble = () => ((view.getUint8(at + 2 + (j % 16)) >> (j < 16 ? 0 : 4)) & 15) - 8;
    return half(view.getUint16(at, true)) * (format === 'q8' ? view.getInt8(at + 2 + j) : nibble());
  });
}

const worst = (got: number[], want: Float32Array) => Math.max(...got.map((v, i) => Math.abs(v - want[i])));

describe('blocks', () => {
  const values = Float32Array.from({ length: 96 }, (_, i) => Math.sin(5 * i) * (i < 32 ? 1 : 0.01));

  // The scale is off by 2⁻¹¹ of itself, which 127 or 8 steps multiply.
  test('q8_0 is off by half a step', () => {
    const got = decode(encode(values, 'q8'), 'q8');
    expect(worst(got.slice(0, 32), values)).toBeLessThan(0.6 / 127);
    expect(worst(got.slice(32), values.subarray(32))).toBeLessThan(0.006 / 127);
  });

  test('q4_0 is off by half a step, by one where it has no more', () => {
    const got = decode(encode(values, 'q4'), 'q4');
    expect(worst(got.slice(0, 32), values)).toBeLessThan(1.01 / 8);
    expect(worst(got.slice(32), values.subarray(32))).toBeLessThan(0.0101 / 8);
    expect(Math.sqrt(got.reduce((sum, v, i) => sum + (v - values[i]) ** 2, 0) / 96)).toBeLessThan(0.04);
  });

  test('zeros stay zeros', () => {
    expect(decode(encode(new Float32Array(32), 'q4'), 'q4').every((value) => value === 0)).toBe(true);
  });
});

test.each(['q8', 'q4'] as const)('a %s file holds the tensors that fovea gets, in order', async (dtype) => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-gguf-test-'));
  try {
    const path = join(folder, 'model.gguf');
    await writeGguf(path, config, dtype);
    const file = await readFile(path);
    expect(file.toString('latin1', 0, 4)).toBe('GGUF');
    expect(file.readUInt32LE(4)).toBe(3);
    expect(Number(file.readBigUInt64LE(8))).toBe(llamaShapes(config).size);
    const last = file.subarray(-4 * config.hidden_size);
    expect(new Float32Array(last.buffer.slice(last.byteOffset, last.byteOffset + last.length))).toEqual(
      new Float32Array(config.hidden_size).fill(1),
    );
    // The last matrix lies before the last norm, each begun at a multiple of 32.
    const want = llamaTensor(config, 'model.layers.0.mlp.down_proj.weight');
    const bytes = (want.length / 32) * (dtype === 'q8' ? 34 : 18);
    const end = file.length - last.length - (-bytes & 31);
    const got = decode(new Uint8Array(file.subarray(end - bytes, end)), dtype);
    expect(got).toHaveLength(want.length);
    expect(worst(got, want)).toBeLessThan(dtype === 'q8' ? 0.003 : 0.07);
    expect(worst(got.reverse(), want)).toBeGreaterThan(0.3);
  } finally {
    await rm(folder, { recursive: true });
  }
});
