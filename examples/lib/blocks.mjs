// The blocks of code of a page, run as they stand there: the page is a test, and its pictures come from it.

/** @typedef {{ lang: string, name: string, place: string, code: string }} Block place: where it runs; default node */
/** @typedef {{ line: string, expected: string, actual: unknown }} Claim a line that ends with `// => value` */

/** Every fenced block of a page: ```lang name place. @param {string} markdown @returns {Block[]} */
export function fencesOf(markdown) {
  return [...markdown.matchAll(/^```(\S*) ?(\S*) ?(\S*)\n(.*?)^```$/gms)].map(
    ([, lang, name, place, code]) => ({ lang, name, place: place || 'node', code }),
  );
}

/** The blocks ```js name. @param {string} markdown @returns {Block[]} */
export function blocksOf(markdown) {
  return fencesOf(markdown).filter(({ lang }) => lang === 'js');
}

/** What a block imports, by module. @param {string} code @returns {string[]} */
export function importsOf(code) {
  return [...code.matchAll(/^import (?!type )[^;]*? from '([^']+)';$/gm)].map(([, from]) => from);
}

/**
 * A block as the body of a function of `modules` and `claim`, which gives back its constants by name: imports are
 * taken from `modules`, and every line that ends with `// => value` tells `claim` what it gives.
 * @param {string} code
 */
export function bodyOf(code) {
  const body = code
    .replace(/^import type [^;]*;$/gm, '')
    .replace(/^import (\{[^}]*\}) from '([^']+)';$/gm, (_, names, from) => {
      const renamed = names.replace(/\btype \w+,?/g, '').replace(/ as /g, ': ');
      return `const ${renamed} = modules[${JSON.stringify(from)}];`;
    })
    .replace(
      /^(.+); \/\/ => (.+)$/gm,
      (_, expression, expected) =>
        `claim(${JSON.stringify(expression)}, ${JSON.stringify(expected)}, ${expression});`,
    );
  if (/\/\/ =>/.test(body)) throw new Error(`a value that no expression of one line gives:\n${body}`);
  const names = [
    ...code.matchAll(/^(?:using|const|let) (?:(\w+)(?:: [^=]+)? =|[[{] ?(.+?) ?[\]}] =)/gm),
  ].flatMap(([, one, more]) => (one ? [one] : namesIn(more)));
  return `${body}\nreturn { ${names.join(', ')} };`;
}

const AsyncFunction = /** @type {FunctionConstructor} */ (
  Object.getPrototypeOf(async () => undefined).constructor
);

/**
 * Runs a block; what it imports comes from `fovea`.
 * @param {string} code
 * @param {Record<string, unknown>} fovea the package's exports
 * @param {Readonly<Record<string, unknown>>} [others] what else it may import, by module
 * @param {(body: string) => string} [compile] makes JavaScript of the body; default: it is JavaScript
 * @returns {Promise<{ values: Record<string, any>, claims: Claim[] }>} its constants by name, and what its claims say
 */
export async function run(code, fovea, others = {}, compile = (body) => body) {
  /** @type {Claim[]} */
  const claims = [];
  const claim = (/** @type {string} */ line, /** @type {string} */ expected, /** @type {unknown} */ actual) =>
    claims.push({ line, expected, actual: plain(actual) });
  const values = await new AsyncFunction('modules', 'claim', compile(bodyOf(code)))(
    { fovea, ...others },
    claim,
  );
  return { values, claims };
}

/** `{ a }, b: c` -> a, c: what a destructuring declares. @param {string} pattern */
function namesIn(pattern) {
  return [...pattern.matchAll(/(\w+)(?!\s*:|\w)/g)].map(([name]) => name);
}

/** Tensors as lists. @param {any} value */
function plain(value) {
  return typeof value?.tolist === 'function' ? value.tolist() : value;
}

/**
 * Whether a value is the one that is written, numbers to the digits written.
 * @param {unknown} actual @param {string} expected
 */
export function agrees(actual, expected) {
  const decimals = Math.max(0, ...[...expected.matchAll(/\.(\d+)/g)].map(([, digits]) => digits.length));
  // Half a unit of the last digit, and what a decimal fraction loses in binary.
  const tolerance = 0.5 * 10 ** -decimals + 1e-9;
  return same(actual, new Function(`return ${expected}`)(), decimals ? tolerance : 0);
}

/** @param {any} a @param {any} b @param {number} tolerance @returns {boolean} */
function same(a, b, tolerance) {
  if (Array.isArray(b))
    return Array.isArray(a) && a.length === b.length && b.every((x, i) => same(a[i], x, tolerance));
  return typeof b === 'number' && typeof a === 'number' ? Math.abs(a - b) <= tolerance : a === b;
}
