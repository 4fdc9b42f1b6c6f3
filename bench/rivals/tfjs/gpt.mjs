/**
 * One training step of a GPT-2 in TensorFlow.js ops: loss, gradients, clipping, AdamW. Gradients are its own
 * (`variableGrads`), except for the product of a linear layer, whose standard gradient multiplies transposed operands
 * and so misses XNNPACK; here they are transposed first. The gradient of a gather has no kernel in the WebAssembly
 * backend, so embeddings are products with one-hot rows.
 *
 * @param {typeof import('@tensorflow/tfjs-core')} tf
 * @param {import('../../contract.d.ts').TrainingProblem} problem
 * @returns {{ step: () => Float32Array, dispose: () => void }}
 */
export function gptTraining(tf, { config, weights, batches, batch: B, length: T, optimizer }) {
  const { n_embd: D, n_head: H, n_layer: layers, vocab_size: V, layer_norm_epsilon: eps } = config;
  const variables = new Map(
    [...weights].map(([name, { shape, data }]) => [
      name,
      tf.variable(tf.tensor(data, [...shape]), true, name),
    ]),
  );
  const get = (name) => /** @type {import('@tensorflow/tfjs-core').Variable} */ (variables.get(name));
  const hidden = tf.tidy(() => {
    const rows = tf.range(0, T);
    const later = tf.greater(tf.expandDims(rows, 0), tf.expandDims(rows, 1));
    return tf.mul(tf.cast(later, 'float32'), -1e9);
  });

  // Its type wants the tensors and the function that saves some of them to be one kind of thing.
  const product = tf.customGrad((/** @type {any} */ a, /** @type {any} */ b, /** @type {any} */ save) => {
    save([a, b]);
    return {
      value: tf.matMul(a, b),
      gradFunc: (dy, [x, w]) => [tf.matMul(dy, tf.transpose(w)), tf.matMul(tf.transpose(x), dy)],
    };
  });
  const linear = (name, x) => tf.add(product(x, get(`${name}.weight`)), get(`${name}.bias`));
  const layerNorm = (name, x) => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    const unit = tf.mul(centred, tf.rsqrt(tf.add(variance, eps)));
    return tf.add(tf.mul(unit, get(`${name}.weight`)), get(`${name}.bias`));
  };
  const gelu = (x) => {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
  };
  const heads = (x) =>
    tf.reshape(tf.transpose(tf.reshape(x, [B, T, H, D / H]), [0, 2, 1, 3]), [B * H, T, D / H]);
  const attention = (x) => {
    const [q, k, v] = tf.split(x, 3, 1).map(heads);
    const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(D / H)), hidden);
    const y = tf.reshape(tf.matMul(tf.softmax(scores), v), [B, H, T, D / H]);
    return tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [B * T, D]);
  };
  const lossOf = ({ input, target }) => {
    const oneHot = (ids) => tf.oneHot(tf.tensor1d(ids, 'int32'), V);
    const tokens = tf.reshape(product(oneHot(input), get('wte.weight')), [B, T, D]);
    let x = tf.reshape(tf.add(tokens, get('wpe.weight')), [B * T, D]);
    for (let i = 0; i < layers; i++) {
      const h = `h.${i}`;
      x = tf.add(
        x,
        linear(`${h}.attn.c_proj`, attention(linear(`${h}.attn.c_attn`, layerNorm(`${h}.ln_1`, x)))),
      );
      x = tf.add(x, linear(`${h}.mlp.c_proj`, gelu(linear(`${h}.mlp.c_fc`, layerNorm(`${h}.ln_2`, x)))));
    }
    const logits = product(layerNorm('ln_f', x), tf.transpose(get('wte.weight')));
    return tf.neg(tf.mean(tf.sum(tf.mul(oneHot(target), tf.logSoftmax(logits)), -1)));
  };

  const adamW = adamWOf(tf, variables, optimizer);
  let turn = 0;
  return {
    step: () => {
      const [loss, norm] = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(
          () =>
            /** @type {import('@tensorflow/tfjs-core').Scalar} */ (lossOf(batches[turn++ % batches.length])),
        );
        return [/** @type {import('@tensorflow/tfjs-core').Tensor} */ (value), adamW(grads)];
      });
      const figures = Float32Array.of(loss.dataSync()[0], norm.dataSync()[0]);
      tf.dispose([loss, norm]);
      return figures;
    },
    dispose: () => {
      adamW.dispose();
      tf.dispose([hidden, ...variables.values()]);
    },
  };
}

/**
 * Clips gradients by their common norm, which it returns, and takes a step.
 * @param {typeof import('@tensorflow/tfjs-core')} tf
 * @param {ReadonlyMap<string, import('@tensorflow/tfjs-core').Variable>} variables
 * @param {import('../../contract.d.ts').TrainingProblem['optimizer']} settings
 */
function adamWOf(tf, variables, { lr, betas: [beta1, beta2], eps, weightDecay, clip }) {
  const zeros = (p) => ({ m: tf.variable(tf.zerosLike(p)), v: tf.variable(tf.zerosLike(p)) });
  const state = new Map([...variables].map(([name, p]) => [name, zeros(p)]));
  let t = 0;
  const update = (grads) => {
    t++;
    const squares = Object.values(grads).map((g) => tf.sum(tf.square(g)));
    const norm = tf.sqrt(tf.addN(squares));
    const factor = tf.minimum(1, tf.div(clip, tf.add(norm, 1e-6)));
    const rate = lr / (1 - beta1 ** t);
    const root = Math.sqrt(1 - beta2 ** t);
    for (const [name, p] of variables)
      tf.tidy(() => {
        const { m, v } = state.get(name) ?? zeros(p);
        const g = tf.mul(grads[name], factor);
        m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
        v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
        const step = tf.div(m, tf.add(tf.div(tf.sqrt(v), root), eps));
        const shrunk = p.shape.length > 1 ? tf.mul(p, 1 - lr * weightDecay) : p;
        p.assign(tf.sub(shrunk, tf.mul(step, rate)));
      });
    return norm;
  };
  return Object.assign(update, {
    dispose: () => tf.dispose([...state.values()].flatMap(({ m, v }) => [m, v])),
  });
}
