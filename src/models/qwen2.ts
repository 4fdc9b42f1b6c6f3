// Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with biases on query, key and value.
import { Fields, type RawConfig } from './config.js';
import { define, type ModelTypes } from './define.js';
import { type GatedConfig, qwenWindows, readGatedConfig } from './gated-config.js';
import { GatedDecoder } from './gated-decoder.js';

/** @throws ConfigError */
export function readQwen2Config(raw: RawConfig): GatedConfig {
  const f = new Fields(raw);
  // Whatever attention_bias says: the architecture fixes them.
  return readGatedConfig(f, 'qwen2', { qkvBias: true, outputBias: false, windows: qwenWindows(f) });
}

/** As `modelTypes` of fromPretrained(): these and no others. */
export const QWEN2: ModelTypes = { qwen2: /* @__PURE__ */ define(readQwen2Config, GatedDecoder) };
