// Errors over the wire: what is thrown in the worker is thrown in the page, of the same class.
import * as ours from '../errors.js';
import type { WireError } from './protocol.js';

/** By name; a bundler that renames the classes does not rename what they are exported as. */
const CLASSES: Readonly<Record<string, { readonly prototype: Error }>> = {
  TypeError,
  RangeError,
  SyntaxError,
  ...ours,
};

/** Longer chains of causes are cut. */
const DEPTH = 5;

export function toWire(error: unknown, depth = DEPTH): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), fields: {} };
  const { name, message, stack, cause } = error;
  // What cannot be cloned (functions, responses) stays behind; our own fields are numbers, texts and lists.
  const fields = Object.fromEntries(Object.entries(error).filter(([, value]) => isPlain(value)));
  return {
    name,
    message,
    fields,
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && depth > 0 && { cause: toWire(cause, depth - 1) }),
  };
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value === 'object' && value !== null)
    return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
  return typeof value !== 'function' && typeof value !== 'symbol';
}

/** A real Error, `instanceof` its class; the constructor is not run, because it would make another message. */
export function fromWire({ name, message, stack, fields, cause }: WireError): Error {
  const error = new Error(message, cause && { cause: fromWire(cause) });
  Object.setPrototypeOf(error, Object.hasOwn(CLASSES, name) ? CLASSES[name].prototype : Error.prototype);
  Object.assign(error, fields);
  for (const [key, value] of [
    ['name', name],
    ['stack', stack],
  ])
    if (key && value !== undefined)
      Object.defineProperty(error, key, { value, configurable: true, writable: true });
  return error;
}
