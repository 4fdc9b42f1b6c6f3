import { normal } from '../random.mjs';
import { kinds, whole } from './kinds.mjs';
import { Trace } from './trace.mjs';

/**
 * Counts and paths, found by running layers on a traced engine. The sizes are small: what is counted does not
 * depend on the width.
 */

/**
 * @typedef {object} Workshop what the experiments are made of: our own classes, from dist/ or from src/
 * @property {(maxPages: number) => WebAssembly.Memory} createMemory
 * @property {(memory: WebAssembly.Memory) => Promise<any>} instantiate
 * @property {any} Arena
 * @property {any} nn
 * @property {any} Tensor
 * @typedef {ReturnType<typeof whole>} Size
 */

const WIDTH = 4;
const PAGES = 1024;
/** Addresses begin above this, sizes stay below: so the two can be told apart among a kernel's arguments. */
const GAP = 1 << 16;
/** A path that has not been found after so many layers is none. */
const LAYERS = 200;

/** @param {Workshop} workshop @param {Trace} [leader] */
async function traced({ createMemory, instantiate, Arena }, leader) {
  const memory = createMemory(PAGES);
  const trace = new Trace(memory, await instantiate(memory), leader);
  const arena = new Arena(memory, trace.kernels, 'simd', PAGES);
  arena.alloc(GAP);
  trace.follow(arena);
  return { trace, arena };
}

/** @param {string} name */
function kindOf(name) {
  const kind = kinds.find((k) => k.name === name);
  if (!kind) throw new Error(`no kind is named ${name}`);
  return kind;
}

/** A layer with its input; its weights are there, as in every call but the first. */
function ready({ nn, Tensor }, arena, kind, size) {
  const layer = kind.layer(nn, arena, size);
  layer.pack();
  const x = Tensor.from(arena, normal(size.n * size.d, 1), kind.shape(size));
  arena.scope(() => {
    layer.forward(x);
  });
  return { layer, x };
}

/**
 * One layer over n positions: how many kernels ran, and how many of them had to wait for one another.
 * @param {Workshop} workshop @param {string} name @param {number} n
 * @returns {Promise<{ calls: number, steps: number }>}
 */
export async function sequential(workshop, name, n) {
  const { trace, arena } = await traced(workshop);
  const { layer, x } = ready(workshop, arena, kindOf(name), whole({ n, d: WIDTH }));
  trace.record(() => layer.forward(x));
  const result = { calls: trace.steps, steps: trace.longest };
  arena.dispose();
  return result;
}

/**
 * The way from the first position to the last: layer upon layer until the last output depends on the first input,
 * and the chain of kernels through which it does.
 * @param {Workshop} workshop @param {string} name @param {number} n @param {Partial<Size>} [rest]
 * @returns {Promise<{ layers: number, steps: number }>}
 */
export async function path(workshop, name, n, rest = {}) {
  const kind = kindOf(name);
  const size = whole({ n, d: WIDTH, ...rest });
  const calm = await traced(workshop);
  const stirred = await traced(workshop, calm.trace);
  const sides = [calm, stirred].map(({ trace, arena }) => ({ trace, ...ready(workshop, arena, kind, size) }));
  for (const i of kind.position(0, size)) sides[1].x.data[i] = Number.NaN;
  const last = kind.position(n - 1, size);
  for (let layers = 1; layers <= LAYERS; layers++) {
    for (const side of sides) {
      side.x = side.trace.record(() => side.layer.forward(side.x));
      if (!side.x.isContiguous) throw new Error(`${name}: an output that is not dense`);
    }
    const { x, trace } = sides[1];
    if (last.some((i) => Number.isNaN(x.data[i]))) {
      const steps = trace.depthOf(last.map((i) => x.ptr + 4 * i));
      for (const { arena } of [calm, stirred]) arena.dispose();
      return { layers, steps };
    }
  }
  throw new Error(`${name}: the last position never saw the first`);
}
