// What the entry points hand out: from the first file what is there, and for the rest something that opens a part when
// it is used.
const isClass = (value) => typeof value === 'function' && String(value).startsWith('class');
const isRoom = (value) =>
  value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === null;
const pair = (name, as) => (name === as ? name : `${name} as ${as}`);

/**
 * @param {import('./parts.mjs').Parts} parts
 * @param {Map<string, string>} modules the module behind each entry point, the one most are for first
 * @returns {{ exports: string[], entries: Map<string, string> }} the code of the first file's exports, and that of
 * the entry points
 */
export function doorsOf(parts, modules) {
  /** @type {Map<unknown, string>} */
  const names = new Map();
  const exports = [];
  const entries = new Map();
  const main = [...modules.keys()][0];
  for (const [entry, module] of modules) {
    const handed = [];
    const code = [];
    /** @type {Map<string, string[]>} */
    const opened = new Map();
    const all = Object.entries(parts.modules.get(module)?.exports ?? {});
    // Who imports everything uses some of it; who imports the layers uses layers.
    const isWhole = all.some(([name]) => name === 'F');
    for (const [name, value] of all) {
      // Names in the first file are nobody else's.
      const as = [...names.values()].includes(name) ? `${entry.replace(/\W/g, '_')}$${name}` : name;
      const there = parts.find(value, true);
      if (names.has(value)) handed.push(pair(names.get(value), name));
      else if (there || (isWhole && entry === main)) {
        names.set(value, as);
        exports.push(
          there
            ? `export { ${pair(there.name, as)} } from ${JSON.stringify(there.file)};`
            : whenUsed(parts, as, value),
        );
        handed.push(pair(as, name));
      } else if (isWhole) code.push(whenUsed(parts, name, value));
      else {
        const { file, name: itsName } = parts.find(value, false);
        const part = parts.partOf(file);
        opened.set(part, [...(opened.get(part) ?? []), `${parts.want(file, itsName)}: ${name}`]);
      }
    }
    for (const [part, of] of opened) code.push(`export const { ${of.join(', ')} } = parts.${part};`);
    if (code.length > 0) code.unshift(`import { parts, room } from '../modules/fovea.js';`);
    if (handed.length > 0) code.unshift(`export { ${handed.join(', ')} } from '../modules/fovea.js';`);
    entries.set(entry, `${code.join('\n')}\n`);
  }
  return { exports: [...exports, `export { parts, room };`], entries };
}

/** The code of an export that stands for `value` of another part. */
function whenUsed(parts, as, value) {
  if (isRoom(value)) return roomOf(parts, as, value);
  const { file, name } = parts.find(value, false);
  const there = `parts.${parts.partOf(file)}.${parts.want(file, name)}`;
  if (isClass(value)) throw new Error(`${name} is a class that is exported, and not in the first part`);
  if (typeof value === 'function') return `export function ${as}(...args) { return ${there}(...args); }`;
  if (Array.isArray(value)) return `export const ${as} = ${JSON.stringify(value)};`;
  const keys = Object.keys(value).join(' ');
  return `export const ${as} = room('${keys}', () => ${there}, Object.prototype);`;
}

function roomOf(parts, as, value) {
  const from = new Set();
  for (const [name, member] of Object.entries(value)) {
    const place = parts.find(member, true) ?? parts.find(member, false);
    from.add(parts.partOf(place.file));
    if (parts.want(place.file, place.name) !== name) throw new Error(`two things are called ${name}`);
  }
  from.delete('first');
  if (from.size !== 1) throw new Error(`${as} comes from several parts: ${[...from]}`);
  const members = Object.keys(value).join(' ');
  return `export const ${as} = room('${members}', () => parts.${[...from][0]}, null);`;
}
