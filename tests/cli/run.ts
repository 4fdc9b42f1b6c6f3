// Runs the built command line as a user does: in a process of its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  /** Called with each piece of stdout; may send a signal or close the pipe. */
  readonly onOutput?: (child: ReturnType<typeof spawn>) => void;
}

export function fovea(args: readonly string[], { stdin = '', onOutput }: RunOptions = {}): Promise<Outcome> {
  if (!existsSync(MAIN)) throw new Error('the command line is not built: npm run build');
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, HF_HUB_OFFLINE: '1' } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
    onOutput?.(child);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
