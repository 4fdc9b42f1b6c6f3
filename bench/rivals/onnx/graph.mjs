import { Message } from './protobuf.mjs';

/**
 * An ONNX graph, built one operator at a time and written as a .onnx file.
 * Field numbers are those of onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 };
const ARRAY_TYPE = {
  Float32Array: 'float32',
  Uint8Array: 'uint8',
  Int8Array: 'int8',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
};
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 };
const IR_VERSION = 9; // the first that knows opset 20
const OPSETS = { '': 20, 'com.microsoft': 1 };

/**
 * @typedef {keyof typeof DATA_TYPE} DataType
 * @typedef {number | string} Dim a name stands for a length that a run decides
 * @typedef {number | string | number[] | { float: number }} Attribute integers are numbers; floats say so
 */

/** @param {string} name @param {DataType} type @param {readonly Dim[]} dims */
function valueInfo(name, type, dims) {
  const shape = new Message();
  for (const dim of dims)
    shape.message(1, typeof dim === 'string' ? new Message().string(2, dim) : new Message().int(1, dim));
  const tensor = new Message().int(1, DATA_TYPE[type]).message(2, shape);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}

/** @param {string} name @param {Attribute} value */
function attribute(name, value) {
  const message = new Message().string(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, ATTRIBUTE_TYPE.int);
  if (typeof value === 'string') return message.string(4, value).int(20, ATTRIBUTE_TYPE.string);
  if (Array.isArray(value)) return message.ints(8, value).int(20, ATTRIBUTE_TYPE.ints);
  return message.float(2, value.float).int(20, ATTRIBUTE_TYPE.float);
}

export class Graph {
  #nodes = 0;
  #graph = new Message().string(2, 'fovea_bench');

  /** @param {string} name @param {DataType} type @param {readonly Dim[]} dims @returns {string} */
  input(name, type, dims) {
    this.#graph.message(11, valueInfo(name, type, dims));
    return name;
  }

  /** @param {string} name the value an operator returned @param {DataType} type @param {readonly Dim[]} dims */
  output(name, type, dims) {
    this.#graph.message(12, valueInfo(name, type, dims));
  }

  /**
   * A weight: the data is stored raw, little-endian, and copied only when the file is written.
   * @param {string} name
   * @param {readonly number[]} dims
   * @param {Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array} data
   * @returns {string}
   */
  constant(name, dims, data) {
    const type = DATA_TYPE[ARRAY_TYPE[data.constructor.name]];
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#graph.message(5, new Message().ints(1, dims).int(2, type).string(8, name).bytes(9, raw));
    return name;
  }

  /**
   * @param {string} type the operator, with its domain in front unless it is a standard one: `Gemm`, `com.microsoft/Gelu`
   * @param {readonly string[]} inputs an empty string stands for an input left out
   * @param {Record<string, Attribute>} [attributes]
   * @param {string} [output]
   * @returns {string} the name of the (first) output
   */
  op(type, inputs, attributes = {}, output = `${type}_${this.#nodes}`) {
    this.node(type, inputs, attributes, [output]);
    return output;
  }

  /**
   * An operator with several outputs.
   * @param {string} type @param {readonly string[]} inputs @param {Record<string, Attribute>} attributes
   * @param {readonly string[]} outputs
   */
  node(type, inputs, attributes, outputs) {
    const slash = type.lastIndexOf('/');
    const node = new Message();
    for (const input of inputs) node.string(1, input);
    for (const output of outputs) node.string(2, output);
    node.string(3, `node_${this.#nodes++}`).string(4, type.slice(slash + 1));
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    if (slash > 0) node.string(7, type.slice(0, slash));
    this.#graph.message(1, node);
  }

  /** @returns {Uint8Array} the model file */
  finish() {
    const model = new Message().int(1, IR_VERSION).string(2, 'fovea-bench').message(7, this.#graph);
    for (const [domain, version] of Object.entries(OPSETS)) {
      model.message(8, new Message().string(1, domain).int(2, version));
    }
    return model.finish();
  }
}
