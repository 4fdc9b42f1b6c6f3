/**
 * Multi-head attention in TensorFlow.js ops, by the fastest of the routes tried for each size.
 *
 * The backend multiplies two single matrices with XNNPACK and a batch of them with a plain loop. So long sequences
 * go head by head (S = 512: 0.66 s instead of 1.6 s for the whole encoder), while short ones, whose matrices are
 * too small to pay for a call each, go as one batch. A head is cut out with `unstack` from one sequence and with
 * `gather` from several, because a slice there first copies the tensor it is cut from.
 *
 * @param {typeof import('@tensorflow/tfjs-core')} tf
 * @param {{ B: number, S: number, H: number, D: number }} dims
 */
export function attention(tf, { B, S, H, D }) {
  const head = D / H;
  const scale = 1 / Math.sqrt(head);
  const byHead = S >= 64;
  const indices = byHead && B > 1 ? Array.from({ length: B * H }, (_, i) => tf.scalar(i, 'int32')) : [];

  /** (B·S, D) -> (B·H, ...) with the axes of one head, (S, head), in the given order. */
  const split = (x, axes, shape) =>
    tf.reshape(tf.transpose(tf.reshape(x, [B, S, H, head]), axes), [B * H, ...shape]);
  const queries = (x) => split(tf.mul(x, scale), [0, 2, 1, 3], [S, head]);
  const values = (x) => split(x, [0, 2, 1, 3], [S, head]);
  const merge = (context) =>
    tf.reshape(tf.transpose(tf.reshape(context, [B, H, S, head]), [0, 2, 1, 3]), [B * S, D]);

  const batched = (q, k, v) => {
    const scores = tf.matMul(queries(q), values(k), false, true);
    return merge(tf.matMul(tf.softmax(scores), values(v)));
  };
  const cut = (x) => (B === 1 ? tf.unstack(x) : indices.map((i) => tf.gather(x, i)));
  const headwise = (q, k, v) => {
    const keys = cut(split(k, [0, 2, 3, 1], [head, S]));
    const vs = cut(values(v));
    const one = (query, i) => tf.tidy(() => tf.matMul(tf.softmax(tf.matMul(query, keys[i])), vs[i]));
    return merge(tf.concat(cut(queries(q)).map(one), 0));
  };

  return Object.assign(byHead ? headwise : batched, {
    dispose: () => {
      for (const index of indices) index.dispose();
    },
  });
}
