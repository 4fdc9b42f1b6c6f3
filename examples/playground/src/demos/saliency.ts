// Bottom-up and top-down attention over the same scene: what stands out, and what is looked for.
import { type Engine, F, nn } from 'fovea';

/** What is where: `features[f][place]` is how much of feature f is at a place, row by row. */
export interface Field {
  readonly rows: number;
  readonly columns: number;
  readonly features: readonly (readonly number[])[];
}

export interface Looking {
  /** of each place: drawn there by what stands out */
  readonly bottomUp: readonly number[];
  /** of each place: sent there by the query; even without one */
  readonly topDown: readonly number[];
  readonly ms: number;
}

/** Places to each side that a feature is compared with. */
const RADIUS = 2;
/** How much what stands out draws the look. */
const GAIN = 16;
/** How much a feature asked for counts. */
const WILL = 9;

export interface SaliencyDemo {
  /** @param query for each feature 1 if it is looked for, else 0 */
  look(field: Field, query: readonly number[]): Looking;
}

export function saliencyDemo(engine: Engine): SaliencyDemo {
  const bottomUp = [1, 2].map(
    (dims) => new nn.BottomUpAttention(engine, dims as 1 | 2, { radius: RADIUS, gain: GAIN }),
  );
  const topDown = new nn.TopDownAttention(new nn.ScaledDotScore(engine));
  return {
    look(field, query) {
      const start = performance.now();
      const found = engine.scope(() => {
        const { rows, columns, features } = field;
        const flat = rows === 1;
        const wide = margined(field);
        const shape = (h: number, w: number) => [1, features.length, ...(flat ? [w] : [h, w])];
        const X = engine.tensor(wide.data, shape(wide.rows, wide.columns));
        let scores = bottomUp[flat ? 0 : 1].forward(X).scores;
        // Beyond its edges the scene goes on as in a mirror, or the edges themselves would stand out.
        if (!flat) scores = F.narrow(scores, 1, RADIUS, rows);
        scores = F.narrow(scores, flat ? 1 : 2, RADIUS, columns);
        const drawn = F.softmax(F.reshape(scores, [rows * columns]), -1);
        const scene = engine.tensor(Float32Array.from(features.flat()), shape(rows, columns));
        const q = engine.tensor(Float32Array.from(query, (wanted) => WILL * wanted));
        const sent = F.reshape(topDown.forward(scene, q).alpha, [rows * columns]);
        return { bottomUp: drawn.tolist() as number[], topDown: sent.tolist() as number[] };
      });
      return { ...found, ms: performance.now() - start };
    },
  };
}

function margined({ rows, columns, features }: Field): { data: Float32Array; rows: number; columns: number } {
  const above = rows === 1 ? 0 : RADIUS;
  const [h, w] = [rows + 2 * above, columns + 2 * RADIUS];
  const data = new Float32Array(features.length * h * w);
  features.forEach((feature, f) => {
    for (let r = 0; r < h; r++)
      for (let c = 0; c < w; c++)
        data[(f * h + r) * w + c] =
          feature[mirrored(r - above, rows) * columns + mirrored(c - RADIUS, columns)];
  });
  return { data, rows: h, columns: w };
}

/** 2 1 0 | 0 1 2 | 2 1 0 */
function mirrored(i: number, n: number): number {
  const folded = ((i % (2 * n)) + 2 * n) % (2 * n);
  return folded < n ? folded : 2 * n - 1 - folded;
}
