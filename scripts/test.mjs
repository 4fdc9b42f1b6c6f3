// The whole test: lint, types, every suite on this Node, the kernel suites again on a newer one, and the packed
// package in every runtime that npm has or that is installed.
// Ends with one line for all of it: N passed, N failed, N skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installRuntimes, programOf } from '../tests/runtimes/install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const major = Number(process.versions.node.split('.')[0]);
const total = { passed: 0, failed: 0, skipped: 0 };

function step(title, command, args, options = {}) {
  console.log(`\n── ${title}`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  return status === 0;
}

/** A check without a count of its own counts as one test. */
function check(title, args) {
  total[step(title, process.execPath, args) ? 'passed' : 'failed']++;
}

function jest(title, node, args = []) {
  const report = `${root}.cache/jest.json`;
  mkdirSync(`${root}.cache`, { recursive: true });
  rmSync(report, { force: true });
  const flags = ['--experimental-vm-modules', '--no-warnings'];
  // On by default from V8 11.4; Node 20 has 11.3 and needs to be asked.
  if (node === process.execPath && major < 21) flags.push('--experimental-wasm-relaxed-simd');
  step(title, node, [...flags, 'node_modules/jest/bin/jest.js', '--json', `--outputFile=${report}`, ...args]);
  if (!existsSync(report)) {
    total.failed++; // jest itself died
    return;
  }
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  total.passed += numPassedTests;
  total.failed += numFailedTests + numRuntimeErrorTestSuites;
  total.skipped += numPendingTests;
}

/** A suite with a script of its own, which leaves its counts in .cache/. */
function suite(title, script, name, ...options) {
  const report = `${root}.cache/${name}.json`;
  rmSync(report, { force: true });
  step(title, process.execPath, [`${root}${script}`, ...options]);
  if (!existsSync(report)) {
    total.failed++; // it died before it could count
    return;
  }
  const { passed, failed, skipped } = JSON.parse(readFileSync(report, 'utf8'));
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

if (!existsSync(`${root}../shared/conformance`))
  console.log('!! ../shared is not here: the conformance suites that read it are SKIPPED');

check('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']);
check('types', ['node_modules/typescript/bin/tsc', '--noEmit']);
check('sizes', ['scripts/size.mjs']);
try {
  installRuntimes(); // before jest, which runs a block of the docs in workerd
} catch (error) {
  console.log(`!! ${error}`);
}
jest(`jest, Node ${process.versions.node}`, process.execPath);
if (major < 24) {
  // Relaxed SIMD needs no flag there, and V8 compiles kernels differently.
  const newer = programOf('Node 24');
  if (newer) jest('jest on a newer Node: kernels', newer, ['tests/kernels']);
  else {
    console.log('!! there is no newer Node to be had: its run of the kernel suites is SKIPPED');
    total.skipped++;
  }
}
suite('the package, packed', 'tests/runtimes/package.mjs', 'tarball'); // package.json in .cache/ would be a package
suite('the packed package in every runtime', 'tests/runtimes/run.mjs', 'runtimes');
// What a cold start costs is told, not judged: this machine may be at work on something else.
suite('the edge example', 'tests/runtimes/edge.mjs', 'edge', '--any-time');

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
