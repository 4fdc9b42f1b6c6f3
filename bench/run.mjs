#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { interleave } from './measure.mjs';
import { parseOptions, suites, UsageError, usage } from './options.mjs';
import { jsonLine, table } from './report.mjs';
import { rivals } from './rivals/index.mjs';

/**
 * @typedef {import('./contract.d.ts').Contestant} Contestant
 * @typedef {ReturnType<typeof parseOptions>} Options
 */

/** Unless the suite says otherwise. */
const THREADS = 1;

/**
 * Everyone who takes part, fovea first.
 * @param {Options} options @param {import('./contract.d.ts').Suite} suite
 * @returns {Promise<Contestant[]>}
 */
async function openAll({ withOurs, rivals: wanted, variant }, { rivals: able = wanted }) {
  const contestants = [];
  if (withOurs) contestants.push(await (await import('./ours.mjs')).open({ threads: THREADS, variant }));
  for (const name of wanted.filter((each) => able.includes(each))) {
    try {
      contestants.push(await (await rivals[name]()).open({ threads: THREADS, variant }));
    } catch (error) {
      if (!/MODULE_NOT_FOUND$/.test(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) throw error;
      throw new UsageError(`${name} is not installed; run: npm run bench:setup`);
    }
  }
  if (contestants.length === 0) throw new UsageError('nobody takes part');
  return contestants;
}

/**
 * Loads one case in every contestant, checks what they compute, then times them.
 * @param {import('./contract.d.ts').Case} benchCase
 * @param {readonly Contestant[]} contestants
 * @param {Options} options
 */
async function measureCase(benchCase, contestants, options) {
  /** @type {Map<string, import('./contract.d.ts').Job>} */
  const jobs = new Map();
  try {
    for (const contestant of contestants) jobs.set(contestant.name, await benchCase.load(contestant));
    const outputs = new Map();
    for (const [name, job] of jobs) outputs.set(name, Float32Array.from(await job.run()));
    benchCase.check(outputs);
    return await interleave(jobs, options);
  } finally {
    for (const job of jobs.values()) await job.dispose();
    benchCase.release();
  }
}

/** @param {Options} options */
async function main(options) {
  const module = await suites[options.suite]();
  if ('main' in module) {
    // A suite that compares nobody measures by itself.
    if (!(await module.main(options))) process.exitCode = 1;
    return;
  }
  const { suite } = module;
  const cases = suite.cases.filter(({ name }) => !options.cases || options.cases.includes(name));
  if (cases.length === 0) {
    throw new UsageError(`--case: ${options.suite} has ${suite.cases.map(({ name }) => name).join(', ')}`);
  }
  // Relaxed SIMD is behind a flag in the V8 of Node 20, and on in every later one.
  if (options.variant === 'relaxed' && process.versions.v8.startsWith('11.3.')) {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
  const contestants = await (suite.open?.(options) ?? openAll(options, suite));
  const others = options.withOurs ? contestants.slice(1) : contestants;
  const rows = [];
  for (const each of cases) {
    const timings = await measureCase(each, contestants, options);
    const timed = ({ name, version }) => [name, { version, ...timings.get(name) }];
    const row = {
      suite: options.suite,
      case: each.name,
      variant: options.variant,
      threads: suite.threads ?? THREADS,
      flops: each.flops,
      ours: options.withOurs ? timings.get(contestants[0].name) : undefined,
      rivals: Object.fromEntries(others.map(timed)),
    };
    rows.push(row);
    if (options.json) process.stdout.write(`${jsonLine(row)}\n`);
    else process.stderr.write(`${each.name} done\n`);
  }
  if (!options.json) process.stdout.write(`${table(rows)}\n`);
  for (const contestant of contestants) await contestant.dispose();
  if (!options.whole) return;
  if (!suite.whole) throw new UsageError(`--whole: ${options.suite} has no such run`);
  const figures = { suite: options.suite, variant: options.variant, ...(await suite.whole(options)) };
  const line = options.json
    ? JSON.stringify(figures)
    : Object.entries(figures)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ');
  process.stdout.write(`${line}\n`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else await main(options);
} catch (error) {
  // Told here and not thrown on: tfjs's backend catches what nobody else does, and would print its own source.
  if (error instanceof UsageError) process.stderr.write(`bench: ${error.message}\n\n${usage}`);
  else console.error(error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
