import { attention } from './attention.mjs';

/**
 * A BERT encoder in TensorFlow.js ops. Linear layers are its fused matMul with bias; layer norm and exact GELU
 * have no kernel of their own there and are composed. Each block tidies up after itself, so that the next one
 * works in memory that is still in the cache.
 *
 * @param {typeof import('@tensorflow/tfjs-core')} tf
 * @param {import('../../contract.d.ts').EncoderProblem} problem
 * @returns {{ forward: () => import('@tensorflow/tfjs-core').Tensor, dispose: () => void }}
 */
export function encoder(tf, { config, weights, batch: B, length: S, inputIds }) {
  const D = config.hidden_size;
  const tensors = new Map([...weights].map(([name, weight]) => [name, upload(tf, name, weight)]));
  const get = (name) => tensors.get(name);
  const positions = tf.tidy(() => {
    const rows = tf.slice(get('embeddings.position_embeddings.weight'), [0, 0], [S, D]);
    const type = tf.slice(get('embeddings.token_type_embeddings.weight'), [0, 0], [1, D]);
    return tf.tile(tf.add(rows, type), [B, 1]);
  });
  const attend = attention(tf, { B, S, H: config.num_attention_heads, D });

  const linear = (name, a) => tf.fused.matMul({ a, b: get(`${name}.weight`), bias: get(`${name}.bias`) });
  const layerNorm = (name, x) => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    const unit = tf.mul(centred, tf.rsqrt(tf.add(variance, config.layer_norm_eps)));
    return tf.add(tf.mul(unit, get(`${name}.weight`)), get(`${name}.bias`));
  };
  const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const embed = () => {
    const ids = tf.tensor1d(inputIds, 'int32');
    return layerNorm(
      'embeddings.LayerNorm',
      tf.add(tf.gather(get('embeddings.word_embeddings.weight'), ids), positions),
    );
  };
  const block = (prefix, x) => {
    const self = `${prefix}.attention.self`;
    const context = tf.tidy(() =>
      attend(linear(`${self}.query`, x), linear(`${self}.key`, x), linear(`${self}.value`, x)),
    );
    const attended = tf.tidy(() => {
      const sum = tf.add(linear(`${prefix}.attention.output.dense`, context), x);
      return layerNorm(`${prefix}.attention.output.LayerNorm`, sum);
    });
    const hidden = tf.tidy(() => gelu(linear(`${prefix}.intermediate.dense`, attended)));
    return layerNorm(
      `${prefix}.output.LayerNorm`,
      tf.add(linear(`${prefix}.output.dense`, hidden), attended),
    );
  };

  return {
    forward: () => {
      let x = tf.tidy(embed);
      for (let layer = 0; layer < config.num_hidden_layers; layer++) {
        const input = x;
        x = tf.tidy(() => block(`encoder.layer.${layer}`, input));
        input.dispose();
      }
      return x;
    },
    dispose: () => {
      attend.dispose();
      for (const tensor of [...tensors.values(), positions]) tensor.dispose();
    },
  };
}

/** Linear weights are transposed once to (in, out), the only layout matMul hands to XNNPACK. */
function upload(tf, name, { shape, data }) {
  return tf.tidy(() => {
    const tensor = tf.tensor(data, shape);
    return shape.length === 2 && !name.startsWith('embeddings.') ? tf.transpose(tensor) : tensor;
  });
}
