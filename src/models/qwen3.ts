// Qwen3 (Yang et al. 2025): Llama with a norm of each head's query and key, and a head size of its own.
import { Fields, type RawConfig } from './config.js';
import { type GatedConfig, qwenWindows, readGatedConfig } from './gated-config.js';

/** @throws ConfigError */
export function readQwen3Config(raw: RawConfig): GatedConfig {
  const f = new Fields(raw);
  const bias = f.boolean('attention_bias', false);
  return readGatedConfig(f, 'qwen3', {
    qkvBias: bias,
    outputBias: bias,
    qkNorm: true,
    headDim: 128,
    windows: qwenWindows(f),
  });
}
