// What every bundled application computes: an attention, a layer, 8-bit weights, element-wise functions.  The
// digest is of the raw bits, so two of them are equal only if every number is.
import { createEngine, F, nn } from 'fovea';
import { digest } from './digest.js';

/** Large enough that each op is worth several threads. */
function compute(engine) {
  const [B, H, S, D] = [2, 4, 96, 32];
  const x = engine.tensor(
    Float32Array.from({ length: B * S * H * D }, (_, i) => ((i * 7919) % 1013) / 506 - 1),
    [B, S, H * D],
  );
  const heads = F.transpose(F.reshape(x, [B, S, H, D]), 1, 2);
  const attended = F.scaledDotProductAttention(heads, heads, heads, { isCausal: true });
  const layer = new nn.TransformerEncoderLayer(engine.manualSeed(1), H * D, H, {
    dimFeedforward: 512,
    dropout: 0,
    activation: 'gelu',
    batchFirst: true,
  });
  const encoded = layer.forward(x);
  return [attended, encoded, F.softmax(encoded, -1), F.tanh(x)].map((t) => t.toArray());
}

/** @param {object} [options] of createEngine */
export async function report(options) {
  const engine = await createEngine(options);
  try {
    const parts = engine.scope(() => compute(engine));
    const { variant, threads, threadsReason } = engine;
    return { digest: await digest(parts), variant, threads, threadsReason };
  } finally {
    engine.dispose();
  }
}
