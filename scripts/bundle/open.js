// What the first file of the bundle has of the others: each is read when something of it is first asked for.
import { EngineError } from '../../dist/errors.js';

/** Written out one by one, so that bundlers that follow such words bring the files along. */
const FILES = {
  ops: () => new URL('./ops.cjs', import.meta.url),
  nn: () => new URL('./nn.cjs', import.meta.url),
  optim: () => new URL('./optim.cjs', import.meta.url),
  models: () => new URL('./models.cjs', import.meta.url),
};

function open(name) {
  const url = FILES[name]();
  const file = url.pathname.slice(url.pathname.lastIndexOf('/'));
  const { createRequire } = parts.createRequire ? parts : process.getBuiltinModule('node:module');
  const require = createRequire(url);
  /** @type {(parts: object) => object} A part is a function of those below it: it shares their classes. */
  let part;
  try {
    part = require(`.${file}`);
  } catch (cause) {
    if (cause?.code !== 'MODULE_NOT_FOUND') throw cause;
    throw new EngineError(
      `fovea's file ${url} is not there: a bundler should resolve packages by the condition 'module', or leave fovea out`,
      { cause },
    );
  }
  return part(parts);
}

const opened = {};

/** What each part gives, opened when it is asked for. */
export const parts = {
  /** From the entry points for a Node that does not hand out modules of its own at any time. */
  createRequire: undefined,
  /** What is in this file, for the others. */
  first: undefined,
  get ops() {
    opened.ops ??= open('ops');
    return opened.ops;
  },
  get nn() {
    opened.nn ??= open('nn');
    return opened.nn;
  },
  get optim() {
    opened.optim ??= open('optim');
    return opened.optim;
  },
  get models() {
    opened.models ??= open('models');
    return opened.models;
  },
};

/** An object of these names: what is in this file at once, and the rest from what `from` opens. */
export function room(names, from, prototype) {
  const { first } = parts;
  const made = {};
  for (const name of names.split(' '))
    if (name in first) made[name] = first[name];
    else Object.defineProperty(made, name, { get: () => from()[name], enumerable: true });
  return Object.freeze(Object.setPrototypeOf(made, prototype));
}
