import { interleave } from './measure.mjs';

/**
 * @typedef {import('./contract.d.ts').Job} Job
 * @typedef {import('./contract.d.ts').Timing | { error: string }} Outcome
 */

/**
 * Loads one case in every contestant, checks what they compute, then times them.  A rival that fails is noted, since
 * that is a result too; fovea may not.
 * @param {import('./contract.d.ts').Case} benchCase
 * @param {readonly import('./contract.d.ts').Contestant[]} contestants ours first, unless `withOurs` is false
 * @param {{ seconds: number, clock: 'wall' | 'cpu', withOurs: boolean }} options
 * @returns {Promise<{ outcomes: Map<string, Outcome>, bytes: number | undefined }>} of those who have such a thing;
 *   bytes of our weights
 */
export async function measureCase(benchCase, contestants, options) {
  /** @type {Map<string, Job>} */
  const jobs = new Map();
  /** @type {Map<string, Outcome>} */
  const outcomes = new Map();
  /** @type {Map<string, Float32Array>} */
  const outputs = new Map();
  /** @type {Map<string, number>} */
  const first = new Map();
  try {
    for (const contestant of contestants) {
      const { name } = contestant;
      try {
        const job = await benchCase.load(contestant);
        if (!job) continue;
        jobs.set(name, job);
        const start = performance.now();
        outputs.set(name, Float32Array.from(await job.run()));
        first.set(name, performance.now() - start);
      } catch (error) {
        if (options.withOurs && contestant === contestants[0]) throw error;
        // Not disposed of: what has run out of memory may fail at that too.
        jobs.delete(name);
        outcomes.set(name, { error: firstLine(error) });
      }
    }
    benchCase.check(outputs);
    for (const [name, timing] of await interleave(jobs, first, options)) outcomes.set(name, timing);
    return { outcomes, bytes: options.withOurs ? jobs.get(contestants[0].name)?.bytes : undefined };
  } finally {
    for (const job of jobs.values()) await job.dispose();
    benchCase.release();
  }
}

/**
 * Without the paths of the machine that built the engine.
 * @param {unknown} error some are numbers: addresses of C++ exceptions that nobody caught
 */
export function firstLine(error) {
  const text = error instanceof Error ? error.message : `error ${error}`;
  return text
    .split('\n')[0]
    .replace(/(\/[\w.+-]+){2,}(:\d+)? ?/g, '')
    .slice(0, 160);
}

/**
 * The least time that the machine leaves for a case over the time it took: its operations at the peak rate, or its
 * weights at the rate of a streaming read, whichever takes longer.
 * @param {import('./contract.d.ts').Case} benchCase
 * @param {number} ms
 * @param {number | undefined} bytes of all weights
 * @param {import('./contract.d.ts').Limits} limits of one thread
 * @param {number} threads
 */
export function share({ flops, limit = 'madd', reads = 0 }, ms, bytes, limits, threads) {
  const computing = flops / (limits[limit] * threads) / 1e6;
  const reading = (reads * (bytes ?? 0)) / limits.stream / 1e6;
  return Math.max(computing, reading) / ms;
}
