#!/usr/bin/env node
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { page, sectionsOf } from './page.mjs';
import { measure } from './plan.mjs';
import { lengths, ratios, shares } from './plots.mjs';

const usage = `usage: npm run bench:report [-- options]

  --quick       a third of the time, and without what takes longest (about 10 minutes; whole about 30)
  --clock cpu   processor time instead of the wall's, for a machine that is not idle
  --from FILE   draw from the JSON of an earlier run instead (bench/results/)
  --out DIR     where benchmarks.md and images/ go (default docs)
`;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @param {{ quick: boolean, clock: string }} options @returns {Promise<import('./tables.mjs').Line[]>} also kept in bench/results/ */
async function run(options) {
  const lines = [
    /** @type {import('./tables.mjs').Line} */ ({ ...machine(), clock: options.clock, quick: options.quick }),
  ];
  const say = (text) => process.stderr.write(`${text}\n`);
  await mkdir(here('../results'), { recursive: true });
  const file = here(`../results/${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.jsonl`);
  for await (const line of measure({ ...options, say })) {
    lines.push(line);
    await writeFile(file, lines.map((each) => `${JSON.stringify(each)}\n`).join(''));
  }
  say(`kept in ${relative(process.cwd(), file)}`);
  return lines;
}

/** @param {readonly import('./tables.mjs').Line[]} lines @returns {Map<string, string>} SVG documents by name */
function pictures(lines) {
  /** @type {import('./tables.mjs').Line[]} */
  const compared = sectionsOf(lines)
    .filter(([name]) => !['threads', 'startup'].includes(name))
    .flatMap(([name, own]) =>
      own.map((line) => ({ ...line, suite: name.replace(/^encoder q8/, 'encoder') })),
    );
  const long = lines.filter((line) => line.suite === 'attention' && /^S\d+ d64 12 heads$/.test(line.case));
  const drawn = new Map([
    ['ratios', ratios(compared)],
    ['shares', shares(compared.filter((line) => line.share !== undefined))],
  ]);
  if (long.length > 1) drawn.set('attention', lengths(long));
  return drawn;
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    clock: { type: 'string', default: 'wall' },
    from: { type: 'string' },
    out: { type: 'string', default: here('../../docs') },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(usage);
else {
  const lines = values.from
    ? (await readFile(values.from, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : await run(values);
  const drawn = pictures(lines);
  const names = Object.fromEntries([...drawn.keys()].map((name) => [name, `images/benchmarks-${name}.svg`]));
  await mkdir(`${values.out}/images`, { recursive: true });
  for (const [name, svg] of drawn) await writeFile(`${values.out}/${names[name]}`, svg);
  const flags = [lines[0].quick ? '--quick' : '', lines[0].clock === 'cpu' ? '--clock cpu' : ''].filter(
    Boolean,
  );
  const command = ['npm run bench:report', ...(flags.length ? ['--', ...flags] : [])].join(' ');
  await writeFile(`${values.out}/benchmarks.md`, page(lines, { command, pictures: names }));
}
