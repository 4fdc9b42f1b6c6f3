// What a cold start costs: workerd is started for one request and ended after it, several times, once with the example
// and once with a Worker that does nothing.  The difference is what the example needs; the process is that of both.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { embedOnce } from './edge-calls.mjs';
import { buildWorker, serveWorker } from './workerd.mjs';

/** What the example promises; an isolate of Cloudflare has this much memory, here the whole process has. */
export const LIMITS = { ms: 50, bytes: 128 << 20 };
const TIMES = 7;

/** CPU time in ms of all threads, those that have ended too. @param {number} pid */
function cpuOf(pid) {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`))
    ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  return ns / 1e6;
}

/** Most memory that was resident at once, in bytes. @param {number} pid */
function peakOf(pid) {
  return 1024 * Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

/** @param {(url: string) => Promise<unknown>} request */
async function once(program, config, request) {
  const worker = await serveWorker(program, config);
  try {
    const started = cpuOf(worker.pid);
    await request(worker.url);
    return { started, ms: cpuOf(worker.pid), bytes: peakOf(worker.pid) };
  } finally {
    worker.program.stop();
  }
}

/**
 * CPU time of the process until the first answer, that of one that does nothing, and the difference; and memory.  Each
 * is the least of its runs, the one that the rest of the machine disturbed least, beside the median of the difference.
 * @param {string} program workerd @param {string} config of the example @param {string} folder for a Worker made here
 */
export async function measureColdStart(program, config, folder) {
  const nothing = await buildWorker({ entry: nothingIn(folder), out: folder });
  const runs = { ours: [], idle: [] };
  for (let i = 0; i < TIMES; i++) {
    runs.ours.push(await once(program, config, embedOnce));
    runs.idle.push(await once(program, nothing, (url) => fetch(url).then((r) => r.text())));
  }
  const of = (list, key) => Math.min(...list.map((run) => run[key]));
  const [processMs, idleMs] = [of(runs.ours, 'ms'), of(runs.idle, 'ms')];
  const sorted = runs.ours.map(({ ms }) => ms - idleMs).sort((a, b) => a - b);
  return {
    processMs,
    idleMs,
    ownMs: processMs - idleMs,
    medianMs: sorted[TIMES >> 1],
    startedMs: of(runs.ours, 'started') - of(runs.idle, 'started'),
    bytes: Math.max(...runs.ours.map(({ bytes }) => bytes)),
    idleBytes: of(runs.idle, 'bytes'),
  };
}

function nothingIn(folder) {
  const entry = `${folder}.mjs`;
  writeFileSync(entry, `export default { fetch: () => new Response('nothing') };`);
  return entry;
}

/** @param {Awaited<ReturnType<typeof measureColdStart>>} cost */
export function tellCost({ processMs, idleMs, ownMs, medianMs, startedMs, bytes, idleBytes }) {
  const ms = (value) => `${value.toFixed(1)} ms`;
  const mb = (value) => `${(value / 1048576).toFixed(1)} MiB`;
  return (
    `${ms(ownMs)} of CPU (${ms(startedMs)} while it starts, ${ms(ownMs - startedMs)} for the request; median of ${TIMES} ` +
    `${ms(medianMs)}; process ${ms(processMs)}, of which workerd itself ${ms(idleMs)}), peak memory of the whole ` +
    `process ${mb(bytes)} (workerd itself ${mb(idleBytes)})`
  );
}
