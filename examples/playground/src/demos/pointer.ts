// models/sort: a pointer network, whose answer is a place of its input, again and again.
import { PointerModel, type Pretrained } from 'fovea';
import type { Maps } from '../maps.js';

export interface Sorting {
  readonly numbers: readonly number[];
  /** places in `numbers`, in the order in which they were pointed at */
  readonly order: readonly number[];
  readonly correct: boolean;
  readonly ms: number;
  /** a row for each step; there is one layer, and it has no heads */
  readonly maps: Maps;
}

export interface SortDemo {
  /** @param numbers at least one, whole, from 0 to 99 */
  sort(numbers: readonly number[]): Sorting;
}

export function sortDemo({ model, tokenizer }: Pretrained): SortDemo {
  if (!(model instanceof PointerModel) || !tokenizer) throw new Error('models/sort holds another model');
  return {
    sort(numbers) {
      const { ids } = tokenizer.encode(numbers.join(' '));
      const start = performance.now();
      const [{ order, distributions }] = model.point([ids]);
      const ms = performance.now() - start;
      return {
        numbers,
        order,
        correct: order.every((at, m) => m === 0 || numbers[order[m - 1]] <= numbers[at]),
        ms,
        maps: {
          rows: order.map((at) => String(numbers[at])),
          columns: numbers.map(String),
          layers: [[distributions]],
        },
      };
    },
  };
}

/** The numbers in a text, and what in it is none that the model knows. */
export function numbersIn(text: string): { numbers: number[]; refused: string[] } {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const known = (word: string): boolean => /^\d{1,2}$/.test(word);
  return { numbers: words.filter(known).map(Number), refused: words.filter((word) => !known(word)) };
}
