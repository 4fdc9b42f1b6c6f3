// Attention with its cache, rotary positions.
import * as F from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

/** (B, L, H D) as (B, H, L, D); four dimensions stay. */
function heads(x: Tensor, H: number): Tensor {
  if (x.rank === 4) return x;
  const [B, L, E] = x.shape;
  return F.transpose(F.reshape(x, [B, L, H, E / H]), 1, 2);
}

/** Back to the rank of the input. */
function merged(y: Tensor, like: Tensor): Tensor {
  if (like.rank === 4) return y;
  const [B, H, L, D] = y.shape;
  return F.reshape(F.transpose(y, 1, 2), [B, L, H * D]);
}

const STAGES = ['product', 'capped', 'masked', 'weights'] as const;

function attention(call: Call): (Tensor | null)[] {
  const [Q, H, G] = [call.input(0), call.number('q_num_heads', 0), call.number('kv_num_heads', 0)];
  const q = heads(Q, H);
  const [pastKey, pastValue] = [call.optional(4), call.optional(5)];
  const joined = (i: number, past: Tensor | null): Tensor => {
    const now = heads(call.input(i), G);
    return past ? F.cat([past, now], 2) : now;
  };
  const [k, v] = [joined(1, pastKey), joined(2, pastValue)];
  const mask = call.optional(3);
  const left = call.number('left_window_size', -1);
  const causal = call.number('is_causal', 0) === 1;
  const options = (offset: number): F.AttentionOptions => ({
    enableGqa: true,
    scale: call.number('scale', 1 / Math.sqrt(q.shape[3])),
    softcap: call.number('softcap', 0),
    causalOffset: causal ? offset : undefined,
    window: left < 0 ? undefined : left + 1,
  });
  const lengths = call.values(6);
  if (lengths) return [merged(unpadded(q, k, v, mask, lengths, options), Q)];
  const all = { ...options(pastKey?.shape[2] ?? 0), attnMask: mask };
  const stage = STAGES[call.number('qk_matmul_output_mode', 0)];
  return [
    merged(F.scaledDotProductAttention(q, k, v, all), Q),
    pastKey && k,
    pastValue && v,
    call.onnx.outputs[3] ? F.attentionScores(q, k, stage, all) : null,
  ];
}

/** Each entry of the batch has its own number of valid keys, and its last query stands at the last of them. */
function unpadded(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  mask: Tensor | null,
  lengths: readonly number[],
  options: (offset: number) => F.AttentionOptions,
): Tensor {
  const [, , L] = q.shape;
  const entry = (t: Tensor, b: number): Tensor => F.narrow(t, 0, t.shape[0] === 1 ? 0 : b, 1);
  const rows = lengths.map((n, b) => {
    const of = mask && mask.rank === 4 ? entry(mask, b) : mask;
    const attnMask = of && F.narrow(of, -1, 0, n);
    const keys = (t: Tensor): Tensor => F.narrow(entry(t, b), 2, 0, n);
    return F.scaledDotProductAttention(entry(q, b), keys(k), keys(v), { ...options(n - L), attnMask });
  });
  return F.cat(rows, 0);
}

function rotary(call: Call): Tensor {
  const x = call.input(0);
  const ids = call.optional(3);
  const rows = (cache: Tensor): Tensor => (ids ? F.embedding(ids, cache) : cache);
  const table = { cos: rows(call.input(1)), sin: rows(call.input(2)) };
  const turned = F.applyRope(heads(x, call.number('num_heads', 0)), table, {
    interleaved: call.number('interleaved', 0) === 1,
  });
  return merged(turned, x);
}

export const attending: Record<string, Adapter> = {
  Attention: attention,
  // Without its optional functions it is attention with shared key heads.
  FlexAttention: (call) => [
    F.scaledDotProductAttention(call.input(0), call.input(1), call.input(2), { enableGqa: true }),
  ],
  RotaryEmbedding: (call) => [rotary(call)],
};
