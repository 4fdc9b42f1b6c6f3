import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/**
 * On what, when and by which versions: the first line of a run.
 * @returns {{ suite: 'machine', date: string, processor: string, processors: number, memory: number, load: number,
 *   system: string, node: string, v8: string, version: string, commit: string }}
 */
export function machine() {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return {
    suite: 'machine',
    date: new Date().toISOString().slice(0, 10),
    processor: processor(),
    processors: cpus().length,
    memory: Math.round(totalmem() / 2 ** 30),
    load: Number(loadavg()[0].toFixed(1)),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8.replace(/-node.*/, ''),
    version,
    commit: commit(),
  };
}

/** Names that hypervisors cut short are made whole by the family and model beside them. */
function processor() {
  const { model } = cpus()[0];
  try {
    const info = readFileSync('/proc/cpuinfo', 'utf8');
    const field = (name) => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(info)?.[1];
    return `${model}, family ${field('cpu family')}, model ${field('model')}`;
  } catch {
    return model;
  }
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
