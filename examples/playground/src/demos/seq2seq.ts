// models/dates: a Transformer from one sequence to another, and all that it attends to on the way.
import { type Pretrained, Seq2SeqModel, type Tensor } from 'fovea';
import type { Maps, Rows } from '../maps.js';

/** The end of an answer, which the model writes like any other token. */
export const END = 'end';

export interface Reading {
  readonly answer: string;
  /** as the model sees it */
  readonly probability: number;
  readonly input: readonly string[];
  /** what it wrote, and the end */
  readonly output: readonly string[];
  /** milliseconds to write it */
  readonly ms: number;
  /** by what looks at what */
  readonly maps: Readonly<Record<'cross' | 'encoder' | 'decoder', Maps>>;
}

export interface DatesDemo {
  /** @throws the package's errors, for a text that is empty or too long */
  read(text: string): Reading;
}

export function datesDemo({ model, tokenizer }: Pretrained): DatesDemo {
  if (!(model instanceof Seq2SeqModel) || !tokenizer) throw new Error('models/dates holds another model');
  const words = tokenizer;
  const token = (id: number): string => words.decode([id], { skipSpecialTokens: false });
  return {
    read(text) {
      const { ids } = words.encode(text);
      const start = performance.now();
      const [written] = model.write([ids]);
      const ms = performance.now() - start;
      const { self, memory } = model.attentionMaps(ids, written.ids);
      const [input, output] = [ids.map(token), [...written.ids.map(token), END]];
      return {
        answer: words.decode(written.ids),
        // For people to read: engines may differ in its last bit.
        probability: Math.exp(written.logProbability),
        input,
        output,
        ms,
        maps: {
          cross: { rows: output, columns: input, layers: taken(memory) },
          encoder: { rows: input, columns: input, layers: taken(model.encoderMaps(ids)) },
          // Row i writes output i, and sees the start and the outputs before it.
          decoder: { rows: output, columns: ['start', ...output.slice(0, -1)], layers: taken(self) },
        },
      };
    },
  };
}

/** Maps (1, H, L, S), one a layer, as numbers; the tensors are given back. */
function taken(maps: readonly Tensor[]): Rows[][] {
  return maps.map((map) => {
    const [heads] = map.tolist() as number[][][][];
    map.dispose();
    return heads;
  });
}
