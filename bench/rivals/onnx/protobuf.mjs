/**
 * The wire format of Protocol Buffers, the writing half: a message is a run of (tag, value) pairs, where
 * tag = field number << 3 | wire type. https://protobuf.dev/programming-guides/encoding/
 *
 * A message keeps its pieces apart until the end, so the weights of a model are copied exactly once.
 */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/**
 * @param {number | bigint} value a 64-bit integer; a negative one takes ten bytes, as the format wants
 * @returns {number[]} little-endian groups of seven bits, the high bit set on all but the last
 */
export function varint(value) {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

export class Message {
  /** @type {Uint8Array[]} */
  #pieces = [];
  length = 0;

  /** @param {Uint8Array} piece */
  #push(piece) {
    this.#pieces.push(piece);
    this.length += piece.length;
    return this;
  }

  /** @param {number} field @param {number} wireType @param {number[]} payload */
  #tagged(field, wireType, payload) {
    return this.#push(Uint8Array.from([...varint((field << 3) | wireType), ...payload]));
  }

  /** @param {number} field @param {number | bigint} value */
  int(field, value) {
    return this.#tagged(field, VARINT, varint(value));
  }

  /** @param {number} field @param {number} value */
  float(field, value) {
    return this.#tagged(field, FIXED32, [...new Uint8Array(Float32Array.of(value).buffer)]);
  }

  /** @param {number} field @param {Uint8Array} bytes not copied until the whole message is written */
  bytes(field, bytes) {
    return this.#tagged(field, LENGTH_DELIMITED, varint(bytes.length)).#push(bytes);
  }

  /** @param {number} field @param {string} text */
  string(field, text) {
    return this.bytes(field, new TextEncoder().encode(text));
  }

  /** @param {number} field @param {Iterable<number | bigint>} values repeated integers, packed */
  ints(field, values) {
    return this.bytes(field, Uint8Array.from([...values].flatMap(varint)));
  }

  /** @param {number} field @param {Message} message */
  message(field, message) {
    this.#tagged(field, LENGTH_DELIMITED, varint(message.length));
    this.#pieces.push(...message.#pieces);
    this.length += message.length;
    return this;
  }

  /** @returns {Uint8Array} the bytes of the file */
  finish() {
    const out = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  }
}
