import { setFlagsFromString } from 'node:v8';
import { measureCase, share } from './case.mjs';
import { suites, UsageError } from './options.mjs';
import { rivals } from './rivals/index.mjs';
import { limits } from './roofline/limits.mjs';

/**
 * @typedef {import('./contract.d.ts').Contestant} Contestant
 * @typedef {ReturnType<typeof import('./options.mjs').parseOptions>} Options
 */

/** Unless the suite says otherwise. */
const THREADS = 1;

/** @param {Options} options @returns {Promise<import('./contract.d.ts').Suite | { main: (options: Options) => Promise<boolean> }>} */
export async function suiteOf(options) {
  // Relaxed SIMD is behind a flag in the V8 of Node 20, and on in every later one.
  if (options.variant === 'relaxed' && process.versions.v8.startsWith('11.3.'))
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  const module = await suites[options.suite]();
  // One that compares nobody, or in its own way, measures by itself.
  if ('main' in module) return module;
  return 'build' in module ? module.build(options) : module.suite;
}

/**
 * Measures the cases of a suite in this process.
 * @param {Options} options @param {(name: string) => void} done told each case that is
 * @returns {Promise<import('./contract.d.ts').Row[]>}
 */
export async function compare(options, done = () => {}) {
  const suite = await suiteOf(options);
  if ('main' in suite) throw new Error(`${options.suite} compares nobody`);
  const cases = suite.cases.filter(({ name, full }) =>
    options.cases ? options.cases.includes(name) : !(full && options.quick),
  );
  if (cases.length === 0)
    throw new UsageError(`--case: ${options.suite} has ${suite.cases.map(({ name }) => name).join(', ')}`);
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
    rows.push(
      /** @type {import('./contract.d.ts').Row} */ ({
        suite: options.suite,
        case: each.name,
        variant: options.variant,
        threads,
        node: process.versions.node,
        flops: each.flops,
        ours,
        share: ours && limit ? share(each, ours.ms, bytes, limit, threads) : undefined,
        rivals: Object.fromEntries(
          timed.map(({ name, version }) => [name, { version, ...outcomes.get(name) }]),
        ),
      }),
    );
    done(each.name);
  }
  for (const contestant of contestants) await contestant.dispose();
  return rows;
}

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
