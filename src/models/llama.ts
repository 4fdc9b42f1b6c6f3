// Llama 1 to 3 (Touvron et al. 2023), and the many models that say they are one.
import { Fields, type RawConfig } from './config.js';
import { type GatedConfig, readGatedConfig } from './gated-config.js';

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
