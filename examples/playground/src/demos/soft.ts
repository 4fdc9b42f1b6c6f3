// Attention in two dimensions, where all of it can be seen: a query, inputs, scores, a distribution, a mean.
import { type Engine, F } from 'fovea';

export type Point = readonly [x: number, y: number];

export interface Asking {
  readonly scores: readonly number[];
  readonly alpha: readonly number[];
  /** what is read: the mean of the inputs, weighted by alpha, or the one input that was picked */
  readonly read: Point;
}

export interface SoftDemo {
  /** @param sharpness the scores are multiplied by it @param hard read one input instead of all */
  ask(inputs: readonly Point[], query: Point, sharpness: number, hard: boolean): Asking;
}

export function softDemo(engine: Engine): SoftDemo {
  return {
    ask: (inputs, query, sharpness, hard) =>
      engine.scope(() => {
        const X = engine.tensor(inputs.map((point) => [...point]));
        const q = engine.tensor([...query]);
        const scores = F.mul(F.dotScore(X, q), sharpness);
        const alpha = F.attentionDistribution(scores);
        const read = hard ? F.hardAttentionMax(alpha, X).attention : F.attend(alpha, X);
        return {
          scores: scores.tolist() as number[],
          alpha: alpha.tolist() as number[],
          read: read.tolist() as unknown as Point,
        };
      }),
  };
}
