// Qwen3 (Yang et al. 2025): Llama with a norm of each head's query and key, and a head size of its own.
import { Fields, type RawConfig } from './config.js';
import { define, type ModelTypes } from './define.js';
import { type GatedConfig, qwenWindows, readGatedConfig } from './gated-config.js';
import { GatedDecoder } from './gated-decoder.js';

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

/** As `modelTypes` of fromPretrained(): these and no others. */
export const QWEN3: ModelTypes = { qwen3: /* @__PURE__ */ define(readQwen3Config, GatedDecoder) };
