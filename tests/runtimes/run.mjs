// npm run test:runtimes: the packed tarball in every runtime at hand.  Prints a table runtime × check with the
// digests, fails when one differs, and leaves the rows in .cache/runtimes.json for the README's table
// (scripts/platforms.mjs).
import { parseArgs } from 'node:util';
import { CHECKS } from './app/list.mjs';
import { installRuntimes } from './install.mjs';
import { installPacked } from './pack.mjs';
import { writeReport } from './report.mjs';
import { RUNTIMES } from './runtimes.mjs';
import { compare, drawTable } from './table.mjs';

const { values } = parseArgs({
  // Runtimes whose name begins so, with commas between.
  options: { only: { type: 'string', default: '' } },
});

const wanted = values.only.toLowerCase().split(',').filter(Boolean);
const chosen = RUNTIMES.filter(
  ({ name }) => wanted.length === 0 || wanted.some((start) => name.toLowerCase().startsWith(start)),
);
if (chosen.length === 0) throw new Error(`--only: there are ${RUNTIMES.map(({ name }) => name).join('; ')}`);

/** @param {import('./runtimes.mjs').Runtime} runtime @returns {Promise<import('./table.mjs').Row>} */
async function rowOf(runtime, folder) {
  const { name, threads, door } = runtime;
  const program = runtime.find();
  if (!program) return { name, door, missing: `not installed (${runtime.where})` };
  const row = { name, door, threads, version: runtime.version(program) };
  const start = performance.now();
  try {
    const { checks, features, error } = await runtime.run(program, folder);
    return { ...row, checks, features, ...(error && { error }) };
  } catch (error) {
    return { ...row, error: String(error) };
  } finally {
    console.error(`  ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
}

let problem = '';
try {
  installRuntimes();
} catch (error) {
  problem = `some runtimes could not be installed: ${error}`;
}
const app = installPacked();
const rows = [];
try {
  console.error(`fovea ${app.version} from its tarball:`);
  for (const runtime of chosen) rows.push(await rowOf(runtime, app.folder));
} finally {
  app.remove();
}
const verdicts = compare(rows, CHECKS);
console.log(drawTable(verdicts, CHECKS));
if (problem) console.log(problem);
const count = (status) => verdicts.filter((verdict) => verdict.status === status).length;
const [passed, failed, missing] = ['passed', 'failed', 'missing'].map(count);
console.log(`\nruntimes: ${passed} passed, ${failed} failed, ${missing} missing`);
const complete = chosen.length === RUNTIMES.length;
writeReport('runtimes', { passed, failed, skipped: missing }, { complete, rows });
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
