import { parseArgs } from 'node:util';
import { rivals } from './rivals/index.mjs';

export const suites = {
  gemm: () => import('./suites/gemm.mjs'),
  attention: () => import('./suites/attention.mjs'),
  gemv: () => import('./suites/gemv.mjs'),
  encoder: () => import('./suites/encoder.mjs'),
  decode: () => import('./suites/decode.mjs'),
  wllama: () => import('./suites/wllama.mjs'),
  startup: () => import('./suites/startup.mjs'),
  memory: () => import('./suites/memory.mjs'),
  complexity: () => import('./suites/complexity.mjs'),
  roofline: () => import('./suites/roofline.mjs'),
  accuracy: () => import('./suites/accuracy.mjs'),
  training: () => import('./suites/training.mjs'),
  threads: () => import('./suites/threads.mjs'),
};

/** Those that are installed for the runtimes' tests. */
const NODES = ['20', '22', '24', '26'];

export const usage = `usage: npm run -s bench -- SUITE [options]

suites: ${Object.keys(suites).join(', ')}

  --json             one line of JSON a case instead of a table
  --variant NAME     which build of fovea: simd (default) or relaxed
  --case NAME        only this case; may be repeated
  --rivals A,B       only these of: ${Object.keys(rivals).join(', ')}
  --rivals-only      leave fovea out
  --dtype NAME       encoder: its matrices in f32 (default), q8, q8_0, q4 or q4_1
  --whole            training: also the 2000 steps on the text, fovea alone (minutes)
  --seconds N        time for the rounds of a case, all contestants together (default 8)
  --node MAJOR       in another Node: 20, 22, 24 or 26, which npm has and tests/runtimes installs
  --once             in one process, without looking in another whether everybody was in a good state
  --quick            without the cases that take long, and fewer rounds where a suite says how many
  --clock wall|cpu   wall time (default), or processor time: steadier on a busy machine
  --svg FILE         complexity: also draw it
  --help

Rivals are installed by: npm run bench:setup
`;

const DTYPES = /** @type {const} */ (['f32', 'q8', 'q8_0', 'q4', 'q4_1']);

/** @param {string} name @returns {name is import('./contract.d.ts').DType} */
const isDType = (name) => DTYPES.includes(/** @type {any} */ (name));

/** A mistake on the command line, told to the user together with the usage. */
export class UsageError extends Error {}

/**
 * @param {string[]} args
 * @returns {{
 *   suite: keyof typeof suites, json: boolean, variant: string, cases: string[] | undefined, rivals: string[],
 *   withOurs: boolean, whole: boolean, quick: boolean, dtype: import('./contract.d.ts').DType, seconds: number, clock: 'wall' | 'cpu', svg: string | undefined,
 *   node: string | undefined, once: boolean, help: boolean,
 * }}
 * @throws {UsageError}
 */
export function parseOptions(args) {
  const { values, positionals } = parse(args);
  const [suite] = positionals;
  if (!values.help && (positionals.length !== 1 || !Object.hasOwn(suites, suite))) {
    throw new UsageError(`expected the name of one suite, got '${positionals.join(' ')}'`);
  }
  const names = values.rivals.split(',').filter(Boolean);
  for (const name of names) {
    if (!Object.hasOwn(rivals, name)) throw new UsageError(`--rivals: nobody is named '${name}'`);
  }
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new UsageError(`--seconds: expected a number above 0, got '${values.seconds}'`);
  const { clock } = values;
  if (clock !== 'wall' && clock !== 'cpu') {
    throw new UsageError(`--clock: expected wall or cpu, got '${clock}'`);
  }
  const { dtype } = values;
  if (!isDType(dtype)) throw new UsageError(`--dtype: expected ${DTYPES.join(', ')}, got '${dtype}'`);
  const { node } = values;
  if (node !== undefined && !NODES.includes(node))
    throw new UsageError(`--node: expected ${NODES.join(', ')}, got '${node}'`);
  return {
    suite: /** @type {keyof typeof suites} */ (suite),
    json: values.json,
    variant: values.variant,
    cases: values.case,
    rivals: names,
    withOurs: !values['rivals-only'],
    whole: values.whole,
    quick: values.quick,
    dtype,
    seconds,
    clock,
    svg: values.svg,
    node,
    once: values.once,
    help: values.help,
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        variant: { type: 'string', default: 'simd' },
        case: { type: 'string', multiple: true },
        rivals: { type: 'string', default: Object.keys(rivals).join(',') },
        'rivals-only': { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        dtype: { type: 'string', default: 'f32' },
        whole: { type: 'boolean', default: false },
        seconds: { type: 'string', default: '8' },
        clock: { type: 'string', default: 'wall' },
        svg: { type: 'string' },
        node: { type: 'string' },
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}
