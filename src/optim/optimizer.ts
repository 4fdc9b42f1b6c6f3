// What all optimisers share: parameter groups, state per parameter, saving and loading.
import { ArgumentError, WeightsError } from '../errors.js';
import { Parameter } from '../nn/parameter.js';
import { contiguous } from '../ops/view.js';
import { Tensor } from '../tensor/tensor.js';

/** What can be optimised: a layer's parameter, or a dense f32 leaf that requires a gradient. */
export type Trainable = Parameter | Tensor;

/** Parameters with settings of their own; what is left out comes from the optimiser's defaults. */
export type ParamGroup<H> = Partial<H> & { params: Iterable<Trainable> };

/** `torch.optim.Optimizer.state_dict`: parameters are numbered through all groups. */
export interface OptimizerState<H> {
  /** `0.exp_avg`: a copy of that state of parameter 0; `0.step`: steps so far, an i32 scalar */
  state: Map<string, Tensor>;
  paramGroups: (H & { params: number[] })[];
}

/** The state of one parameter; its tensors are zeros at first. */
export class Slots {
  step = 0;
  readonly tensors = new Map<string, Tensor>();

  constructor(readonly like: Tensor) {}

  /** The address of a state tensor of the parameter's shape, made when first asked for. */
  ptr(name: string): number {
    let t = this.tensors.get(name);
    if (!t) {
      t = Tensor.empty(this.like.arena, this.like.shape).keep();
      t.data.fill(0);
      this.tensors.set(name, t);
    }
    return t.ptr;
  }

  dispose(): void {
    for (const t of this.tensors.values()) t.dispose();
    this.tensors.clear();
    this.step = 0;
  }
}

const tensorOf = (p: Trainable): Tensor => (p instanceof Parameter ? p.tensor : p);

/** `torch.optim.Optimizer`: parameters in groups, and one step for all of them. */
export abstract class Optimizer<H extends { lr: number }> {
  /** Settings may be changed between steps: that is how schedules work. */
  readonly paramGroups: (H & { params: Trainable[] })[] = [];
  readonly #slots = new Map<Trainable, Slots>();

  /** @throws ArgumentError for no parameters, one that occurs twice, or settings out of range */
  constructor(
    params: Iterable<Trainable> | readonly ParamGroup<H>[],
    readonly defaults: H,
  ) {
    const given = [...params];
    const groups = given.every((g) => 'params' in g)
      ? (given as ParamGroup<H>[])
      : [{ params: given as Trainable[] }];
    for (const group of groups) this.addParamGroup(group as ParamGroup<H>);
    if (this.#all().length === 0) throw new ArgumentError('an optimiser needs at least one parameter');
  }

  /** `add_param_group`: for layers that are unfrozen later. */
  addParamGroup({ params, ...settings }: ParamGroup<H>): void {
    const group = { ...this.defaults, ...(settings as unknown as Partial<H>) };
    this.check(group);
    const known = new Set(this.#all());
    const mine = [...params].map((p) => (p instanceof Parameter ? p.owner : p));
    for (const p of mine) {
      if (known.has(p)) throw new ArgumentError('a parameter occurs twice in the groups of an optimiser');
      known.add(p);
      if (p instanceof Tensor && (p.dtype !== 'f32' || !p.isContiguous))
        throw new ArgumentError(`parameters must be dense f32 tensors, got ${p.dtype} [${p.shape}]`);
    }
    this.paramGroups.push({ ...group, params: mine });
  }

  /** Updates every parameter that has a gradient, in place. */
  step(): void {
    for (const group of this.paramGroups)
      for (const p of group.params) {
        const { grad } = p;
        if (!grad) continue;
        const slots = this.#slotsOf(p);
        slots.step++;
        // Whatever reads the parameter next sees the new values; a graph recorded before must not be reused.
        this.update(tensorOf(p), grad, slots, group);
      }
  }

  /** Drops the gradients of all parameters. */
  zeroGrad(): void {
    for (const p of this.#all()) p.zeroGrad();
  }

  /** Copies of all state; the caller owns the tensors. */
  stateDict(): OptimizerState<H> {
    const all = this.#all();
    const state = new Map<string, Tensor>();
    all.forEach((p, i) => {
      const slots = this.#slots.get(p);
      if (!slots) return;
      state.set(`${i}.step`, Tensor.from(slots.like.arena, [slots.step], [], 'i32'));
      for (const [name, t] of slots.tensors) state.set(`${i}.${name}`, contiguous(t, true));
    });
    const index = new Map(all.map((p, i) => [p, i]));
    const paramGroups = this.paramGroups.map(({ params, ...settings }) => ({
      ...(settings as unknown as H),
      params: params.map((p) => index.get(p)!),
    }));
    return { state, paramGroups };
  }

  /**
   * Continues where `stateDict()` was taken: settings and state, by the order of the parameters.
   * @throws ArgumentError where groups or keys do not fit, WeightsError where shapes do not
   */
  loadStateDict({ state, paramGroups }: OptimizerState<H>): void {
    const sizes = (groups: readonly { params: readonly unknown[] }[]) =>
      groups.map((g) => g.params.length).join();
    if (sizes(paramGroups) !== sizes(this.paramGroups))
      throw new ArgumentError(
        `the state has groups of ${sizes(paramGroups)} parameters, this optimiser of ${sizes(this.paramGroups)}`,
      );
    const all = this.#all();
    const parsed = [...state].map(([key, t]) => {
      const [, index, name] = /^(\d+)\.(\w+)$/.exec(key) ?? [];
      const p = all[Number(index)];
      if (!p) throw new ArgumentError(`optimiser state ${JSON.stringify(key)} belongs to no parameter`);
      const shape = name === 'step' ? [] : tensorOf(p).shape;
      if (t.shape.join() !== shape.join())
        throw new WeightsError('optimiser state', {
          missing: [],
          unexpected: [],
          misshapen: [{ name: key, expected: shape, actual: t.shape }],
        });
      return { p, name, t };
    });
    this.dispose();
    for (const { p, name, t } of parsed) {
      const slots = this.#slotsOf(p);
      if (name === 'step') slots.step = t.item();
      else slots.tensors.set(name, contiguous(t.detach(), true).keep());
    }
    for (const [i, { params: _, ...settings }] of paramGroups.entries())
      Object.assign(this.paramGroups[i], settings);
  }

  /** Frees the state, not the parameters. */
  dispose(): void {
    for (const slots of this.#slots.values()) slots.dispose();
    this.#slots.clear();
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @throws ArgumentError for settings out of range */
  protected abstract check(settings: H): void;

  /** One parameter, one kernel call. */
  protected abstract update(p: Tensor, grad: Tensor, slots: Slots, settings: H): void;

  #all(): Trainable[] {
    return this.paramGroups.flatMap((g) => g.params);
  }

  #slotsOf(p: Trainable): Slots {
    let slots = this.#slots.get(p);
    if (!slots) {
      slots = new Slots(tensorOf(p));
      this.#slots.set(p, slots);
    }
    return slots;
  }
}

/** @throws ArgumentError naming the setting, unless low <= value < high */
export function inRange(name: string, value: number, low = 0, high = Number.POSITIVE_INFINITY): void {
  if (!(value >= low && value < high))
    throw new ArgumentError(`${name} must be in [${low}, ${high}), got ${value}`);
}
