import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../options.mjs';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));

/**
 * The cases of a suite, measured in a process of their own.
 * @param {ReturnType<typeof import('../options.mjs').parseOptions>} options
 * @param {string} [program] another Node than this one
 * @returns {Promise<import('../contract.d.ts').Row[]>}
 */
export async function inProcess(options, program = process.execPath) {
  const running = fork(child, [JSON.stringify(options)], {
    execPath: program,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  /** @type {{ rows?: import('../contract.d.ts').Row[], usage?: boolean, error?: string }} */
  const { rows, usage, error } = await new Promise((done) => {
    running.on('message', done);
    running.on('exit', (code, signal) =>
      done({ error: `a process of the suite ended with ${signal ?? code}` }),
    );
  });
  if (rows) return rows;
  throw usage ? new UsageError(error) : new Error(error);
}
