import { open } from '../ours.mjs';
import { inputs } from '../shapes.mjs';
import { encoderCase } from './encoder.mjs';

/** What two threads make of the long encoder: the ratio is one thread's time over theirs. */
const THREADS = 2;

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
  cases: inputs.filter(({ length }) => length === 512).map((input) => ({ ...encoderCase(input), check })),
  async open({ variant }) {
    const many = await open({ threads: THREADS, variant });
    const one = await open({ threads: 1, variant });
    return [many, { ...one, name: 'one-thread' }];
  },
};
