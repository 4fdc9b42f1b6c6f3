// Mistral 7B (Jiang et al. 2023) and its kin: Llama with a sliding window in every layer, where it has one.
import { Fields, LIMITS, type RawConfig } from './config.js';
import { define, type ModelTypes } from './define.js';
import { type GatedConfig, readGatedConfig } from './gated-config.js';
import { GatedDecoder } from './gated-decoder.js';

/** @throws ConfigError */
export function readMistralConfig(raw: RawConfig): GatedConfig {
  const f = new Fields(raw);
  // Left out it is 4096, as in the first release; null means that there is none.
  const window = Object.hasOwn(raw, 'sliding_window')
    ? f.intOrNull('sliding_window', LIMITS.positions)
    : 4096;
  return readGatedConfig(f, 'mistral', {
    qkvBias: false,
    outputBias: false,
    windows: (layers) => new Array(layers).fill(window),
  });
}

/** As `modelTypes` of fromPretrained(): these and no others. */
export const MISTRAL: ModelTypes = { mistral: /* @__PURE__ */ define(readMistralConfig, GatedDecoder) };
