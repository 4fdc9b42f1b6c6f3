// The inside of a model on request: hidden states and attention maps of any layer.
import { ArgumentError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { WithMap } from './attention.js';

/** Which layers: all of them, or a list of indices where negative ones count from the end. */
export type Which = boolean | readonly number[];

/** What a forward pass should tell of its inside; nothing unless asked. */
export interface TraceOptions {
  /**
   * Hidden states, (B, S, D) each: index 0 is after the embeddings, index i after layer i; the last one of
   * a decoder has been through the final norm.  `true` gives all, a list those listed, in its order.
   */
  outputHiddenStates?: Which;
  /** Attention maps, (B, H, S, keys) each: index i is layer i.  `true` and lists as above. */
  outputAttentions?: Which;
}

/** Tensors of a model's output belong to the caller, or to the scope in which it calls. */
export interface TracedOutput {
  hiddenStates?: Tensor[];
  attentions?: Tensor[];
}

/** Collects what was asked for on the way through the layers; all of it in the scope of the pass. */
export class Trace {
  readonly #states: Request;
  readonly #maps: Request;

  /** @throws ArgumentError for an index out of range */
  constructor(
    { outputHiddenStates, outputAttentions }: TraceOptions,
    readonly layers: number,
  ) {
    this.#states = new Request(outputHiddenStates, layers + 1, 'outputHiddenStates');
    this.#maps = new Request(outputAttentions, layers, 'outputAttentions');
  }

  /** Whether anything between the layers is asked for. */
  get wantsAny(): boolean {
    return this.#states.any || this.#maps.any;
  }

  /**
   * Takes `x` through the layers and keeps what is wanted on the way.  A state that the next layer has read
   * is let go, so that two of them are alive and not all.
   */
  through(x: Tensor, layer: (index: number, x: Tensor, wantsMap: boolean) => WithMap): Tensor {
    let state = x;
    for (let i = 0; i < this.layers; i++) {
      this.hidden(i, state);
      const [next, map] = layer(i, state, this.#maps.wants(i));
      if (map) this.#maps.found.set(i, map);
      state.dispose();
      state = next;
    }
    return state;
  }

  /** Offers the state after layer `index`: another handle of it is kept if it is wanted. */
  hidden(index: number, state: Tensor): void {
    if (this.#states.wants(index)) this.#states.found.set(index, state.alias());
  }

  /** Fields that were not asked for are absent. */
  take(): TracedOutput {
    const hiddenStates = this.#states.take();
    const attentions = this.#maps.take();
    return { ...(hiddenStates && { hiddenStates }), ...(attentions && { attentions }) };
  }
}

class Request {
  readonly found = new Map<number, Tensor>();
  readonly #order: number[] | null;

  constructor(which: Which | undefined, count: number, name: string) {
    if (which === true) this.#order = Array.from({ length: count }, (_, i) => i);
    else this.#order = which ? which.map((i) => wrap(i, count, name)) : null;
  }

  get any(): boolean {
    return this.#order !== null;
  }

  wants(index: number): boolean {
    return this.#order?.includes(index) ?? false;
  }

  take(): Tensor[] | undefined {
    // One handle for each place, so that a layer listed twice can be disposed twice.
    return this.#order?.map((i, at, order) => {
      const t = this.found.get(i) as Tensor;
      return order.indexOf(i) === at ? t : t.alias();
    });
  }
}

function wrap(index: number, count: number, name: string): number {
  if (!Number.isInteger(index) || index < -count || index >= count)
    throw new ArgumentError(`${name}: indices must be from ${-count} to ${count - 1}, got ${index}`);
  return index < 0 ? index + count : index;
}
