#!/usr/bin/env node
/**
 * Held-out figures of the models that come with the package:
 *
 *     npm run eval -- dates|sort|shakespeare [--model DIR] [--json]
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** @type {Record<string, () => Promise<{ evaluateFolder: (folder: string) => Promise<Record<string, unknown>> }>>} */
const EVALUATIONS = {
  dates: () => import('./dates/evaluate.mjs'),
  sort: () => import('./sort/evaluate.mjs'),
  shakespeare: () => import('./shakespeare/evaluate.mjs'),
};

const usage = `usage: npm run eval -- ${Object.keys(EVALUATIONS).join('|')} [--model DIR] [--json]\n`;

const { values, positionals } = parseArgs({
  options: {
    model: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

/** @param {string} name */
async function evaluate(name) {
  const folder = values.model ?? fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
  if (!existsSync(join(folder, 'config.json'))) {
    process.stderr.write(`SKIPPED: there is no model in ${folder}; examples/train/${name}.mjs makes one\n`);
    return;
  }
  const { evaluateFolder } = await EVALUATIONS[name]();
  const figures = await evaluateFolder(folder);
  if (values.json) process.stdout.write(`${JSON.stringify({ model: name, ...figures })}\n`);
  else
    for (const [key, value] of Object.entries(figures))
      process.stdout.write(`${key.padEnd(14)}${show(value)}\n`);
}

/** @param {unknown} value */
function show(value) {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const [name] = positionals;
if (values.help) process.stdout.write(usage);
else if (positionals.length !== 1 || !Object.hasOwn(EVALUATIONS, name)) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else
  await evaluate(name).catch((error) => {
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 1;
  });
