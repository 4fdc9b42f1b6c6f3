import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * What the page is made of: every suite as its own command, so that one that fails takes nothing else with it.  One Node
 * is enough for most; another V8 compiles the products and the encoder otherwise.
 * `seconds` is for a case; a quick run takes a third of that, and leaves out what is `full`.
 * @type {readonly { args: string[], seconds?: number, full?: boolean }[]}
 */
export const PLAN = [
  { args: ['roofline'] },
  { args: ['roofline', '--variant', 'relaxed'] },
  { args: ['gemm'], seconds: 3 },
  { args: ['gemm', '--variant', 'relaxed', '--rivals', 'onnxruntime-web'], seconds: 2, full: true },
  { args: ['gemm', '--node', '24'], seconds: 1.5, full: true },
  {
    args: ['gemm', '--node', '24', '--variant', 'relaxed', '--rivals', 'onnxruntime-web'],
    seconds: 2,
    full: true,
  },
  { args: ['gemv'], seconds: 1.5 },
  { args: ['attention'], seconds: 2 },
  { args: ['encoder'], seconds: 4 },
  { args: ['encoder', '--node', '24'], seconds: 2, full: true },
  { args: ['encoder', '--dtype', 'q8'], seconds: 3 },
  { args: ['encoder', '--dtype', 'q8', '--node', '24'], seconds: 3 },
  { args: ['decode'], seconds: 3 },
  { args: ['decode', '--node', '24', '--rivals', 'onnxruntime-web'], seconds: 3 },
  { args: ['wllama'] },
  { args: ['threads'], seconds: 3 },
  { args: ['training'], seconds: 4, full: true },
  { args: ['startup'] },
  { args: ['memory'] },
];

const run = fileURLToPath(new URL('../run.mjs', import.meta.url));

/**
 * Runs the plan and gives every line as it comes.
 * @param {{ quick: boolean, clock: string, say: (text: string) => void }} options
 * @returns {AsyncGenerator<Record<string, unknown>>} what the suites print; `{ suite, failed }` for one that fails
 */
export async function* measure({ quick, clock, say }) {
  for (const { args, seconds, full } of PLAN) {
    if (quick && full) continue;
    const extra = [
      ...(seconds ? ['--seconds', String(quick ? seconds / 3 : seconds)] : []),
      ...(quick ? ['--quick'] : []),
      // Of several threads, processor time says nothing.
      ...(args[0] === 'threads' ? [] : ['--clock', clock]),
    ];
    const start = performance.now();
    const child = spawn(process.execPath, ['--no-warnings', run, ...args, '--json', ...extra], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaint = '';
    child.stderr.on('data', (text) => {
      complaint = `${complaint}${text}`.slice(-2000);
    });
    const ended = new Promise((done) => child.on('close', done));
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{')) yield { ...JSON.parse(line), args: args.slice(1) };
    }
    const code = await ended;
    const took = ((performance.now() - start) / 1000).toFixed(0);
    say(`${args.join(' ')}: ${code === 0 ? 'done' : 'failed'} in ${took} s`);
    if (code !== 0) {
      say(complaint);
      yield { suite: args[0], args: args.slice(1), failed: true };
    }
  }
}
