// The base of all layers and models.  A module's public fields are its state: a Parameter, a Module, or an
// array of Modules; their names are the keys of the state dict, so names that equal a checkpoint's keys
// make loading a loop.  Whatever is not state (tables, settings) lives in # or readonly non-module fields.
import { DTypeError, WeightsError } from '../errors.js';
import { to } from '../ops/cast.js';
import type { MatrixDType } from '../ops/panel-matrix.js';
import { contiguous } from '../ops/view.js';
import type { Arena } from '../tensor/arena.js';
import type { Tensor } from '../tensor/tensor.js';
import { Parameter } from './parameter.js';

/** Values by key, as a checkpoint has them. */
export type StateDict = Map<string, Tensor>;

/** Where a layer lives: an arena, or whatever has one (an engine, a tensor, another layer). */
export type Home = Arena | { readonly arena: Arena };

/** `torch.nn.Module`: what all layers and models are. */
export abstract class Module {
  /** Whether dropout is active; see train() and eval().  False by default: this is an inference library. */
  training = false;

  readonly arena: Arena;

  constructor(home: Home) {
    this.arena = 'arena' in home ? home.arena : home;
  }

  /** Direct children with their names. */
  *namedChildren(): Generator<[string, Module]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) yield [name, value];
      else if (Array.isArray(value))
        for (let i = 0; i < value.length; i++)
          if (value[i] instanceof Module) yield [`${name}.${i}`, value[i]];
    }
  }

  /** Every parameter below here with its key, in order of declaration; tied ones under each of their names. */
  *namedParameters(prefix = ''): Generator<[string, Parameter]> {
    for (const [name, value] of Object.entries(this))
      if (value instanceof Parameter) yield [prefix + name, value];
    for (const [name, child] of this.namedChildren()) yield* child.namedParameters(`${prefix}${name}.`);
  }

  /** Every parameter once, tied ones as their owner. */
  parameters(): Parameter[] {
    return [...new Set([...this.namedParameters()].map(([, p]) => p.owner))];
  }

  /** A copy of every parameter under its key.  The caller owns the tensors. */
  stateDict(): StateDict {
    return new Map([...this.namedParameters()].map(([key, p]) => [key, p.copy()]));
  }

  /**
   * Copies values in by key; f16 and bf16 become f32.  Nothing changes unless everything fits.
   * @param strict refuse keys that are missing or not known (default true)
   * @throws WeightsError that lists all that is missing, unexpected or misshapen
   * @throws DTypeError for integers and bools
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, { strict = true } = {}): void {
    const own = new Map(this.namedParameters());
    const misshapen = [...own]
      .filter(([key]) => state.has(key))
      .map(([name, p]) => ({ name, expected: p.shape, actual: state.get(name)!.shape }))
      .filter(({ expected, actual }) => expected.join() !== actual.join());
    const missing = strict ? [...own.keys()].filter((key) => !state.has(key)) : [];
    const unexpected = strict ? [...state.keys()].filter((key) => !own.has(key)) : [];
    if (misshapen.length + missing.length + unexpected.length > 0)
      throw new WeightsError(this.constructor.name, { missing, unexpected, misshapen });
    for (const [key, value] of state)
      if (own.has(key) && !['f32', 'f16', 'bf16'].includes(value.dtype))
        throw new DTypeError(`${key} must be f32, f16 or bf16, got ${value.dtype}`);
    for (const [key, p] of own) if (state.has(key)) p.set(values(state.get(key)!));
  }

  /**
   * Packs every GEMM weight (see Parameter.pack), quantising it if `dtype` says so; norms, biases, tables that are
   * not tied to an output layer, and weights within a recurrence stay f32.  Layers that own one override
   * `packOwn`.
   */
  pack({ dtype = 'f32' }: { dtype?: MatrixDType } = {}): this {
    this.packOwn(dtype);
    for (const [, child] of this.namedChildren()) child.pack({ dtype });
    return this;
  }

  /** Lays out its own matrices for products; pack() calls it here and on every child. */
  protected packOwn(_dtype: MatrixDType): void {}

  /** `torch.nn.Module.train`: makes dropout active here and below, or not. */
  train(mode = true): this {
    this.training = mode;
    for (const [, child] of this.namedChildren()) child.train(mode);
    return this;
  }

  /** `torch.nn.Module.eval`: the same as train(false). */
  eval(): this {
    return this.train(false);
  }

  /** `torch.nn.Module.requires_grad_`: for every parameter below here. */
  requiresGrad(value = true): this {
    for (const p of this.parameters()) p.requiresGrad = value;
    return this;
  }

  /** `torch.nn.Module.zero_grad`: drops the gradients of every parameter below here. */
  zeroGrad(): void {
    for (const p of this.parameters()) p.zeroGrad();
  }

  /** Frees every parameter below here. */
  dispose(): void {
    for (const [, p] of this.namedParameters()) p.dispose();
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A dense f32 copy that belongs to no one else. */
function values(t: Tensor): Tensor {
  return t.dtype === 'f32' ? contiguous(t.detach(), true) : to(t, 'f32');
}
