// What the entry points hand out: from the first file what is there, and for the rest something that opens a part when
// it is used.
const isClass = (value) => typeof value === 'function' && String(value).startsWith('class');
const isRoom = (value) => value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === null;

/**
 * @param {import('./parts.mjs').Parts} parts
 * @param {Map<string, string>} modules the module behind each entry point
 * @returns {{ exports: string[], entries: Map<string, string> }} the code of the first file's exports, and that of
 * the entry points
 */
export function doorsOf(parts, modules) {
  /** @type {Map<unknown, string>} */
  const names = new Map();
  const exports = [];
  const entries = new Map();
  /** Exports from the first file, by a name that is nobody else's. */
  const put = (entry, name, value, codeOf) => {
    const taken = [...names.values()].includes(name);
    const inFirst = taken ? `${entry.replace(/\W/g, '_')}$${name}` : name;
    names.set(value, inFirst);
    exports.push(codeOf(inFirst));
  };
  for (const [entry, module] of modules) {
    const handed = [];
    const opened = new Map();
    const all = Object.entries(parts.modules.get(module)?.exports ?? {});
    // Who imports everything uses some of it; who imports the layers uses layers.
    const isWhole = all.some(([name]) => name === 'F');
    for (const [name, value] of all) {
      if (!names.has(value)) {
        const there = parts.find(value, true);
        if (there)
          put(entry, name, value, (as) => `export { ${there.name} as ${as} } from ${JSON.stringify(there.file)};`);
        else if (isWhole) put(entry, name, value, (as) => whenUsed(parts, as, value));
        else {
          const { file, name: itsName } = parts.find(value, false);
          const part = parts.partOf(file);
          const of = opened.get(part) ?? [];
          opened.set(part, [...of, `${parts.want(file, itsName)}: ${name}`]);
          continue;
        }
      }
      handed.push(`${names.get(value)} as ${name}`);
    }
    const code = [
      `export { ${handed.join(', ')} } from '../modules/fovea.js';`,
      opened.size > 0 ? `import { parts } from '../modules/fovea.js';` : '',
      ...[...opened].map(([part, of]) => `export const { ${of.join(', ')} } = parts.${part};`),
    ];
    entries.set(entry, `${code.filter(Boolean).join('\n')}\n`);
  }
  exports.push(`export { parts } from 'open';`);
  return { exports, entries };
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
  return `export const ${as} = room('${keys}', {}, () => ${there}, Object.prototype);`;
}

function roomOf(parts, as, value) {
  const own = [];
  /** @type {Set<string>} */
  const from = new Set();
  const imports = [];
  for (const [name, member] of Object.entries(value)) {
    const there = parts.find(member, true);
    if (there) {
      imports.push(`import { ${there.name} as ${as}$${name} } from ${JSON.stringify(there.file)};`);
      own.push(`${name}: ${as}$${name}`);
    } else {
      const place = parts.find(member, false);
      from.add(parts.partOf(place.file));
      if (parts.want(place.file, place.name) !== name) throw new Error(`two things are called ${name}`);
    }
  }
  if (from.size > 1) throw new Error(`${as} comes from several parts: ${[...from]}`);
  const members = Object.keys(value).join(' ');
  return `${imports.join('\n')}
export const ${as} = room('${members}', { ${own.join(', ')} }, () => parts.${[...from][0]}, null);`;
}
