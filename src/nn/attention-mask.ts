// The masks of nn.MultiheadAttention as one mask of the attention op: something to add to the scores.
// Here true means IGNORE, the opposite of scaledDotProductAttention; see the layer.
import { ShapeError } from '../errors.js';
import { add } from '../ops/binary.js';
import { where } from '../ops/compare.js';
import { expectDType, expectShape } from '../ops/util.js';
import { cat, expand, reshape } from '../ops/view.js';
import type { Arena } from '../tensor/arena.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

export interface AttentionSizes {
  B: number;
  H: number;
  L: number;
  S: number;
  /** keys appended behind the S given ones; no mask hides them */
  appended: number;
}

/**
 * attnMask (L, S) or (B H, L, S) and keyPaddingMask (B, S), bool or u8 (true = ignore) or f32 (added), as
 * f32 that broadcasts to (B, H, L, S + appended); null if there is neither.
 * @throws ShapeError, DTypeError
 */
export function mergeMasks(
  attnMask: Tensor | null,
  keyPaddingMask: Tensor | null,
  { B, H, L, S, appended }: AttentionSizes,
): Tensor | null {
  let mask: Tensor | null = null;
  if (attnMask) {
    if (attnMask.rank === 3) expectShape(attnMask, 'attnMask', [B * H, L, S]);
    else if (attnMask.rank === 2) expectShape(attnMask, 'attnMask', [L, S]);
    else throw new ShapeError(`attnMask must be (L, S) or (B * H, L, S), got ${show(attnMask.shape)}`);
    const scores = additive(attnMask, 'attnMask');
    mask = attnMask.rank === 3 ? reshape(scores, [B, H, L, S]) : reshape(scores, [1, 1, L, S]);
  }
  if (keyPaddingMask) {
    expectShape(keyPaddingMask, 'keyPaddingMask', [B, S]);
    const padding = reshape(additive(keyPaddingMask, 'keyPaddingMask'), [B, 1, 1, S]);
    mask = mask ? add(mask, padding) : padding;
  }
  if (!mask || appended === 0) return mask;
  const shown = Tensor.from(mask.arena, [0], [1, 1, 1, 1]);
  return cat([mask, expand(shown, [...mask.shape.slice(0, -1), appended])], -1);
}

/** (L, S) f32: 0 where j <= i, -inf above. */
export function causalMask(arena: Arena, L: number, S = L): Tensor {
  const mask = Tensor.empty(arena, [L, S]);
  const { data } = mask;
  for (let i = 0; i < L; i++) {
    data.fill(0, i * S, i * S + Math.min(S, i + 1));
    data.fill(Number.NEGATIVE_INFINITY, i * S + Math.min(S, i + 1), (i + 1) * S);
  }
  return mask;
}

function additive(mask: Tensor, name: string): Tensor {
  expectDType(mask, name, 'bool', 'u8', 'f32');
  return mask.dtype === 'f32' ? mask : where(mask, Number.NEGATIVE_INFINITY, 0);
}
