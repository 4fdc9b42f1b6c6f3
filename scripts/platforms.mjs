// The README's table of platforms, from what `npm run test:runtimes` saw.  Run after it, this writes docs/platforms.json
// and the table; with --check it says whether the table is that of the file and the file that of the tests.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHECKS } from '../tests/runtimes/app/list.mjs';
import { RUNTIMES } from '../tests/runtimes/runtimes.mjs';
import { compare, threadsOf } from '../tests/runtimes/table.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [SEEN, KEPT, README] = ['.cache/runtimes.json', 'docs/platforms.json', 'README.md'].map(
  (f) => root + f,
);
const [BEGIN, END] = ['<!-- platforms: written by scripts/platforms.mjs -->', '<!-- end of platforms -->'];

/** @typedef {{ name: string, version: string, door: string, relaxedSimd: boolean, threads: boolean }} Platform */

/** @returns {Platform[]} @throws if a runtime was left out, is missing or failed */
function platformsSeen() {
  const { complete, rows } = JSON.parse(readFileSync(SEEN, 'utf8'));
  const bad = compare(rows, CHECKS).filter(({ status }) => status !== 'passed');
  if (!complete || bad.length > 0)
    throw new Error(
      `every runtime must have passed: ${bad.map(({ row, status }) => `${row.name} ${status}`)}`,
    );
  return rows.map((row) => ({
    name: row.name,
    // To the part that says something about what it can do.
    version: row.version
      .split(/[.-]/)
      .slice(0, row.name === 'workerd' ? 3 : 2)
      .join(row.name === 'workerd' ? '-' : '.'),
    door: row.door,
    relaxedSimd: row.features.relaxedSimd,
    threads: threadsOf(row) > 1,
  }));
}

/** @param {readonly Platform[]} platforms */
function table(platforms) {
  const cells = [
    ['Runtime', 'Tested', 'Same bits', 'Threads', 'Relaxed SIMD', 'Entry'],
    ...platforms.map(({ name, version, door, relaxedSimd, threads }) => [
      name,
      version,
      'yes',
      threads ? 'yes' : 'no',
      relaxedSimd ? 'yes' : 'no',
      `\`${door}\``,
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  cells.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return cells.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`).join('\n');
}

const readme = readFileSync(README, 'utf8');
const begin = readme.indexOf(BEGIN);
const end = readme.indexOf(END);
if (begin < 0 || end < begin) throw new Error(`README.md must have the lines ${BEGIN} and ${END}`);
/** @param {readonly Platform[]} platforms */
const withTable = (platforms) =>
  `${readme.slice(0, begin) + BEGIN}\n\n${table(platforms)}\n\n${readme.slice(end)}`;

if (process.argv.includes('--check')) {
  const kept = JSON.parse(readFileSync(KEPT, 'utf8'));
  const names = (list) => list.map(({ name, door }) => `${name} (${door})`).join(', ');
  const problems = [];
  if (names(kept) !== names(RUNTIMES))
    problems.push(`tested are ${names(RUNTIMES)}; docs/platforms.json has ${names(kept)}`);
  if (withTable(kept) !== readme) problems.push('the table in README.md is not that of docs/platforms.json');
  if (problems.length > 0) {
    console.error(`${problems.join('\n')}\nnpm run test:runtimes && node scripts/platforms.mjs`);
    process.exit(1);
  }
} else {
  const platforms = platformsSeen();
  writeFileSync(KEPT, `${JSON.stringify(platforms, null, 2)}\n`);
  writeFileSync(README, withTable(platforms));
}
