// Pooling of one sequence (S rows of D numbers, a mask of S) in doubles, as in sentence-transformers.
import type { MeanPool } from '../../src/ops/kinds.js';

type Rows = readonly (readonly number[])[];
type Mask = readonly number[];

export function meanPool(kind: keyof typeof MeanPool, x: Rows, mask: Mask, D: number): number[] {
  const weights = mask.map((m, s) => (m === 0 ? 0 : kind === 'weighted' ? s + 1 : 1));
  const total = weights.reduce((a, b) => a + b, 0);
  const divisor = Math.max(kind === 'mean_sqrt_len' ? Math.sqrt(total) : total, 1e-9);
  return Array.from(
    { length: D },
    (_, d) => x.reduce((sum, row, s) => (weights[s] ? sum + weights[s] * row[d] : sum), 0) / divisor,
  );
}

export function maxPool(x: Rows, mask: Mask, D: number): number[] {
  const kept = x.filter((_, s) => mask[s] !== 0);
  return Array.from({ length: D }, (_, d) =>
    kept.length
      ? kept.reduce((m, row) => (Number.isNaN(m + row[d]) ? NaN : Math.max(m, row[d])), -Infinity)
      : -1e9,
  );
}
