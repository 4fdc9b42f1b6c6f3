import { median } from '../measure.mjs';
import { exponent } from './fit.mjs';

/**
 * Times a job at several sizes. What else runs on a shared machine slows everything down for a while, by half as
 * much again if it shares the core; so each round goes over all sizes within some tens of milliseconds and is
 * fitted by itself, every other one backwards, and the median of the fits is the exponent. Processor time: the wall
 * would also count what others do in between.
 */

/** A job is repeated for so long, so that the clock's microseconds do not matter. */
const SAMPLE_MS = 4;
/** V8 needs this long to replace the baseline code of the hot functions. */
const WARMUP_MS = 300;
const WARMUP_RUNS = 3;
const MIN_ROUNDS = 7;
const MAX_ROUNDS = 60;

/**
 * @param {readonly number[]} sizes
 * @param {readonly { run(): unknown }[]} jobs one for each size
 * @param {number} seconds for the rounds, once the least number of them is done
 * @returns {{ ms: number[], exponent: number, rounds: number }} ms are medians
 */
export function sweep(sizes, jobs, seconds) {
  for (const job of jobs) warmUp(job);
  /** @type {number[][]} */
  const rounds = [];
  const end = performance.now() + 1000 * seconds;
  while (rounds.length < MIN_ROUNDS || (rounds.length < MAX_ROUNDS && performance.now() < end)) {
    const order = jobs.map((_, i) => (rounds.length % 2 ? jobs.length - 1 - i : i));
    const times = new Array(jobs.length);
    for (const i of order) times[i] = sample(jobs[i]);
    rounds.push(times);
  }
  return {
    ms: sizes.map((_, i) => median(rounds.map((times) => times[i]))),
    exponent: median(rounds.map((times) => exponent(sizes, times))),
    rounds: rounds.length,
  };
}

function warmUp(job) {
  const end = performance.now() + WARMUP_MS;
  for (let runs = 0; runs < WARMUP_RUNS || performance.now() < end; runs++) job.run();
}

/** Milliseconds of processor time of one run. */
function sample(job) {
  const start = process.cpuUsage();
  for (let runs = 1; ; runs++) {
    job.run();
    const { user, system } = process.cpuUsage(start);
    if (user + system >= 1000 * SAMPLE_MS) return (user + system) / 1000 / runs;
  }
}
