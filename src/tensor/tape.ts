// Reverse-mode differentiation.  The tape is passive: it stores what an op hands it (a closure and the
// tensors that the closure needs) and knows no op.  Each op keeps forward and backward side by side.
//
// A Variable is the identity of a differentiable value, shared by all handles and aliases of it.
// Handles and nodes count as owners of a Variable; when the last owner goes, so does the node that
// made it, and with it the tensors it had saved.  So a graph that is never used leaks nothing.
import { ArgumentError } from '../errors.js';
import type { Arena } from './arena.js';
import type { Tensor } from './tensor.js';

/**
 * The gradients of an op's inputs, in order, from the gradient of its output.  `saved` are the tensors
 * given to record(); `needs[i]` says whether input i wants its gradient (return null where it does not).
 */
export type Backward = (dy: Tensor, saved: readonly Tensor[], needs: readonly boolean[]) => (Tensor | null)[];

class Node {
  released = false;
  constructor(
    readonly order: number,
    readonly inputs: readonly (Variable | null)[],
    readonly saved: readonly Tensor[],
    readonly backward: Backward,
  ) {
    for (const v of inputs) v?.retain();
  }

  /** Frees what was saved; the node stays as a mark that the graph has been used up. */
  release(): void {
    if (this.released) return;
    this.released = true;
    for (const t of this.saved) t?.dispose(); // absent ones were recorded as such
    for (const v of this.inputs) v?.release();
  }
}

export class Variable {
  /** The gradient of a leaf, accumulated by every backward(). */
  grad: Tensor | null = null;
  #owners = 0;

  constructor(readonly node: Node | null) {}

  get isLeaf(): boolean {
    return this.node === null;
  }

  retain(): this {
    this.#owners++;
    return this;
  }

  release(): void {
    if (--this.#owners > 0) return;
    this.node?.release();
    this.grad?.dispose();
    this.grad = null;
  }
}

let clock = 0;

/**
 * Hands an op's backward to the tape and returns its output.  Costs nothing unless gradients are
 * enabled and an input requires one.
 */
export function record(
  y: Tensor,
  inputs: readonly (Tensor | null | undefined)[],
  saved: readonly (Tensor | null | undefined)[],
  backward: Backward,
): Tensor {
  if (!y.arena.gradEnabled || !inputs.some((t) => t?.requiresGrad)) return y;
  const variables = inputs.map((t) => t?.variable ?? null);
  // Aliases outlive the scope in which the op ran; they belong to the node.
  const kept = saved.map((t) => t?.alias().keep() as Tensor);
  y.attach(new Variable(new Node(++clock, variables, kept, backward)));
  return y;
}

/** Runs `body` without recording. */
export function noGrad<T>(arena: Arena, body: () => T): T {
  const before = arena.gradEnabled;
  arena.gradEnabled = false;
  try {
    return body();
  } finally {
    arena.gradEnabled = before;
  }
}

/** How the tape adds two gradients and starts with one; given by ops/, which the tape may not import. */
export interface Accumulator {
  /** into += delta, same shape, both dense */
  accumulate(into: Tensor, delta: Tensor): void;
  /** a dense copy of its own */
  copy(t: Tensor): Tensor;
}

/**
 * Propagates `dy` (the gradient of some scalar with respect to `root`) to every leaf that `root` was
 * computed from, adding to `leaf.grad`.  The graph is freed unless `retainGraph`.
 * @throws ArgumentError if `root` requires no gradient, or its graph has already been used up
 */
export function propagate(root: Tensor, dy: Tensor, retainGraph: boolean, how: Accumulator): void {
  const start = root.variable;
  if (!start) throw new ArgumentError('backward() of a tensor that does not require a gradient');
  const { arena } = root;
  noGrad(arena, () =>
    arena.scope(() => {
      const sums = new Map<Variable, Sum>();
      add(sums, start, dy.alias(), how);
      const variables = newestFirst(start);
      if (variables.some((v) => (v.node as Node).released))
        throw new ArgumentError('backward() a second time through the same graph: pass retainGraph: true');
      // While nodes are freed one by one, nothing that is still to come may go with them.
      for (const variable of variables) variable.retain();
      try {
        for (const variable of variables) step(variable, sums, retainGraph, how);
      } finally {
        for (const variable of variables) variable.release();
      }
    }),
  );
}

/** From the gradient of one value to those of what it was computed from. */
function step(variable: Variable, sums: Map<Variable, Sum>, retainGraph: boolean, how: Accumulator): void {
  const node = variable.node as Node;
  const sum = sums.get(variable);
  sums.delete(variable);
  if (!sum) return;
  const { arena } = sum.tensor;
  const needs = node.inputs.map((v) => v !== null);
  const parts = arena.scope(() => node.backward(sum.tensor, node.saved, needs));
  parts.forEach((part, i) => {
    const input = node.inputs[i];
    if (input && part) add(sums, input, part === sum.tensor ? part.alias() : part, how);
  });
  sum.tensor.dispose();
  if (!retainGraph) node.release();
}

/** A gradient on its way; `own` says that nobody else sees its memory, so that it may be added to. */
interface Sum {
  tensor: Tensor;
  own: boolean;
}

function add(sums: Map<Variable, Sum>, variable: Variable, part: Tensor, how: Accumulator): void {
  if (variable.isLeaf) {
    if (variable.grad) how.accumulate(variable.grad, part);
    else variable.grad = how.copy(part).keep();
    return;
  }
  const sum = sums.get(variable);
  if (!sum) {
    sums.set(variable, { tensor: part, own: false });
    return;
  }
  if (!sum.own) {
    const copy = how.copy(sum.tensor);
    sum.tensor.dispose();
    sum.tensor = copy;
    sum.own = true;
  }
  how.accumulate(sum.tensor, part);
  part.dispose();
}

/** The computed values that `start` depends on, each before what it was computed from. */
function newestFirst(start: Variable): Variable[] {
  const seen = new Set<Variable>();
  const stack = [start];
  for (let v = stack.pop(); v; v = stack.pop()) {
    if (v.isLeaf || seen.has(v)) continue;
    seen.add(v);
    for (const input of (v.node as Node).inputs) if (input) stack.push(input);
  }
  return [...seen].sort((a, b) => (b.node as Node).order - (a.node as Node).order);
}
