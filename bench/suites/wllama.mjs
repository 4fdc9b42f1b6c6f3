import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { median } from '../measure.mjs';
import { UsageError } from '../options.mjs';
import { jsonLine, table } from '../report.mjs';
import { smollm2 } from '../shapes.mjs';
import { repeated } from '../sound/repeat.mjs';

/**
 * llama.cpp in WebAssembly against us in the same page of the same browser, one thread each unless asked otherwise: a
 * Llama of SmolLM2-135M's shape, the same random weights, theirs as a GGUF file that is written for this and deleted.
 * Our times are taken around the calls, theirs are its own.  What it writes is not compared, only that it is as many
 * tokens: the two quantise differently.
 */

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PACKAGE = here('../rivals/node_modules/@wllama/wllama/');
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Prompts of so many tokens, so many written behind them, and how often; a quick run leaves out what takes a minute. */
const WORK = [
  { length: 128, steps: 64, rounds: 2, quick: true },
  { length: 512, steps: 0, rounds: 1, quick: false },
];

/** @param {{ json: boolean, variant: string, quick: boolean, once: boolean }} options @returns {Promise<boolean>} */
export async function main({ json, variant, quick, once }) {
  const say = (text) => process.stderr.write(`${text}\n`);
  // Each time in new browsers, of which the witness leaves out what takes a minute.
  const rows = once
    ? await compare({ variant, quick })
    : await repeated(({ share }) => compare({ variant, quick: quick || share < 1 }), say);
  process.stdout.write(json ? rows.map((row) => `${jsonLine(row)}\n`).join('') : `${table(rows)}\n`);
  return true;
}

/** @param {{ variant: string, quick: boolean }} options @returns {Promise<import('../contract.d.ts').Row[]>} */
async function compare({ variant, quick }) {
  const { openPage, writeGguf, version } = await tools();
  const chromium = chromiumPath();
  if (!chromium)
    throw new UsageError('wllama: no Chromium in $PATH nor in $CHROMIUM (apt-get install chromium)');
  const folder = await mkdtemp(join(tmpdir(), 'fovea-gguf-'));
  const rows = [];
  try {
    for (const dtype of /** @type {const} */ (['q8', 'q4'])) {
      const model = join(folder, 'model.gguf');
      await writeGguf(model, smollm2, dtype);
      const files = new Map([
        ['/model.gguf', model],
        ['/wllama.wasm', join(PACKAGE, 'esm/wasm/wllama.wasm')],
        ['/relaxed.wasm', here('../../build/relaxed.wasm')],
      ]);
      const browser = await openPage(chromium, files);
      try {
        for (const { rival, ...row } of await measure(browser, { dtype, variant, quick }))
          rows.push({ ...row, rivals: { wllama: { version, browser: browser.version, ...rival } } });
      } finally {
        await browser.close();
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return rows;
}

async function tools() {
  try {
    const { version } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'));
    const [browser, gguf] = await Promise.all([
      import('../rivals/wllama/browser.mjs'),
      import('../rivals/wllama/gguf.mjs'),
    ]);
    return { ...browser, ...gguf, version };
  } catch (error) {
    if (!/ENOENT|MODULE_NOT_FOUND$/.test(/** @type {NodeJS.ErrnoException} */ (error).code ?? ''))
      throw error;
    throw new UsageError('wllama is not installed; run: npm run bench:setup');
  }
}

/** In turns: ours, theirs. */
async function measure({ page }, { dtype, variant, quick }) {
  const call = (name, ...args) =>
    page.evaluate(([method, given]) => globalThis.bench[method](...given), [name, args]);
  const { threads } = await call('load', 1);
  if (threads !== 1) throw new Error(`wllama: has ${threads} threads, asked for 1`);
  const rows = [];
  let turn = 0;
  for (const { length, steps, rounds } of WORK.filter((each) => each.quick || !quick)) {
    /** @type {Record<string, { ours: number[], theirs: number[] }>} */
    const times = { prefill: { ours: [], theirs: [] }, decode: { ours: [], theirs: [] } };
    for (let round = 0; round < (quick ? 1 : rounds); round++) {
      const ours = await call('ours', { config: smollm2, dtype, variant, length, steps, threads: 1 });
      // The first letter differs each time, so that nothing of an earlier prompt is of use; one token is the start's.
      const prompt = Array.from({ length: length - 1 }, (_, i) => LETTERS[(turn + i * i) % 26]).join('');
      turn++;
      const theirs = await call('theirs', prompt, steps);
      expectCounts(theirs, length, steps);
      times.prefill.ours.push(ours.prefill);
      times.prefill.theirs.push(theirs.prompt_ms);
      times.decode.ours.push(ours.decode);
      times.decode.theirs.push((theirs.predicted_ms / theirs.predicted_n) * steps);
    }
    for (const kind of /** @type {const} */ (['prefill', 'decode'])) {
      const count = kind === 'prefill' ? length : steps;
      if (count === 0) continue;
      const timing = (values) => ({ ms: median(values), runs: values.length });
      rows.push({
        suite: 'wllama',
        case: `${kind}-${count} ${dtype}`,
        variant,
        threads: 1,
        flops: 2 * 134.5e6 * count,
        ours: timing(times[kind].ours),
        rival: timing(times[kind].theirs),
      });
    }
  }
  await call('exit');
  return rows;
}

/** @param {{ prompt_n: number, predicted_n: number }} timings */
function expectCounts({ prompt_n, predicted_n }, length, steps) {
  if (prompt_n !== length || predicted_n < steps)
    throw new Error(
      `wllama: read ${prompt_n} and wrote ${predicted_n} tokens, expected ${length} and ${steps}`,
    );
}
