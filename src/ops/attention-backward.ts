// The backward of streaming attention: like the forward, it never holds an L x S matrix.
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { type Problem, sizes, three } from './attention-problem.js';
import { headsOutput } from './util.js';
import { contiguous } from './view.js';

/**
 * Hands the backward of `output` = attention of `p` to the tape.  lse is the log-sum-exp (B, H, L) of the
 * forward.  The mask is a constant here.
 */
export function recordAttention(p: Problem, output: Tensor, lse: Tensor): Tensor {
  const { q, k, v, mask } = p;
  return record(output, [q, k, v], [q, k, v, output, lse, mask.memory], (dy, saved) => {
    const [sq, sk, sv, so, slse] = saved;
    return gradients({ ...p, q: sq, k: sk, v: sv }, dy, so, slse);
  });
}

function gradients(
  p: Problem,
  dy: Tensor,
  output: Tensor,
  lse: Tensor,
): [dq: Tensor, dk: Tensor, dv: Tensor] {
  const { q, k, v, mask, B, H, G, L, D, Dv } = p;
  const { arena } = q;
  const { kernels } = arena;
  const up = dy.strides[3] === 1 || Dv <= 1 ? dy : contiguous(dy);
  // In memory as what heads are split from lies.
  const [dq, dk, dv] = [headsOutput(q), headsOutput(k), headsOutput(v)];
  const delta = Tensor.empty(arena, [B, H, L]);
  kernels.attention_f32_backward(
    dq.ptr,
    dk.ptr,
    dv.ptr,
    0,
    up.ptr,
    q.ptr,
    k.ptr,
    v.ptr,
    output.ptr,
    lse.ptr,
    mask.ptr,
    delta.ptr,
    arena.scratch(4 * kernels.attention_f32_backward_scratch(D, Dv)),
    ...sizes(p),
    ...three(dq),
    ...three(dk),
    ...three(dv),
    ...three(up),
    ...three(q),
    ...three(k),
    ...three(v),
    ...three(output),
    mask.kind,
    ...mask.strides,
    p.scale,
    p.softcap,
    p.lo,
    p.hi,
    0,
    B * G,
  );
  return [dq, dk, dv];
}
