// Engines and arenas for tests: one per variant that this runtime can run.
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { createEngine, type Engine } from '../src/node.js';
import { probe } from '../src/runtime/probe.js';

/** `body` declares tests; it runs for every variant.  The engine exists from beforeAll on. */
export function everyEngine(title: string, body: (engine: () => Engine, variant: string) => void): void {
  describe.each(['simd', 'relaxed'] as const)(`${title} [%s]`, (variant) => {
    if (variant === 'relaxed' && !probe().relaxedSimd) {
      test.skip('not supported by this runtime', () => {});
      return;
    }
    let engine: Engine;
    beforeAll(async () => {
      engine = await createEngine({ variant });
    });
    afterAll(() => engine.dispose());
    body(() => engine, variant);
  });
}
