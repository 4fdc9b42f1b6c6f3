// What the first file of the bundle has of the others: each is read when something of it is first asked for.
import { createRequire } from 'node:module';

/** Written out one by one, so that bundlers that follow such words bring the files along. */
const FILES = {
  ops: () => new URL('./ops.cjs', import.meta.url),
  nn: () => new URL('./nn.cjs', import.meta.url),
  optim: () => new URL('./optim.cjs', import.meta.url),
  models: () => new URL('./models.cjs', import.meta.url),
};

function open(name) {
  const url = FILES[name]();
  let given;
  // A part is a function of those below it: it shares their classes.
  createRequire(url)(`.${url.pathname.slice(url.pathname.lastIndexOf('/'))}`)(parts, (names) => {
    given = names;
  });
  return given;
}

let first;
let ops;
let nn;
let optim;
let models;

export const parts = {
  get first() {
    return (first ??= parts.own());
  },
  get ops() {
    return (ops ??= open('ops'));
  },
  get nn() {
    return (nn ??= open('nn'));
  },
  get optim() {
    return (optim ??= open('optim'));
  },
  get models() {
    return (models ??= open('models'));
  },
};

/** An object of these names, whose values are there at once (`own`) or are properties of what `from` opens. */
export function room(names, own, from, prototype) {
  const made = {};
  for (const name of names.split(' '))
    if (Object.hasOwn(own, name)) made[name] = own[name];
    else Object.defineProperty(made, name, { get: () => from()[name], enumerable: true });
  return Object.freeze(Object.setPrototypeOf(made, prototype));
}
