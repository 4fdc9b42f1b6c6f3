import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { llamaShapes, llamaValues } from '../../llama.mjs';

/**
 * The random Llama as the file that llama.cpp reads: GGUF 3, matrices in q8_0 or q4_0, norms in f32.
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 *
 * Its vocabulary is one where every letter of a prompt is a token: the 256 bytes, and names that no text contains.
 */

const TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 };
const ALIGN = 32;
const BLOCK = 32;
/** ggml's number of a tensor's type, and its bytes for 32 values. */
const FORMAT = { f32: { id: 0, bytes: 128 }, q4: { id: 2, bytes: 18 }, q8: { id: 8, bytes: 34 } };
/** Token types: unknown, control, normal, byte. */
const TOKEN = { unknown: 2, control: 3, normal: 1, byte: 6 };

const NAMES = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** @param {string} key Hugging Face's @returns {string} llama.cpp's */
function nameOf(key) {
  const [, layer, part] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(key) ?? [];
  if (part) return `blk.${layer}.${NAMES[part]}.weight`;
  return key === 'model.norm.weight' ? 'output_norm.weight' : 'token_embd.weight';
}

const u32 = (value) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const text = (value) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

/** A value with its type in front; an array if it is one. @param {keyof typeof TYPE} type */
function typed(type, value) {
  const bare = (each) => {
    if (type === 'string') return text(each);
    if (type === 'bool') return Buffer.of(each ? 1 : 0);
    return type === 'f32' ? Buffer.from(Float32Array.of(each).buffer) : u32(each);
  };
  if (!Array.isArray(value)) return Buffer.concat([u32(TYPE[type]), bare(value)]);
  return Buffer.concat([u32(TYPE.array), u32(TYPE[type]), u64(value.length), ...value.map(bare)]);
}

/** @param {import('../../shapes.mjs').LlamaConfig} config @returns {[string, Buffer][]} */
function metadata(config) {
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
  const special = ['<unk>', '<s>', '</s>'];
  const others = config.vocab_size - special.length - bytes.length;
  const tokens = [...special, ...bytes, ...Array.from({ length: others }, (_, i) => `\u2581${i}\u2581`)];
  const kinds = [TOKEN.unknown, TOKEN.control, TOKEN.control, ...bytes.map(() => TOKEN.byte)];
  return [
    ['general.architecture', typed('string', 'llama')],
    ['llama.block_count', typed('u32', config.num_hidden_layers)],
    ['llama.context_length', typed('u32', config.max_position_embeddings)],
    ['llama.embedding_length', typed('u32', config.hidden_size)],
    ['llama.feed_forward_length', typed('u32', config.intermediate_size)],
    ['llama.attention.head_count', typed('u32', config.num_attention_heads)],
    ['llama.attention.head_count_kv', typed('u32', config.num_key_value_heads)],
    ['llama.attention.layer_norm_rms_epsilon', typed('f32', config.rms_norm_eps)],
    ['llama.rope.dimension_count', typed('u32', config.hidden_size / config.num_attention_heads)],
    ['llama.rope.freq_base', typed('f32', config.rope_theta)],
    ['tokenizer.ggml.model', typed('string', 'llama')],
    ['tokenizer.ggml.tokens', typed('string', tokens)],
    [
      'tokenizer.ggml.scores',
      typed(
        'f32',
        tokens.map((_, i) => -i),
      ),
    ],
    [
      'tokenizer.ggml.token_type',
      typed(
        'i32',
        tokens.map((_, i) => kinds[i] ?? TOKEN.normal),
      ),
    ],
    ['tokenizer.ggml.add_space_prefix', typed('bool', false)],
    ['tokenizer.ggml.bos_token_id', typed('u32', 1)],
    ['tokenizer.ggml.eos_token_id', typed('u32', 2)],
    ['tokenizer.ggml.unknown_token_id', typed('u32', 0)],
  ];
}

/**
 * Writes the file while the weights are made.
 * @param {string} path
 * @param {import('../../shapes.mjs').LlamaConfig} config
 * @param {'q8' | 'q4'} dtype
 */
export async function writeGguf(path, config, dtype) {
  const out = createWriteStream(path);
  const write = async (bytes) => {
    if (!out.write(bytes)) await new Promise((done) => out.once('drain', () => done(undefined)));
  };
  const tensors = [...llamaShapes(config)].map(([key, shape], index) => {
    const format = shape.length > 1 ? dtype : 'f32';
    const length = shape.reduce((product, dim) => product * dim, 1);
    return { key, shape, index, format, bytes: (length / BLOCK) * FORMAT[format].bytes };
  });
  const pairs = metadata(config);
  let offset = 0;
  const infos = tensors.map(({ key, shape, format, bytes }) => {
    const info = [text(nameOf(key)), u32(shape.length), ...[...shape].reverse().map(u64)];
    const at = offset;
    offset += Math.ceil(bytes / ALIGN) * ALIGN;
    return Buffer.concat([...info, u32(FORMAT[format].id), u64(at)]);
  });
  const head = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(pairs.length)];
  const header = Buffer.concat([...head, ...pairs.flatMap(([name, value]) => [text(name), value]), ...infos]);
  await write(header);
  await write(Buffer.alloc(-header.length & (ALIGN - 1)));
  for (const { shape, index, format, bytes } of tensors) {
    await writeTensor(write, shape, index, format);
    await write(Buffer.alloc(-bytes & (ALIGN - 1)));
  }
  out.end();
  await finished(out);
}

/** @param {(bytes: Uint8Array) => Promise<void>} write */
async function writeTensor(write, shape, index, format) {
  let rest = new Float32Array(0);
  for (const { values } of llamaValues(shape, index)) {
    const all = new Float32Array(rest.length + values.length);
    all.set(rest);
    all.set(values, rest.length);
    const whole = all.length - (all.length % BLOCK);
    await write(encode(all.subarray(0, whole), format));
    rest = all.slice(whole);
  }
}

/** @param {Float32Array} values whole blocks @param {keyof typeof FORMAT} format @returns {Uint8Array} */
export function encode(values, format) {
  if (format === 'f32') return new Uint8Array(values.slice().buffer);
  const { bytes } = FORMAT[format];
  const out = new DataView(new ArrayBuffer((values.length / BLOCK) * bytes));
  for (let at = 0, to = 0; at < values.length; at += BLOCK, to += bytes) {
    const block = values.subarray(at, at + BLOCK);
    let most = 0;
    for (const value of block) if (Math.abs(value) > Math.abs(most)) most = value;
    const scale = format === 'q8' ? Math.abs(most) / 127 : most / -8;
    const inverse = scale ? 1 / scale : 0;
    out.setUint16(to, half(scale), true);
    const level = (i) => Math.min(15, Math.round(block[i] * inverse) + 8);
    if (format === 'q8')
      for (let i = 0; i < BLOCK; i++) out.setInt8(to + 2 + i, Math.round(block[i] * inverse));
    else for (let i = 0; i < 16; i++) out.setUint8(to + 2 + i, level(i) | (level(i + 16) << 4));
  }
  return new Uint8Array(out.buffer);
}

/** @param {number} value of a scale: normal in half precision, or 0 @returns {number} its bits, rounded */
function half(value) {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = (bits & 0x7fffffff) + 0x1000;
  return magnitude < 0x38800000 ? sign : sign | ((magnitude - 0x38000000) >>> 13);
}
