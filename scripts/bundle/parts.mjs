// Which module is in which file of the bundle, and what each file is asked for by the others.
import { relative, sep } from 'node:path';
import { closure } from './graph.mjs';

/** Of what the first file consists, with all that these import: what an engine and a matrix product need, and bases. */
const ROOTS = [
  'engine.js',
  'generate/generation.js',
  'kernels.js',
  'models/base.js',
  'ops/activation-kind.js',
  'ops/matmul.js',
  'ops/quantized.js',
  'runtime/node/beside.js',
];

/**
 * In the first file too, but what they import is late.  Whoever imports fovea has its classes at once, for
 * `instanceof` and `extends`; what only their methods need can wait.
 */
const LATE = [
  'bare.js',
  'deno.js',
  'models/cache.js',
  'models/define.js',
  'models/pointer.js',
  'models/seq2seq.js',
  'node.js',
  'ops/linear.js',
];

/** The other files, each with what is in none before it.  A part may take from those above it, and from the first. */
const PARTS = [
  ['ops', /^ops\//],
  ['nn', /^nn\//],
  ['optim', /^optim\//],
  ['models', /./],
];

export class Parts {
  /** @type {Map<string, Map<string, { file: string, name: string }>>} part -> name there -> where it is from */
  wanted = new Map(['first', ...PARTS.map(([part]) => part)].map((part) => [part, new Map()]));
  #first;
  #late;
  /** @type {Map<string, Set<string>>} */
  #taken = new Map();

  /** @param {string} dist folder @param {Map<string, import('./graph.mjs').Module>} modules */
  constructor(dist, modules) {
    this.dist = dist;
    this.modules = modules;
    this.#late = new Set(LATE.map((file) => dist + file));
    this.#first = new Set([
      ...closure(
        modules,
        ROOTS.map((file) => dist + file),
      ),
      ...this.#late,
    ]);
  }

  /** The parts beside the first. */
  get names() {
    return PARTS.map(([part]) => part);
  }

  /** @param {string} file @returns {string} */
  partOf(file) {
    if (this.#first.has(file)) return 'first';
    const path = relative(this.dist, file).replaceAll(sep, '/');
    return PARTS.find(([, pattern]) => pattern.test(path))?.[0] ?? '';
  }

  /** Whether what a module imports from other parts is read when it is used. */
  isLate(file) {
    return this.#late.has(file);
  }

  /** Every import that leads from one part into another is wanted of that. */
  wantImports() {
    const order = ['first', ...this.names];
    for (const [file, { imports }] of this.modules)
      for (const { to, names } of imports) {
        const [from, of] = [this.partOf(file), this.partOf(to)];
        if (from === of || this.#isDoor(file)) continue;
        if (order.indexOf(of) > order.indexOf(from) && !this.isLate(file))
          throw new Error(`${file} is in ${from} and imports from ${of}, which comes later: ${to}`);
        const key = `${from} ${to}`;
        this.#taken.set(key, new Set([...(this.#taken.get(key) ?? []), ...names]));
        for (const name of names) this.want(to, name);
      }
  }

  /** What the modules of a part import from a module of another. */
  taken(part, file) {
    return [...(this.#taken.get(`${part} ${file}`) ?? [])];
  }

  /** Files at the top that pass on what others make: the entry points take it from there. */
  #isDoor(file) {
    return /^(?:core|deno|index|node)\.js$/.test(relative(this.dist, file));
  }

  /** What a part calls something of one of its modules; from now on it is wanted of the part. */
  want(file, name) {
    const wanted = this.wanted.get(this.partOf(file)) ?? new Map();
    const value = this.modules.get(file)?.exports[name];
    for (let i = 0; ; i++) {
      const there = i === 0 ? name : `${name}$${i}`;
      const other = wanted.get(there);
      if (other && this.modules.get(other.file)?.exports[other.name] !== value) continue;
      if (!other) wanted.set(there, { file, name });
      return there;
    }
  }

  /** Where a value is made, among the modules of the first part or of the others. */
  find(value, first) {
    for (const [file, { exports, imports }] of this.modules) {
      if ((this.partOf(file) === 'first') !== first) continue;
      const found = Object.entries(exports).find(([, other]) => other === value);
      const passedOn = () => imports.some(({ to }) => this.#values(to).has(value));
      if (found && !passedOn()) return { file, name: found[0] };
    }
    return undefined;
  }

  #values(file) {
    return new Set(Object.values(this.modules.get(file)?.exports ?? {}));
  }
}
