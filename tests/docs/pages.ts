// README, the pages under docs/ and what lies beside the code, and what it takes to run their blocks of code.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { type Block, bodyOf, fencesOf, importsOf } from '../../examples/lib/blocks.mjs';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export function pages(): Page[] {
  const guides = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'));
  const beside = [
    'bench',
    'examples/playground',
    'examples/train',
    'models/dates',
    'models/shakespeare',
    'models/sort',
  ];
  const others = beside.map((folder) => `${folder}/README.md`);
  return ['README.md', 'CONTRIBUTING.md', ...others, ...guides.map((name) => `docs/${name}`)].map((path) => {
    const text = readFileSync(root + path, 'utf8');
    return { path, text, blocks: fencesOf(text) };
  });
}

/** Blocks of all pages, with the page's name before their own. */
export function blocks(wanted: (block: Block) => boolean): (Block & { title: string })[] {
  return pages().flatMap(({ path, blocks }) =>
    blocks.filter(wanted).map((block) => ({ ...block, title: `${path}: ${block.name}` })),
  );
}

/** A body in TypeScript, and of tomorrow's JavaScript (`using`), as JavaScript of today. */
export function compile(body: string): string {
  const { code } = transformSync(`async function block(modules, claim) {\n${body}\n}`, {
    loader: 'ts',
    target: 'es2022',
  });
  return `${code}\nreturn await block(modules, claim);`;
}

/** A block as a module for a bundler: it leaves the promise of its claims in `globalThis.block`. */
export function moduleOf({ code }: Block): string {
  const from = [...new Set(importsOf(code))];
  const imports = from.map((name, i) => `import * as m${i} from ${JSON.stringify(name)};`).join('\n');
  const table = from.map((name, i) => `${JSON.stringify(name)}: m${i}`).join(', ');
  return `${imports}
const modules = { ${table} };
const claims: unknown[] = [];
const plain = (value: any) => (typeof value?.tolist === 'function' ? value.tolist() : value);
const claim = (line: string, expected: string, actual: unknown) => claims.push({ line, expected, actual: plain(actual) });
(globalThis as any).block = (async () => {
${bodyOf(code)}
})().then(() => claims);
`;
}
