// The two triangles of matrices.
import { ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { where } from './compare.js';

/** `torch.tril`: zeros above diagonal number `diagonal` of the last two dimensions; f32 or i32. */
export function tril(x: Tensor, diagonal = 0): Tensor {
  return triangle(x, 'tril', (row, column) => column - row <= diagonal);
}

/** `torch.triu`: zeros below diagonal number `diagonal` of the last two dimensions; f32 or i32. */
export function triu(x: Tensor, diagonal = 0): Tensor {
  return triangle(x, 'triu', (row, column) => column - row >= diagonal);
}

function triangle(x: Tensor, name: string, kept: (row: number, column: number) => boolean): Tensor {
  if (x.rank < 2) throw new ShapeError(`${name}: x must be (..., M, N), got ${show(x.shape)}`);
  const [M, N] = x.shape.slice(-2);
  return x.arena.scope(() => {
    const flags = Uint8Array.from({ length: M * N }, (_, i) => Number(kept(Math.floor(i / N), i % N)));
    return where(Tensor.from(x.arena, flags, [M, N], 'bool'), x, 0);
  });
}
