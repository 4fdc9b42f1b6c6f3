// The house rules that a compiler does not check: who may import whom, who may say WebAssembly or node:,
// and how long a file may get.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && e.name.endsWith('.ts') && !e.parentPath.includes('generated'))
    .map((e) => relative(root, join(e.parentPath, e.name)));

const sources = files('src');

interface Import {
  from: string;
  to: string;
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Relative imports as paths from the root; bare ones as they stand. */
const imports: Import[] = sources.flatMap((from) =>
  [...read(from).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, to]) => ({
    from,
    to: to.startsWith('.') ? relative(root, resolve(root, dirname(from), to)).replace(/\.js$/, '.ts') : to,
  })),
);

/** The room of a file: its folder under src/, or its own name at the top of src/. */
const room = (file: string): string => file.split('/')[1];

// Each room and the rooms below it that it may import.  errors.ts is everybody's.
const BELOW: Record<string, string[]> = {
  'kernels.ts': ['generated'],
  runtime: ['kernels.ts'],
  tensor: ['kernels.ts'],
  ops: ['tensor'],
  nn: ['ops', 'tensor', 'engine.ts'],
  optim: ['ops', 'tensor', 'nn'],
  models: ['nn', 'ops', 'tensor'],
  io: ['tensor'],
  text: [],
  generate: ['models', 'nn', 'ops', 'tensor', 'text', 'pause.ts'],
  embed: ['models', 'nn', 'ops', 'tensor', 'text', 'pause.ts'],
  'engine.ts': ['runtime', 'tensor', 'kernels.ts'],
};

describe('imports go down only', () => {
  test.each(Object.keys(BELOW))('%s', (name) => {
    const wrong = imports
      .filter(({ from, to }) => room(from) === name && to.startsWith('src/'))
      .filter(({ to }) => ![name, 'errors.ts', ...BELOW[name]].includes(room(to)));
    expect(wrong).toEqual([]);
  });

  test('without cycles between files', () => {
    const graph = new Map(sources.map((f) => [f, imports.filter((i) => i.from === f).map((i) => i.to)]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    // Types are erased, so a cycle of `import type` alone is none.
    for (const [file] of graph)
      graph.set(
        file,
        [...read(file).matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)'/gm)].map(([, to]) =>
          relative(root, resolve(root, dirname(file), to)).replace(/\.js$/, '.ts'),
        ),
      );
    for (const file of sources) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe('words that belong to one room', () => {
  test('WebAssembly: runtime/ and engine.ts only', () => {
    const said = sources.filter((f) =>
      /\bWebAssembly\b/.test(read(f).replace(/\/\/.*|\/\*[\s\S]*?\*\/|(['"`]).*?\1/g, '')),
    );
    expect(
      said.filter((f) => room(f) !== 'runtime' && room(f) !== 'engine.ts' && f !== 'src/tensor/arena.ts'),
    ).toEqual([]);
  });

  test('the loader: one file', () => {
    expect(imports.filter((i) => i.to === '@assemblyscript/loader').map((i) => i.from)).toEqual([
      'src/runtime/instantiate.ts',
    ]);
  });

  test('what is imported at run time is a dependency, or an optional peer', () => {
    const { dependencies, peerDependencies } = JSON.parse(read('package.json'));
    const known = Object.keys({ ...dependencies, ...peerDependencies });
    const bare = imports.filter(({ to }) => !/^(?:src\/|build\/|node:)/.test(to));
    expect(bare.length).toBeGreaterThan(2);
    expect(bare.filter(({ to }) => !known.includes(to))).toEqual([]);
  });

  test('node: only in the Node door, io/node, runtime/node, worker/node and the CLI', () => {
    const users = imports.filter((i) => i.to.startsWith('node:')).map((i) => i.from);
    expect(users.filter((f) => !/^src\/(node\.ts|(?:io|runtime|worker)\/node\/|cli\/)/.test(f))).toEqual([]);
  });

  test('wasm features: assembly/lanes only', () => {
    const users = files('assembly').filter((f) => /ASC_FEATURE|relaxed_/.test(read(f)));
    expect(users.filter((f) => !f.startsWith('assembly/lanes/') && f !== 'assembly/gemm/layout.ts')).toEqual(
      [],
    );
  });
});

test('files stay short', () => {
  const long = [...sources, ...files('assembly')]
    .map((f) => ({ f, lines: read(f).split('\n').length }))
    .filter(({ lines }) => lines > 260);
  expect(long).toEqual([]);
});
