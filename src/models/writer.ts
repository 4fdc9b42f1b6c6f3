// The last step of loading: bytes of one tensor into one parameter, converted to f32 by the kernels.
// A GEMM weight is packed or quantised strip by strip on the way, so that it never exists as a plain matrix.
import type { Parameter } from '../nn/parameter.js';
import { widen } from '../ops/cast.js';
import type { MatrixDType } from '../ops/panel-matrix.js';
import { contiguous, narrow, transpose } from '../ops/view.js';
import type { WeightMatrix } from '../ops/weight.js';
import type { Arena } from '../tensor/arena.js';
import { Tensor } from '../tensor/tensor.js';

const BYTES = { F32: 4, F16: 2, BF16: 2 } as const;
export type WeightDType = keyof typeof BYTES;

export function isWeightDType(dtype: string): dtype is WeightDType {
  return Object.hasOwn(BYTES, dtype);
}

export interface Writer {
  readonly done: boolean;
  /** Takes the next bytes; parts come in order. */
  write(element: number, bytes: Uint8Array): void;
  /** Hands the values to the parameter. */
  finish(): void;
  /** Frees what was written so far. */
  abandon(): void;
}

export function openWriter(parameter: Parameter, dtype: WeightDType, transposed: boolean): Writer {
  const layout = parameter.packsWhenSet;
  return layout && !transposed && parameter.numel > 0
    ? new StripWriter(parameter, dtype, layout)
    : new PlainWriter(parameter, dtype, transposed);
}

/** Keeps count, and refuses parts out of order. */
abstract class Counted implements Writer {
  protected written = 0;

  constructor(
    protected readonly parameter: Parameter,
    protected readonly dtype: WeightDType,
  ) {}

  get done(): boolean {
    return this.written === this.parameter.numel;
  }

  write(element: number, bytes: Uint8Array): void {
    const count = bytes.byteLength / BYTES[this.dtype];
    if (element !== this.written || !Number.isInteger(count) || element + count > this.parameter.numel)
      throw new RangeError(`weights out of order: element ${element} came, ${this.written} was due`);
    this.take(bytes, count);
    this.written += count;
  }

  abstract finish(): void;
  abstract abandon(): void;
  protected abstract take(bytes: Uint8Array, count: number): void;
}

/** Into a plain tensor, which the parameter may still pack. */
class PlainWriter extends Counted {
  readonly #tensor: Tensor;

  constructor(
    parameter: Parameter,
    dtype: WeightDType,
    readonly transposed: boolean,
  ) {
    super(parameter, dtype);
    const shape = transposed ? [...parameter.shape].reverse() : parameter.shape;
    this.#tensor = Tensor.empty(parameter.arena, shape).keep();
  }

  finish(): void {
    const { parameter } = this;
    if (!this.transposed) {
      parameter.set(this.#tensor);
      return;
    }
    parameter.arena.scope(() => {
      const turned = transpose(this.#tensor, 0, 1);
      // Packing reads through strides: no plain transpose is made of a matrix that gets packed.
      parameter.set(parameter.packsWhenSet ? turned : contiguous(turned));
    });
    this.#tensor.dispose();
  }

  abandon(): void {
    this.#tensor.dispose();
  }

  protected take(bytes: Uint8Array, count: number): void {
    convert(this.parameter.arena, this.#tensor.ptr + 4 * this.written, bytes, this.dtype, count);
  }
}

// A strip fits in a second-level cache, where packing reads it again.
const STRIP_FLOATS = 1 << 16;

/** Into panels, by way of a strip of whole panels. */
class StripWriter extends Counted {
  readonly #packed: WeightMatrix;
  readonly #strip: Tensor;
  #filled = 0;
  #row = 0;

  constructor(parameter: Parameter, dtype: WeightDType, layout: MatrixDType) {
    super(parameter, dtype);
    const [N, K] = parameter.shape;
    const width = parameter.arena.panelWidth;
    const rows = Math.min(N, width * Math.max(1, Math.floor(STRIP_FLOATS / (K * width))));
    this.#packed = parameter.emptyMatrix(layout);
    try {
      this.#strip = Tensor.empty(parameter.arena, [rows, K]).keep();
    } catch (error) {
      this.#packed.dispose();
      throw error;
    }
  }

  finish(): void {
    this.#strip.dispose();
    this.parameter.setPacked(this.#packed);
  }

  abandon(): void {
    this.#strip.dispose();
    this.#packed.dispose();
  }

  protected take(bytes: Uint8Array, count: number): void {
    const unit = BYTES[this.dtype];
    const { arena } = this.parameter;
    for (let at = 0; at < count; ) {
      const n = Math.min(count - at, this.#strip.numel - this.#filled);
      const part = bytes.subarray(at * unit, (at + n) * unit);
      convert(arena, this.#strip.ptr + 4 * this.#filled, part, this.dtype, n);
      at += n;
      this.#filled += n;
      if (this.#filled === this.#strip.numel || this.written + at === this.parameter.numel) this.#flush();
    }
  }

  #flush(): void {
    const rows = this.#filled / this.#packed.K;
    this.parameter.arena.scope(() => this.#packed.fill(this.#row, narrow(this.#strip, 0, 0, rows)));
    this.#row += rows;
    this.#filled = 0;
  }
}

/** `count` elements as f32 at address `to`.  Bytes may start anywhere; the arena's own copy is aligned. */
function convert(arena: Arena, to: number, bytes: Uint8Array, dtype: WeightDType, count: number): void {
  if (dtype === 'F32') {
    arena.u8.set(bytes, to);
    return;
  }
  arena.scope(() => {
    const raw = Tensor.empty(arena, [bytes.byteLength], 'u8');
    arena.u8.set(bytes, raw.ptr);
    widen(arena, to, raw.ptr, dtype === 'F16' ? 'f16' : 'bf16', count);
  });
}
