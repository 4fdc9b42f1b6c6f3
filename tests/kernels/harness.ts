// Runs one test body over every variant of the module, on bare memory: no arena, no tensors.
import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import { describe, test } from '@jest/globals';
import type { Kernels } from '../../src/generated/kernels.js';

type Numbers = ArrayLike<number>;
const GUARD = 64; // bytes of canary on both sides of every block
const CANARY = 0xa5;

/** Linear memory for one test: bump allocation with canaries, all 64-byte aligned unless `skew` is given. */
export class Bench {
  readonly #memory: WebAssembly.Memory;
  #top: number;
  readonly #guards: number[] = [];

  constructor(
    readonly variant: string,
    readonly kernels: Kernels,
    memory: WebAssembly.Memory,
  ) {
    this.#memory = memory;
    this.#top = (kernels.heap_base() + 63) & ~63;
  }

  /** Reserves `bytes` between canaries; `skew` shifts the start off the 64-byte grid. */
  alloc(bytes: number, skew = 0): number {
    const start = ((this.#top + GUARD + 63) & ~63) + skew;
    const end = start + bytes;
    const missing = end + 2 * GUARD - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / 65536));
    const bytesView = new Uint8Array(this.#memory.buffer);
    bytesView.fill(CANARY, start - GUARD, start);
    bytesView.fill(0xff, start, end); // NaN as f32: a kernel that reads what it should not is seen
    bytesView.fill(CANARY, end, end + GUARD);
    this.#guards.push(start - GUARD, end);
    this.#top = end + GUARD;
    return start;
  }

  f32(values: Numbers | number, skew = 0): number {
    const n = typeof values === 'number' ? values : values.length;
    const p = this.alloc(n * 4, skew);
    if (typeof values !== 'number') new Float32Array(this.#memory.buffer, p, n).set(values);
    return p;
  }

  i32(values: Numbers): number {
    const p = this.alloc(values.length * 4);
    new Int32Array(this.#memory.buffer, p, values.length).set(values);
    return p;
  }

  u8(values: Numbers): number {
    const p = this.alloc(values.length);
    new Uint8Array(this.#memory.buffer, p, values.length).set(values);
    return p;
  }

  u16(values: Numbers): number {
    const p = this.alloc(values.length * 2);
    new Uint16Array(this.#memory.buffer, p, values.length).set(values);
    return p;
  }

  readF32(p: number, n: number): Float32Array {
    return new Float32Array(this.#memory.buffer, p, n).slice();
  }

  readI32(p: number, n: number): Int32Array {
    return new Int32Array(this.#memory.buffer, p, n).slice();
  }

  readU8(p: number, n: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, p, n).slice();
  }

  /** Throws if anything wrote outside the blocks handed out. */
  checkGuards(): void {
    const bytes = new Uint8Array(this.#memory.buffer);
    for (const g of this.#guards)
      for (let i = g; i < g + GUARD; i++)
        if (bytes[i] !== CANARY) throw new Error(`wrote outside a block, at byte ${i}`);
  }
}

/** Rows of C (M, N) that lie cm apart, put together. @throws Error if what lies between them is not NaN any more */
export function denseRows(c: Float32Array, M: number, N: number, cm: number): Float32Array {
  const dense = new Float32Array(M * N);
  for (let m = 0; m < M; m++) {
    dense.set(c.subarray(m * cm, m * cm + N), m * N);
    for (let i = m * cm + N; i < Math.min((m + 1) * cm, c.length); i++)
      if (!Number.isNaN(c[i])) throw new Error(`wrote between the rows of C, at ${i}`);
  }
  return dense;
}

const ALL = ['simd', 'relaxed'] as const;
/** Those that differ in integer products. */
export const INTEGERS = ['simd', 'dot', 'relaxed'] as const;
const modules = new Map<string, WebAssembly.Module | null>();

function compile(variant: string): WebAssembly.Module | null {
  let module = modules.get(variant);
  if (module === undefined) {
    const bytes = readFileSync(new URL(`../../build/${variant}.wasm`, import.meta.url));
    module = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
    modules.set(variant, module);
  }
  return module;
}

/** A fresh bench of a variant. */
export function bench(variant: string): Bench {
  const module = compile(variant);
  if (module === null) throw new Error(`this engine cannot compile the variant ${variant}`);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const { instance } = instantiateSync(module, { env: { memory } });
  return new Bench(variant, instance.exports as unknown as Kernels, memory);
}

/** `body` declares tests; it is called once for each variant, those the engine lacks are shown as skipped. */
export function everyVariant(
  title: string,
  body: (fresh: () => Bench, variant: string) => void,
  variants: readonly string[] = ALL,
): void {
  describe.each(variants)(`${title} [%s]`, (variant) => {
    if (compile(variant) === null) test.skip(`not supported by this engine: ${variant}`, () => {});
    else body(() => bench(variant), variant);
  });
}
