// Llama 1 to 3 (Touvron et al. 2023), and the many models that say they are one.
import { Fields, type RawConfig } from './config.js';
import { define, type ModelTypes } from './define.js';
import { type GatedConfig, readGatedConfig } from './gated-config.js';
import { GatedDecoder } from './gated-decoder.js';

/** @throws ConfigError */
export function readLlamaConfig(raw: RawConfig): GatedConfig {
  const f = new Fields(raw);
  const bias = f.boolean('attention_bias', false);
  return readGatedConfig(f, 'llama', {
    qkvBias: bias,
    outputBias: bias,
    mlpBias: f.boolean('mlp_bias', false),
  });
}

/** As `modelTypes` of fromPretrained(): these and no others. */
export const LLAMA: ModelTypes = { llama: /* @__PURE__ */ define(readLlamaConfig, GatedDecoder) };
