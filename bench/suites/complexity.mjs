import { readFile, writeFile } from 'node:fs/promises';
import { path, sequential } from '../complexity/experiment.mjs';
import { agrees, exponent } from '../complexity/fit.mjs';
import { kinds, whole } from '../complexity/kinds.mjs';
import { draw } from '../complexity/plot.mjs';
import { sweep } from '../complexity/sweep.mjs';
import { complexityTable } from '../complexity/table.mjs';
import { normal } from '../random.mjs';

/**
 * Self-attention, recurrence, convolution and full connection: time against n and d with fitted exponents beside
 * the theory's, operations that wait for one another, and the longest path.
 *
 * @typedef {import('../complexity/kinds.mjs').Kind} Kind
 * @typedef {{ at: object, sizes: readonly number[], ms: number[], exponent: number, theory: number, agrees: boolean }} Timing
 * @typedef {{ n: readonly number[], steps: number[], exponent: number, theory: number, agrees: boolean }} Count
 * @typedef {object} Result
 * @property {string} kind
 * @property {string} term
 * @property {Partial<Record<'n' | 'd' | 'k', Timing>>} time
 * @property {Count & { calls: number[] }} sequential kernel calls of one layer, and the longest chain of them
 * @property {Count & { layers: number[] }} path from the first position to the last: layers, and kernels in a chain
 * @property {{ k: number[], n: number, layers: number[] }} [taps] the path of a convolution by its width
 */

const LENGTHS = [8, 16, 32, 64];
/** Seconds for the rounds of one series, as a part of those for a case of the other suites. */
const SHARE = 1 / 4;

/**
 * @param {{ json: boolean, variant: string, cases: string[] | undefined, seconds: number, svg: string | undefined }} options
 * @returns {Promise<boolean>} whether every fitted exponent agrees with the theory
 */
export async function main({ json, variant, cases, seconds, svg }) {
  const fovea = await import('fovea');
  const engine = await fovea.createEngine({ variant: /** @type {'simd' | 'relaxed'} */ (variant) });
  const workshop = await openWorkshop(variant);
  /** @type {Result[]} */
  const results = [];
  for (const kind of kinds.filter(({ name }) => !cases || cases.includes(name))) {
    const result = {
      kind: kind.name,
      term: kind.term,
      time: timings(kind, fovea.nn, engine, seconds * SHARE),
      ...(await counts(kind, workshop)),
    };
    results.push(result);
    if (json) process.stdout.write(`${JSON.stringify({ suite: 'complexity', variant, ...result })}\n`);
    else process.stderr.write(`${kind.name} done\n`);
  }
  engine.dispose();
  if (!json) process.stdout.write(`${complexityTable(results)}\n`);
  if (svg) await writeFile(svg, draw(results));
  return results.every((r) =>
    [...Object.values(r.time), r.sequential, r.path].every((measured) => measured.agrees),
  );
}

/** Our classes from dist/, for engines whose kernels are watched. @param {string} variant */
async function openWorkshop(variant) {
  const [{ Arena }, { Tensor }, { createMemory, instantiate }, { nn }] = await Promise.all([
    import('../../dist/tensor/arena.js'),
    import('../../dist/tensor/tensor.js'),
    import('../../dist/runtime/instantiate.js'),
    import('fovea'),
  ]);
  const bytes = await readFile(new URL(`../../build/${variant}.wasm`, import.meta.url));
  return { Arena, Tensor, createMemory, nn, instantiate: (memory) => instantiate(bytes, memory) };
}

/** @param {Kind} kind @returns {Result['time']} */
function timings(kind, nn, engine, seconds) {
  /** @type {Result['time']} */
  const time = {};
  for (const [axis, { sizes, at }] of Object.entries(kind.series)) {
    const theory = kind.theory[/** @type {'n'} */ (axis)] ?? 0;
    const jobs = sizes.map((value) => job(kind, nn, engine, { ...at, [axis]: value }));
    const measured = sweep(sizes, jobs, seconds);
    for (const { dispose } of jobs) dispose();
    const ms = measured.ms.map((t) => round(t, 4));
    time[/** @type {'n'} */ (axis)] = { at, sizes, ms, ...judged(measured.exponent, theory) };
  }
  return time;
}

/** One layer over one input. @param {Kind} kind @returns {import('../contract.d.ts').Job & { dispose(): void }} */
function job(kind, nn, engine, sizes) {
  const size = whole(sizes);
  const layer = kind.layer(nn, engine, size);
  layer.pack();
  const x = engine.tensor(normal(size.n * size.d * size.rows, 1), kind.shape(size));
  return {
    run: () => engine.scope(() => layer.forward(x).data),
    dispose: () => {
      layer.dispose();
      x.dispose();
    },
  };
}

/** @param {Kind} kind @param {import('../complexity/experiment.mjs').Workshop} workshop */
async function counts(kind, workshop) {
  const inOneLayer = [];
  const across = [];
  for (const n of LENGTHS) {
    inOneLayer.push(await sequential(workshop, kind.name, n));
    across.push(await path(workshop, kind.name, n));
  }
  const steps = inOneLayer.map((c) => c.steps);
  const far = across.map((c) => c.steps);
  const calls = inOneLayer.map((c) => c.calls);
  const layers = across.map((c) => c.layers);
  const result = {
    sequential: { n: LENGTHS, steps, calls, ...judged(exponent(LENGTHS, steps), kind.sequential) },
    path: { n: LENGTHS, steps: far, layers, ...judged(exponent(LENGTHS, far), kind.path) },
  };
  return kind.theory.k ? { ...result, taps: await byTaps(kind, workshop) } : result;
}

/** A convolution sees further with more taps: how many layers its path is. */
async function byTaps(kind, workshop) {
  const [k, n] = [[3, 5, 9, 17], 65];
  const layers = [];
  for (const taps of k) layers.push((await path(workshop, kind.name, n, { k: taps })).layers);
  return { k, n, layers };
}

function judged(p, theory) {
  return { exponent: round(p, 3), theory, agrees: agrees(p, theory) };
}

/** @param {number} value @param {number} digits */
function round(value, digits) {
  return Number(value.toFixed(digits));
}
