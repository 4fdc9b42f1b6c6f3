// RoBERTa (Liu et al. 2019), and XLM-RoBERTa and CamemBERT, which are RoBERTas with other vocabularies.
import { Tensor } from '../tensor/tensor.js';
import { type BertConfig, readBertFields } from './bert-layers.js';
import { BertFamily } from './bert-model.js';
import { Fields, type RawConfig } from './config.js';
import { define, type ModelTypes } from './define.js';

/** @throws ConfigError */
export function readRobertaConfig(raw: RawConfig, modelType: string): BertConfig {
  const f = new Fields(raw);
  const config = readBertFields(f, modelType, 1);
  const maxPositions = config.positionRows - config.padTokenId - 1;
  if (maxPositions < 1)
    f.fail(
      'max_position_embeddings',
      `more than pad_token_id + 1 = ${config.padTokenId + 1}`,
      config.positionRows,
    );
  return { ...config, maxPositions };
}

export class RobertaModel extends BertFamily {
  protected override readonly prefix = 'roberta.';

  /** fairseq's way: padding has the padding id as its position, the tokens count on from there. */
  protected override countPositions(ids: Tensor): Tensor {
    const { padTokenId } = this.config;
    const [B, S] = ids.shape;
    const positions = ids.toArray();
    for (let b = 0, i = 0; b < B; b++)
      for (let s = 0, seen = 0; s < S; s++, i++)
        positions[i] = padTokenId + (positions[i] === padTokenId ? 0 : ++seen);
    return Tensor.from(this.arena, positions, [B, S], 'i32');
  }
}

const roberta = /* @__PURE__ */ define(readRobertaConfig, RobertaModel);

/** As `modelTypes` of fromPretrained(): these and no others. */
export const ROBERTA: ModelTypes = { roberta, camembert: roberta, 'xlm-roberta': roberta };
