// N dimensions on kernels that know four: neighbours that step alike are merged, and what is still left
// over is walked here.
import type { Shape } from '../tensor/shape.js';

export type Four = readonly [number, number, number, number];

export interface Loop {
  sizes: Four;
  /** one per operand */
  strides: Four[];
}

/**
 * Calls `body` for each block of at most four dimensions, with each operand's offset in elements.
 * Does nothing if a size is 0.
 */
export function forEachBlock(
  shape: Shape,
  strides: readonly (readonly number[])[],
  body: (loop: Loop, offsets: readonly number[]) => void,
): void {
  if (shape.includes(0)) return;
  const sizes: number[] = [];
  const steps: number[][] = strides.map(() => []);
  // From the innermost dimension outwards; sizes[0] is the innermost.
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && strides.every((s, i) => s[d] === steps[i][last] * sizes[last])) sizes[last] *= shape[d];
    else {
      sizes.push(shape[d]);
      for (let i = 0; i < strides.length; i++) steps[i].push(strides[i][d]);
    }
  }
  const four = (xs: readonly number[], rest: number): Four => [
    xs[3] ?? rest,
    xs[2] ?? rest,
    xs[1] ?? rest,
    xs[0] ?? rest,
  ];
  const loop = { sizes: four(sizes, 1), strides: steps.map((s) => four(s, 0)) };
  walk(
    sizes,
    steps,
    sizes.length - 1,
    steps.map(() => 0),
    loop,
    body,
  );
}

function walk(
  sizes: readonly number[],
  steps: readonly number[][],
  d: number,
  offsets: readonly number[],
  loop: Loop,
  body: (loop: Loop, offsets: readonly number[]) => void,
): void {
  if (d < 4) {
    body(loop, offsets);
    return;
  }
  for (let i = 0; i < sizes[d]; i++)
    walk(
      sizes,
      steps,
      d - 1,
      offsets.map((o, k) => o + i * steps[k][d]),
      loop,
      body,
    );
}
