import { UsageError } from '../options.mjs';
import { open } from '../ours.mjs';
import { decodeCase, WORK } from './decode.mjs';
import { encoderCase } from './encoder.mjs';

/**
 * What two threads make of the long encoder, in f32 and q8, and of a decoder's prompts, in q8 and (the short one) q4:
 * the ratio is one thread's time over theirs.
 */
const THREADS = 2;
const LONG = { batch: 1, length: 512 };
const prompts = WORK.filter(({ steps }) => steps === 0);
const dtypes = /** @type {const} */ (['f32', 'q8']);

/** The same arithmetic, so not a bit may differ. @param {ReadonlyMap<string, Float32Array>} outputs */
function check(outputs) {
  const [want, got] = [...outputs.values()].map(
    (values) => new Uint32Array(values.buffer, values.byteOffset, values.length),
  );
  const at = got.findIndex((word, i) => word !== want[i]);
  if (got.length !== want.length || at >= 0) throw new Error(`other bits with ${THREADS} threads, at ${at}`);
}

/** @type {import('../contract.d.ts').Suite} */
export const suite = {
  threads: THREADS,
  cases: [
    ...dtypes.map((dtype) => encoderCase(LONG, dtype)),
    ...prompts.map((work) => decodeCase(work, 'q8')),
    { ...decodeCase(prompts[0], 'q4'), full: true },
  ].map((each) => ({ ...each, check })),
  async open({ variant, clock }) {
    if (clock === 'cpu')
      throw new UsageError('threads: processor time is the same for any number of them; use --clock wall');
    const many = await open({ threads: THREADS, variant });
    const one = await open({ threads: 1, variant });
    return [many, { ...one, name: 'one-thread' }];
  },
};
