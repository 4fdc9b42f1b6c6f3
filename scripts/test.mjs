// The whole test: lint, types, every suite on this Node, and the kernel suites again on a newer one.
// Ends with one line for all of it: N passed, N failed, N skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const engines = `${root}tests/engines/`;
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

/** A newer Node for the kernels: relaxed SIMD needs no flag there and V8 compiles them differently. */
function newerNode() {
  const { node: version } = JSON.parse(readFileSync(`${engines}package.json`, 'utf8')).dependencies;
  if (major >= Number(version.split('.')[0])) return null;
  const binary = `${engines}node_modules/node/bin/node`;
  if (!existsSync(binary)) {
    step(`installing Node ${version}`, 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: engines,
    });
    step('unpacking it', process.execPath, ['installArchSpecificPackage.js'], {
      cwd: `${engines}node_modules/node`,
    });
  }
  return binary;
}

if (!existsSync(`${root}../shared/conformance`))
  console.log('!! ../shared is not here: the conformance suites that read it are SKIPPED');

check('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']);
check('types', ['node_modules/typescript/bin/tsc', '--noEmit']);
jest(`jest, Node ${process.versions.node}`, process.execPath);
const newer = newerNode();
if (newer) jest('jest on a newer Node: kernels', newer, ['tests/kernels']);

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
