// Compiles assembly/math/sweep.ts, the test entry of the math room, and sweeps a function over bit
// patterns of float32 against a truth in double precision.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CHUNK = 1 << 16;
// In jest's sandbox every mention of a global is a slow call; these loops run billions of times.
const { abs, ceil, max, min } = Math;
const isNotNumber = Number.isNaN;

interface SweepModule {
  heap_base(): number;
  sweep(f: number, y: number, first: number, stride: number, count: number): void;
}

export interface Sweep {
  /** the largest error in units of the last place */
  ulps: number;
  /** where it is */
  at: number;
  /** how many arguments were tried */
  count: number;
}

/** A stretch of bit patterns: from, to (not included), step. */
export type Stretch = readonly [first: number, end: number, stride: number];

export type Sweeper = (f: number, truth: (x: number) => number, stretches: readonly Stretch[]) => Sweep;

/** The sweep entry of a variant, or null if this engine cannot compile it. */
export function sweeper(variant: 'simd' | 'relaxed'): Sweeper | null {
  const config = JSON.parse(readFileSync(`${root}asconfig.json`, 'utf8'));
  const features: string[] = config.targets[variant].enable;
  mkdirSync(`${root}build`, { recursive: true });
  const out = `build/sweep-${variant}.wasm`;
  const asc = [`${root}node_modules/assemblyscript/bin/asc.js`, 'assembly/math/sweep.ts', '--config', 'none'];
  const flags = ['--runtime', 'stub', '--importMemory', '-O3', '--converge', '--noAssert', '--use', 'abort='];
  execFileSync(process.execPath, [...asc, ...flags, ...features.flatMap((f) => ['--enable', f]), '-o', out], {
    cwd: root,
  });
  const bytes = readFileSync(root + out);
  if (!WebAssembly.validate(bytes)) return null;
  const memory = new WebAssembly.Memory({ initial: 8 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const module = exports as unknown as SweepModule;
  const y = (module.heap_base() + 63) & ~63;
  const results = new Float32Array(memory.buffer, y, CHUNK);

  return (f, truth, stretches) => {
    const worst = { ulps: 0, at: 0, count: 0 };
    for (const [first, end, stride] of stretches) {
      for (let base = first; base < end; base += CHUNK * stride) {
        const n = ceil(min(CHUNK, (end - base) / stride));
        module.sweep(f, y, base | 0, stride, (n + 3) & ~3);
        compare(results, truth, base, stride, n, worst);
        worst.count += n;
      }
    }
    return worst;
  };
}

/** Raises `worst` to the worst of the n results of the patterns base, base + stride, ... */
function compare(
  results: Float32Array,
  truth: (x: number) => number,
  base: number,
  stride: number,
  n: number,
  worst: Sweep,
): void {
  for (let i = 0; i < n; i++) {
    pattern[1] = base + i * stride;
    const x = float[1];
    const error = ulpsOff(results[i], truth(x));
    if (error > worst.ulps) {
      worst.ulps = error;
      worst.at = x;
    }
  }
}

// Two floats and their bits: the truth, rounded, and the argument.
const float = new Float32Array(2);
const pattern = new Uint32Array(float.buffer);

/** Error of `actual` in ulp of the truth; 0 for the correctly rounded value, which most are. */
function ulpsOff(actual: number, truth: number): number {
  float[0] = truth;
  const rounded = float[0];
  if (actual === rounded || (isNotNumber(actual) && isNotNumber(rounded))) return 0;
  const off = abs(actual - truth);
  if (!(off < Infinity)) return Infinity;
  // 1 / ulp by the exponent alone: close.ts's ulp() costs more than the function under test
  return off * 2 ** (150 - max((pattern[0] >>> 23) & 255, 1));
}
