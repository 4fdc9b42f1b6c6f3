// Lines of a shell in the docs, checked without running them: programs, scripts, files and options must be there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { root } from './pages.js';

const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  scripts: Record<string, string>;
};

/** The commands of a block, without comments, continued lines joined. */
export function commandsIn(code: string): string[] {
  return code
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** What is wrong with a command. */
export function wrongIn(line: string): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  const [program, ...rest] = words;
  if (program === 'npm') return npm(rest);
  if (program === 'fovea') return fovea(rest);
  if (program === 'npx' && rest[0] === 'fovea') return fovea(rest.slice(1));
  if (program === 'node') {
    const file = rest.find((word) => !word.startsWith('-')) ?? '';
    return existsSync(root + file) ? [] : [`no file ${file}`];
  }
  if (program && ['deno', 'bun', 'wrangler', 'npx', 'curl', 'cd', 'git'].includes(program))
    return elsewhere(rest);
  return [`unknown program ${program}`];
}

/** Other people's programs: the files of ours that they are given must be there. */
function elsewhere(words: readonly string[]): string[] {
  const files = words.filter((word) => /^(examples|docs|tests|src|scripts)\//.test(word));
  return files.filter((file) => !existsSync(root + file)).map((file) => `no file ${file}`);
}

function npm(words: readonly string[]): string[] {
  const [verb = '', ...rest] = words.filter((word) => word !== '-s');
  if (['install', 'i', 'ci', 'pack'].includes(verb)) return [];
  const script = (verb === 'run' ? rest[0] : verb) ?? '';
  if (!Object.hasOwn(scripts, script)) return [`no script ${script}`];
  const dashes = rest.indexOf('--');
  return script === 'start' && dashes >= 0 ? options('demo', rest.slice(dashes + 1)) : [];
}

function fovea([command = '', ...rest]: readonly string[]): string[] {
  return options(command, rest);
}

const helps = new Map<string, string>();
function options(command: string, words: readonly string[]): string[] {
  let help = helps.get(command);
  if (help === undefined) {
    const { stdout, status } = spawnSync(process.execPath, ['dist/cli/main.js', command, '--help'], {
      cwd: root,
      encoding: 'utf8',
    });
    help = status === 0 ? stdout : '';
    helps.set(command, help);
  }
  if (help === '') return [`no command ${command}`];
  const known = help;
  return words
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.split('=')[0])
    .filter((word) => !new RegExp(`(^|[\\s,])${word}\\b`).test(known))
    .map((word) => `no option ${word}`);
}
