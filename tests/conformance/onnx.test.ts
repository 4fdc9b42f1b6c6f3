// The ONNX operator cases on every variant: each is run, or listed as unsupported with its reason.
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Engine } from '../../src/node.js';
import { everyEngine } from '../engine.js';
import { describeShared } from '../shared.js';
import { ADAPTERS, EXACT } from './onnx/adapters.js';
import { Call } from './onnx/call.js';
import { allowedFor, excess, expectOutput } from './onnx/judge.js';
import { LISTED, reasonFor, UNSUPPORTED } from './onnx/unsupported.js';
import { wrongs } from './onnx/wrongs.js';
import { ONNX_FOLDER, type OnnxCase, onnxIndex, readOnnxCases } from './onnx-cases.js';

/** @throws unless every output of the case comes out right */
function run(engine: Engine, c: OnnxCase): void {
  const { arena } = engine;
  const before = arena.stats.blocks;
  arena.scope(() => {
    const outputs = ADAPTERS[c.op](new Call(engine, c));
    c.outputs.forEach((expected, i) => {
      if (!expected) return;
      const actual = outputs[i];
      if (!actual) throw new Error(`${expected.name} was not computed`);
      expectOutput(actual, expected, EXACT.has(c.op), c.name);
    });
  });
  const leaked = arena.stats.blocks - before;
  // The one block that may stay is the arena's scratch.
  if (leaked > 1) throw new Error(`${leaked} blocks were not given back`);
}

const index = onnxIndex();
const cases = index.flatMap(({ op }) => readOnnxCases(op));
const supported = cases.filter((c) => !reasonFor(c));
const listed = cases.filter((c) => reasonFor(c));

describeShared('ONNX operator cases', ONNX_FOLDER, () => {
  everyEngine('supported', (engine, variant) => {
    let passed = 0;
    test.each(supported)('$op: $name', (c) => {
      if (!ADAPTERS[c.op]) throw new Error(`${c.op} is neither supported nor listed as unsupported`);
      run(engine(), c);
      passed++;
    });

    test('what is listed as unsupported fails', () => {
      const works = listed.filter((c) => ADAPTERS[c.op] && succeeds(() => run(engine(), c)));
      expect(works.map((c) => c.name)).toEqual([]);
    });

    afterAll(() => {
      const counts = `${passed} passed, ${listed.length} unsupported, of ${cases.length}`;
      process.stderr.write(`ONNX cases [${variant}]: ${counts}\n`);
    });
  });

  describe('the tolerance can fail', () => {
    test.each(supported)('$op: $name', (c) => {
      for (const expected of c.outputs) {
        if (!expected) continue;
        const allowed = allowedFor(expected, EXACT.has(c.op), c.name);
        const accepted = wrongs(expected, allowed).filter(
          ({ values }) => excess(values, expected.data, allowed) <= 1,
        );
        expect(accepted.map((w) => w.what)).toEqual([]);
      }
    });
  });

  test('the list of what is unsupported is in order', () => {
    const hits = LISTED.map((l) => ({
      ...l,
      cases: cases.filter((c) => l.name === (l.whole ? c.op : c.name)),
    }));
    expect(hits.filter((h) => h.cases.length === 0).map((h) => h.name)).toEqual([]);
    // Each case once, and operators that are listed whole have no adapter.
    expect(hits.flatMap((h) => h.cases)).toHaveLength(listed.length);
    expect(LISTED.filter((l) => l.whole && ADAPTERS[l.name]).map((l) => l.name)).toEqual([]);
    expect(supported.length + listed.length).toBe(cases.length);
  });

  afterAll(() => {
    const lines = UNSUPPORTED.map(({ why }) => {
      const n = listed.filter((c) => reasonFor(c) === why).length;
      return `  ${String(n).padStart(3)} ${why}`;
    });
    process.stderr.write(['ONNX cases, unsupported:', ...lines, ''].join('\n'));
  });
});

function succeeds(body: () => void): boolean {
  try {
    body();
    return true;
  } catch {
    return false;
  }
}
