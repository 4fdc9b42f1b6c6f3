// BERT (Devlin et al. 2018).
import type { Tensor } from '../tensor/tensor.js';
import { type BertConfig, readBertFields } from './bert-layers.js';
import { BertFamily } from './bert-model.js';
import { Fields, type RawConfig } from './config.js';
import { define, type ModelTypes } from './define.js';
import { countFromZero } from './encoder.js';

/** @throws ConfigError */
export function readBertConfig(raw: RawConfig): BertConfig {
  return readBertFields(new Fields(raw), 'bert', 0);
}

export class BertModel extends BertFamily {
  protected override readonly prefix = 'bert.';

  protected override countPositions(ids: Tensor): Tensor {
    return countFromZero(ids);
  }
}

/** As `modelTypes` of fromPretrained(): these and no others. */
export const BERT: ModelTypes = { bert: /* @__PURE__ */ define(readBertConfig, BertModel) };
