// Programs that are started for one test and certainly ended after it, with all that they have started themselves.
import { spawn } from 'node:child_process';

/** @typedef {{ ended: Promise<string>, output: { stdout: string, stderr: string }, stop(): void }} Program */

/**
 * Starts a program as the head of a process group of its own.
 * @param {string} command @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, stdio?: import('node:child_process').StdioOptions }} options
 * @returns {Program & { child: import('node:child_process').ChildProcess }} `ended` tells how
 */
export function start(command, args, { cwd, env, stdio = ['ignore', 'pipe', 'pipe'] } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio, detached: true });
  const output = { stdout: '', stderr: '' };
  for (const name of /** @type {const} */ (['stdout', 'stderr']))
    child[name]?.setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  const ended = new Promise((done) => {
    child.on('error', (error) => done(String(error)));
    child.on('close', (code, signal) => done(signal ?? `exit code ${code}`));
  });
  const stop = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of it has ended already.
    }
  };
  return { child, ended, output, stop };
}

/**
 * What comes first: the wanted, or an error because the program ended or the time is up.
 * @template T @param {Promise<T>} wanted @param {Program} program @param {number} seconds
 * @returns {Promise<T>}
 */
export async function beforeEnd(wanted, { ended, output }, seconds) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(
      () => fail(new Error(`no result within ${seconds} s\n${output.stderr.slice(-2000)}`)),
      1000 * seconds,
    );
  });
  const died = ended.then((how) =>
    Promise.reject(new Error(`it ended (${how})\n${output.stderr.slice(-2000)}`)),
  );
  try {
    return await Promise.race([wanted, died, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program to its end. @returns {Promise<string>} what it printed; throws unless it ended well */
export async function run(command, args, { seconds = 120, ...options } = {}) {
  const program = start(command, args, options);
  const { output } = program;
  const failed = (how) => new Error(`${how}\n${(output.stderr + output.stdout).slice(-3000)}`);
  const well = program.ended.then((how) => {
    if (how !== 'exit code 0') throw failed(how);
    return output.stdout;
  });
  try {
    return await beforeEnd(well, { ...program, ended: new Promise(() => {}) }, seconds);
  } finally {
    program.stop();
  }
}
