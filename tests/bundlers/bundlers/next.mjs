// Next.js by its own commands: one page, the same isolated, one route on Node and one in its edge sandbox.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const directory = fileURLToPath(new URL('../next', import.meta.url));
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };

export const { version } = require('next/package.json');

function next(...args) {
  const child = spawn(process.execPath, [require.resolve('next/dist/bin/next'), ...args], {
    cwd: directory,
    env,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const ended = new Promise((done) => child.on('exit', done));
  return { child, ended, said: () => said };
}

export async function build() {
  const { ended, said } = next('build');
  if ((await ended) !== 0) throw new Error(`next build\n${said()}`);
}

/** @returns the origin, and how to stop */
export async function start() {
  const { child, ended, said } = next('start', '-H', '127.0.0.1', '-p', '0');
  const close = async () => {
    child.kill();
    await ended;
  };
  for (let i = 0; i < 300 && child.exitCode === null; i++) {
    const [, origin] = /Local:\s+(http:\/\/\S+)/.exec(said()) ?? [];
    if (origin && said().includes('Ready')) return { origin, close };
    await new Promise((done) => setTimeout(done, 100));
  }
  await close();
  throw new Error(`next start\n${said()}`);
}
