import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { fresh } from '../fresh/spawn.mjs';
import { median } from '../measure.mjs';
import { figureLine, figureText, jsonLine, table } from '../report.mjs';

/**
 * From import to the first product of 128×384 and 384×384, in a new process each time, files in the system's cache.
 * The clock is processor time, all threads of the process together: what a machine has to do, however many cores it
 * does it on.
 */
const ROUNDS = 5;
const [M, K, N] = [128, 384, 384];

/** @param {{ json: boolean, rivals: string[], quick: boolean }} options @returns {Promise<boolean>} */
export async function main({ json, rivals, quick }) {
  const names = ['fovea', ...rivals];
  /** @type {Map<string, number[]>} */
  const times = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < (quick ? 2 : ROUNDS); round++)
    for (const name of names) times.get(name)?.push((await fresh('startup', name)).cpu_ms);
  const timing = (name) => ({ ms: median(times.get(name) ?? []), runs: times.get(name)?.length ?? 0 });
  const row = {
    suite: 'startup',
    case: 'import to first product',
    variant: 'simd',
    threads: 1,
    flops: 2 * M * K * N,
    ours: timing('fovea'),
    rivals: Object.fromEntries(
      await Promise.all(
        rivals.map(async (name) => [name, { version: await versionOf(name), ...timing(name) }]),
      ),
    ),
  };
  process.stdout.write(json ? `${jsonLine(row)}\n` : `${table([row])}\n`);
  /** @param {string} step */
  const alone = async (step) => {
    const times = [];
    for (let round = 0; round < ROUNDS; round++) times.push((await fresh(step, 'fovea')).cpu_ms);
    return median(times);
  };
  const bytes = await readFile(new URL('../../build/simd.wasm', import.meta.url));
  for (const figure of [
    // What is left when none of our JavaScript is read: Node's and V8's own time, and the product's.
    { name: 'the same by the module alone', unit: 'ms', value: await alone('bare') },
    { name: 'compile simd.wasm', unit: 'ms', value: await alone('compile') },
    { name: 'simd.wasm, gzipped', unit: 'kB', value: gzipSync(bytes, { level: 9 }).length / 1000 },
  ])
    process.stdout.write(`${json ? figureLine('startup', 'simd', figure) : figureText(figure)}\n`);
  return true;
}

/** @param {string} name @returns {Promise<string>} */
async function versionOf(name) {
  const folder = name === 'tfjs-wasm' ? '@tensorflow/tfjs-backend-wasm' : name;
  const file = new URL(`../rivals/node_modules/${folder}/package.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')).version;
}
