#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { measureCase, share } from './case.mjs';
import { parseOptions, suites, UsageError, usage } from './options.mjs';
import { figureLine, figureText, jsonLine, table } from './report.mjs';
import { rivals } from './rivals/index.mjs';
import { limits } from './roofline/limits.mjs';

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

/** @param {Options} options */
async function main(options) {
  // Relaxed SIMD is behind a flag in the V8 of Node 20, and on in every later one.
  if (options.variant === 'relaxed' && process.versions.v8.startsWith('11.3.')) {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
  const module = await suites[options.suite]();
  if ('main' in module) {
    // A suite that compares nobody measures by itself.
    if (!(await module.main(options))) process.exitCode = 1;
    return;
  }
  const suite = 'build' in module ? module.build(options) : module.suite;
  const cases = suite.cases.filter(({ name, full }) =>
    options.cases ? options.cases.includes(name) : !(full && options.quick),
  );
  if (cases.length === 0) {
    throw new UsageError(`--case: ${options.suite} has ${suite.cases.map(({ name }) => name).join(', ')}`);
  }
  const limit = options.withOurs ? await limits(options.variant) : undefined;
  const contestants = await (suite.open?.(options) ?? openAll(options, suite));
  const others = options.withOurs ? contestants.slice(1) : contestants;
  const threads = suite.threads ?? THREADS;
  const rows = [];
  for (const each of cases) {
    const { outcomes, bytes } = await measureCase(each, contestants, options);
    const timed = others.filter(({ name }) => outcomes.has(name));
    const ours = /** @type {import('./contract.d.ts').Timing | undefined} */ (
      options.withOurs ? outcomes.get(contestants[0].name) : undefined
    );
    const row = /** @type {import('./contract.d.ts').Row} */ ({
      suite: options.suite,
      case: each.name,
      variant: options.variant,
      threads,
      flops: each.flops,
      ours,
      share: ours && limit ? share(each, ours.ms, bytes, limit, threads) : undefined,
      rivals: Object.fromEntries(
        timed.map(({ name, version }) => [name, { version, ...outcomes.get(name) }]),
      ),
    });
    rows.push(row);
    if (options.json) process.stdout.write(`${jsonLine(row)}\n`);
    else process.stderr.write(`${each.name} done\n`);
  }
  if (!options.json) process.stdout.write(`${table(rows)}\n`);
  for (const contestant of contestants) await contestant.dispose();
  if (options.withOurs && suite.figures) {
    for (const figure of await suite.figures({ rows, variant: options.variant }))
      process.stdout.write(
        `${options.json ? figureLine(options.suite, options.variant, figure) : figureText(figure)}\n`,
      );
  }
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
