import { Bench } from 'tinybench';

/**
 * Times contestants in turns. A shared machine is faster one second and slower the next; in rounds of a few
 * hundred milliseconds every contestant meets the same weather, and the median leaves out the gusts.
 */

/** In one round a contestant runs for this long, and at least once. */
const SLICE_MS = 60;
const MIN_ROUNDS = 5;
/** Of runs that take seconds. */
const LEAST_ROUNDS = 2;
const MAX_ROUNDS = 40;
/** Long enough for V8 to replace the baseline code of the hot WebAssembly functions by optimized code. */
const WARMUP_MS = 400;
const WARMUP_RUNS = 3;

/** Processor time of this process: steadier than the wall on a busy machine, meaningless with more threads. */
const cpuClock = {
  name: 'cpu',
  fn: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  fromMs: (ms) => ms * 1000,
  toMs: (microseconds) => Number(microseconds) / 1000,
};

/** @param {number[]} values @returns {number} */
export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @param {ReadonlyMap<string, import('./contract.d.ts').Job>} jobs each of which has run once
 * @param {ReadonlyMap<string, number>} first milliseconds of that run: one that takes long needs neither another for
 *   warming up nor many rounds
 * @param {{ seconds: number, clock: 'wall' | 'cpu' }} options `seconds` bounds the rounds of all contestants
 *   together, once the least number of rounds is done
 * @returns {Promise<Map<string, { ms: number, runs: number }>>} the median of all runs, and their number
 */
export async function interleave(jobs, first, { seconds, clock }) {
  const names = [...jobs.keys()];
  for (const name of names)
    await warmUp(/** @type {import('./contract.d.ts').Job} */ (jobs.get(name)), first.get(name) ?? 0);
  const round = [...first.values()].reduce((sum, ms) => sum + ms, 0);
  const leastRounds = Math.max(LEAST_ROUNDS, Math.min(MIN_ROUNDS, Math.floor((seconds * 1000) / round)));
  const samples = new Map(names.map((name) => [name, /** @type {number[]} */ ([])]));
  const end = performance.now() + seconds * 1000;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (round >= leastRounds && performance.now() > end) break;
    const bench = new Bench({
      warmup: false,
      iterations: 1,
      time: SLICE_MS,
      retainSamples: true,
      throws: true,
      timestampProvider: clock === 'cpu' ? cpuClock : 'performanceNow',
    });
    // Another contestant goes first each time, so that none always inherits the same one's caches.
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + i) % names.length];
      bench.add(name, () => jobs.get(name)?.run(), { async: true });
    }
    for (const task of await bench.run()) {
      if (task.result.state !== 'completed') throw new Error(`${task.name}: ${task.result.state}`);
      samples.get(task.name)?.push(...(task.result.latency.samples ?? []));
    }
  }
  return new Map(names.map((name) => [name, summary(samples.get(name) ?? [])]));
}

/** @param {import('./contract.d.ts').Job} job @param {number} spent milliseconds of the run that was */
async function warmUp(job, spent) {
  const start = performance.now() - spent;
  for (
    let runs = 1;
    performance.now() - start < WARMUP_MS || (runs < WARMUP_RUNS && spent < WARMUP_MS);
    runs++
  )
    await job.run();
}

/** @param {number[]} samples */
function summary(samples) {
  return { ms: median(samples), runs: samples.length };
}
