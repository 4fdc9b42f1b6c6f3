// The engine composes the two halves that do not know each other: a module (runtime/) and the memory it
// works on (tensor/).  Where the module's bytes come from is the door's affair (src/node.ts and others).
import { ArgumentError, EngineError } from './errors.js';
import type { Build, Variant } from './kernels.js';
import { compile, createMemory, instantiate, type ModuleSource } from './runtime/instantiate.js';
import { type Features, probe } from './runtime/probe.js';
import { selfTest } from './runtime/selftest.js';
import { planThreads, startThreads, type Team, type Threads } from './runtime/threads.js';
import { Arena, type MemoryStats } from './tensor/arena.js';
import { rangeOf, type TensorData, tensorFrom } from './tensor/create.js';
import type { DType } from './tensor/dtype.js';
import type { Shape } from './tensor/shape.js';
import { Tensor } from './tensor/tensor.js';

/** Which build, how many threads, how much memory. */
export interface EngineOptions {
  /**
   * `simd` (default) gives the same bits on every runtime.  `relaxed` lets the host fuse multiply and
   * add: faster on most, not reproducible across hosts.  `auto` is `relaxed` where there is such a thing.
   * Integer products are exact in both, and use what relaxed SIMD has for them where the runtime and the door do.
   */
  variant?: Variant | 'auto';
  /**
   * How many threads large ops are spread over: 1 (default), 2 … 64, or `auto` for as many as there are
   * processors (16 at most).  The results are the same bits.  Where there are no threads to be had it is 1,
   * and `engine.threadsReason` says why.  Such an engine should be disposed of: its workers hold its memory.
   */
  threads?: number | 'auto';
  /**
   * The module itself, for runtimes without the right door: compiled, or as bytes.  Must match `variant` (for `simd`
   * the builds `simd` and `dot` do), and with `threads` be the build for them.
   */
  module?: ModuleSource;
  /** Upper bound of the engine's memory in bytes; default and maximum 4 GiB. */
  maxMemory?: number;
  /** Compare a few kernels with known answers before use (under a millisecond). Default true. */
  selfTest?: boolean;
}

/** Finds the module of a build: each runtime's door has one. */
export type ModuleLoader = (build: Build) => ModuleSource | Promise<ModuleSource>;

const PAGE = 65536;

/**
 * A module at work on a memory of its own: tensors are made in it, and go when it is disposed of.  See
 * createEngine().
 */
export class Engine {
  readonly #team: Pick<Threads, 'threads' | 'reason' | 'dispose'>;

  constructor(
    /** Memory and kernels, which every op reaches through its tensors. */
    readonly arena: Arena,
    readonly features: Features,
    team: Pick<Threads, 'threads' | 'reason' | 'dispose'>,
  ) {
    this.#team = team;
  }

  get variant(): Variant {
    return this.arena.variant;
  }

  /** How many threads work for this engine. */
  get threads(): number {
    return this.#team.threads;
  }

  /** Why `threads` is 1 though more were asked for; null if it is as asked. */
  get threadsReason(): string | null {
    return this.#team.reason;
  }

  get memory(): MemoryStats {
    return this.arena.stats;
  }

  get disposed(): boolean {
    return this.arena.disposed;
  }

  /**
   * A tensor with a copy of `data`: a number, nested arrays, or a typed array with a shape.
   * The dtype is f32 unless given, or told by the typed array (Int32Array is i32, Uint8Array u8).
   * @throws ShapeError if nested arrays are ragged or `shape` does not fit
   */
  tensor(data: TensorData, shape?: Shape, options: { dtype?: DType; requiresGrad?: boolean } = {}): Tensor {
    const t = tensorFrom(this.arena, data, shape, options.dtype);
    if (options.requiresGrad) t.requiresGrad = true;
    return t;
  }

  /** A tensor of zeros. */
  zeros(shape: Shape, dtype: DType = 'f32'): Tensor {
    return this.full(shape, 0, dtype);
  }

  /** A tensor of ones (raw bits for f16 and bf16). */
  ones(shape: Shape, dtype: DType = 'f32'): Tensor {
    return this.full(shape, 1, dtype);
  }

  /** A tensor of one repeated value (raw bits for f16 and bf16). */
  full(shape: Shape, value: number, dtype: DType = 'f32'): Tensor {
    const t = Tensor.empty(this.arena, shape, dtype);
    t.data.fill(value);
    return t;
  }

  /** `torch.manual_seed`: starts the numbers of initial weights and dropout over; 0 unless called. */
  manualSeed(seed: number): this {
    this.arena.generator.manualSeed(seed);
    return this;
  }

  /**
   * `torch.arange(end)` or `torch.arange(start, end)`: a vector of numbers `step` apart, `end` left out.
   * f32 unless `dtype` says otherwise; positions and ids are i32.
   */
  arange(
    startOrEnd: number,
    end?: number,
    { step = 1, dtype = 'f32' }: { step?: number; dtype?: DType } = {},
  ): Tensor {
    const [from, to] = end === undefined ? [0, startOrEnd] : [startOrEnd, end];
    return rangeOf(this.arena, from, to, step, dtype);
  }

  /** See Arena.scope: tensors made in `body` and not returned are freed at its end. */
  scope<T>(body: () => T): T {
    return this.arena.scope(body);
  }

  /** Gives everything back: memory and module become garbage at once, every tensor is dead. Idempotent. */
  dispose(): void {
    this.arena.dispose();
    this.#team.dispose();
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Builds an engine from a door's loader and, where its runtime has workers, a team of them (teamOf).
 * @throws EngineError without SIMD, when the module cannot be built, or when the self-test fails
 * @throws ArgumentError for an unknown variant, a memory limit or a number of threads out of range
 */
export async function openEngine(
  load: ModuleLoader,
  options: EngineOptions = {},
  team?: Team,
): Promise<Engine> {
  const { variant = 'simd', maxMemory = 65536 * PAGE } = options;
  if (variant !== 'simd' && variant !== 'relaxed' && variant !== 'auto')
    throw new ArgumentError(`variant must be 'simd', 'relaxed' or 'auto', got ${JSON.stringify(variant)}`);
  if (!(maxMemory >= 16 * PAGE && maxMemory <= 65536 * PAGE))
    throw new ArgumentError(`maxMemory must be between 1 MiB and 4 GiB in bytes, got ${maxMemory}`);
  const features = probe();
  if (!features.simd) throw new EngineError('this runtime has no WebAssembly SIMD, which fovea needs');
  if (variant === 'relaxed' && !features.relaxedSimd)
    throw new EngineError("this runtime has no relaxed SIMD; use the variant 'simd' or 'auto'");
  const chosen = variant === 'auto' ? (features.relaxedSimd ? 'relaxed' : 'simd') : variant;
  const alone = chosen === 'simd' && features.relaxedSimd ? 'dot' : chosen;
  const plan = planThreads(options.threads ?? 1, team, features);
  const shared = plan.threads > 1;
  const build = !shared ? alone : alone === 'simd' ? 'threads' : (`${alone}-threads` as const);
  const pages = Math.floor(maxMemory / PAGE);
  const memory = createMemory(pages, shared);
  const module = await compile(options.module ?? (await load(build)));
  const kernels = await instantiate(module, memory);
  if (options.selfTest !== false) selfTest(kernels, memory);
  const threads = await startThreads(plan, team, module, memory, kernels);
  return new Engine(new Arena(memory, threads.kernels, chosen, pages, threads.threads), features, threads);
}
