// JSON as a hostile file deserves it: strict UTF-8 and no key twice in one object.  `JSON.parse` keeps
// the last of two equal keys without a word, so two readers may see different tensors in one file.

/** Decodes UTF-8; throws TypeError on any malformed sequence, and keeps a byte order mark visible. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** A JSON object, as opposed to null, an array or a scalar. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parses JSON and throws SyntaxError on text that is not JSON or that repeats a key within an object.
 * The objects are ordinary ones; `JSON.parse` defines `__proto__` as a plain own property, so walking
 * them with `Object.entries` is safe, and copying entries into a Map is safer.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw new SyntaxError(`the key ${JSON.stringify(repeated)} occurs twice`);
  return value;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The first key that an object holds twice.  `text` must be valid JSON, which makes one flat scan enough. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === OPEN) open.push(new Set());
    else if (c === CLOSE) open.pop();
    else if (c === QUOTE) {
      const start = i;
      // Most of such a file is strings, and a search goes through them faster than this loop would.
      do i = text.indexOf('"', i + 1);
      while (isEscaped(text, i));
      let next = i + 1;
      while (isSpace(text.charCodeAt(next))) next++;
      if (text.charCodeAt(next) !== COLON) continue;
      // Compared unescaped: "\u0061" and "a" are one key.
      const key = JSON.parse(text.slice(start, i + 1)) as string;
      const keys = open[open.length - 1];
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** Whether the character at `i` has an odd number of backslashes before it. */
function isEscaped(text: string, i: number): boolean {
  let begin = i;
  while (text.charCodeAt(begin - 1) === BACKSLASH) begin--;
  return (i - begin) % 2 === 1;
}

function isSpace(c: number): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
}
