// models/shakespeare: a GPT of characters that writes, and what each character looked back at.
import { DecoderModel, F, type Pretrained } from 'fovea';
import type { Maps, Rows } from '../maps.js';

export interface WriteOptions {
  readonly length: number;
  readonly temperature: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** The end of a text, looked into. */
export interface Insight {
  /** the last characters, as many as the model sees at once */
  readonly characters: readonly string[];
  readonly maps: Maps;
  /** (characters, vocabulary): what it expected after each character */
  readonly expected: Rows;
  readonly vocabulary: readonly string[];
  readonly ms: number;
}

export interface WriterDemo {
  /** characters that the model sees at once */
  readonly context: number;
  /** Characters that the model does not know, each once. */
  unknown(text: string): string[];
  /** Goes on from a text; each piece comes when it is certain. @throws signal.reason within a character of an abort */
  write(prompt: string, options: WriteOptions): AsyncGenerator<string, void, void>;
  look(text: string): Insight;
}

/** A longer text is gone on with from its last characters: the model has seen no more of it while it learned. */
const MEMORY = 64;

export function writerDemo({ model, tokenizer, generate }: Pretrained): WriterDemo {
  if (!(model instanceof DecoderModel) || !tokenizer)
    throw new Error('models/shakespeare holds another model');
  const words = tokenizer;
  const context = model.config.maxPositions;
  const character = (id: number): string => words.decode([id]);
  const vocabulary = Array.from({ length: model.config.vocabSize }, (_, id) => character(id));
  const known = new Set(vocabulary);
  return {
    context,
    unknown: (text) => [...new Set(text)].filter((c) => !known.has(c)),

    async *write(prompt, { length, temperature, seed, signal }) {
      let text = prompt;
      for (let round = 0; text.length - prompt.length < length; round++) {
        const from = text.slice(-MEMORY);
        const maxNewTokens = Math.min(length - (text.length - prompt.length), context - from.length);
        const options = { maxNewTokens, temperature, seed: seed + round, signal };
        for await (const step of generate(from, options)) {
          text += step.text;
          yield step.text;
        }
      }
    },

    look(text) {
      const { ids } = words.encode(text.slice(-context));
      const start = performance.now();
      return model.arena.scope(() => {
        const { logits, attentions } = model.forward([ids], { outputAttentions: true });
        const characters = ids.map(character);
        const layers = attentions!.map((map) => (map.tolist() as number[][][][])[0]);
        const [expected] = F.softmax(logits, -1).tolist() as number[][][];
        const maps = { rows: characters, columns: characters, layers };
        return { characters, maps, expected, vocabulary, ms: performance.now() - start };
      });
    },
  };
}
