// Packs fovea, bundles it with every bundler as an application would, and runs what comes out: `npm run
// test:bundlers`, with names of bundlers for some of them, `--json` for machines.  Every bit must be Node's.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wrongBits, wrongThreads, wrongWorker } from './lib/check.mjs';
import { here, onNode, prepare } from './lib/prepare.mjs';

const out = join(here, '.out');
const WANTED = 3;
const NOT_FOUND = 'could not be loaded';
const NOT_ISOLATED = 'isolation';

const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const rows = [];

prepare();
const node = onNode();
const { ISOLATION, POLICY, serve } = await import('./lib/serve.mjs');
const { openBrowser, resultOf } = await import('./lib/browser.mjs');
const browser = await openBrowser();
/** The shipped models, on a server of another origin, as a content network would be. */
const models = await serve(join(here, 'node_modules/fovea/models'), {
  headers: { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' },
});
const policy = { 'content-security-policy': `${POLICY}; connect-src 'self' ${models.origin}` };

/** @param {() => Promise<{ wrong: string[], threads?: unknown }>} body */
async function row(name, version, body) {
  if (names.length > 0 && !names.some((wanted) => name.startsWith(wanted))) return;
  if (!browser && !name.startsWith('next on-'))
    return missing(name, 'no Chromium (CHROMIUM says where), or no driver');
  try {
    const { wrong, threads = '' } = await body();
    rows.push({ name, version, result: wrong.length === 0 ? 'passed' : 'FAILED', threads, wrong });
  } catch (error) {
    rows.push({ name, version, result: 'FAILED', threads: '', wrong: [String(error.message ?? error)] });
  }
}

const missing = (name, why) => rows.push({ name, version: '', result: 'missing', threads: '', wrong: [why] });

async function look(site, path = '/') {
  const { origin, close } = await site;
  try {
    return await resultOf(browser.context, `${origin}${path}?models=${models.origin}/`);
  } finally {
    await close();
  }
}

/** A page with and one without isolation. */
async function twice(open, isolated) {
  const [shared, single] = [await look(open(ISOLATION)), await look(open({}))];
  const alone = { wanted: 1, reason: NOT_ISOLATED };
  const wrong = [
    ...(shared.isolated && !single.isolated ? [] : ['the pages are not isolated as they should be']),
    ...[shared, single].flatMap((page) => wrongBits(page, node)),
    ...wrongThreads(shared, isolated),
    ...wrongThreads(single, alone),
    ...wrongWorker(shared, node, { threads: 2, error: isolated.reason }),
    ...wrongWorker(single, node, { threads: 1, error: isolated.reason }),
  ];
  return { wrong, threads: shared.threads.threads };
}

/** Bundles entries to a site of its own. */
async function site(name, { bundle }, entries, script) {
  const dir = join(out, name.replaceAll(/\W+/g, '-'));
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  await bundle(entries, dir);
  if (script)
    writeFileSync(
      join(dir, 'index.html'),
      `<!doctype html><script type="module" src="./${script}"></script>`,
    );
  return (headers) => serve(dir, { headers: { ...policy, ...headers } });
}

const app = (file) => join(here, 'app', file);

for (const name of ['vite', 'webpack', 'esbuild', 'rollup']) {
  const bundler = await import(`./bundlers/${name}.mjs`).catch((error) => missing(name, error.message));
  if (!bundler) continue;
  const { version, followsWorkers } = bundler;
  const plain = followsWorkers ? { wanted: WANTED } : { wanted: 1, reason: NOT_FOUND };
  await row(name, version, async () =>
    twice(await site(name, bundler, { main: app('main.js') }, name !== 'vite' && 'main.js'), plain),
  );
  if (bundler.develop)
    await row(`${name} dev`, version, async () => {
      const cache = mkdtempSync(join(tmpdir(), 'fovea-vite-'));
      try {
        return await twice((headers) => bundler.develop(headers, cache), plain);
      } finally {
        rmSync(cache, { recursive: true, force: true });
      }
    });
  if (!followsWorkers) {
    const entries = {
      'own-scripts': app('own-scripts.js'),
      lifecycle: app('lifecycle.js'),
      thread: 'fovea/thread',
      model: 'fovea/worker/script',
    };
    await row(`${name}, own entries`, version, async () =>
      twice(await site(`${name}-own`, bundler, entries, 'own-scripts.js'), { wanted: WANTED }),
    );
    await row(`${name}, lifecycle`, version, async () => {
      const open = await site(`${name}-lifecycle`, bundler, entries, 'lifecycle.js');
      const { comeAndGo, die, nested } = await look(open(ISOLATION));
      const wrong = [...wrongBits(nested, node), ...wrongThreads(nested, { wanted: WANTED })];
      if (!comeAndGo) wrong.push('an engine that came after another was not the same');
      // Whoever has lost its workers goes on alone, or says that they are dead; never other bits, never a hang.
      if (die.right < 11 || die.thrown.some((thrown) => thrown !== 'EngineError'))
        wrong.push(`with dead workers: ${JSON.stringify(die)}`);
      return { wrong, threads: WANTED };
    });
  }
}

const next = await import('./bundlers/next.mjs').catch((error) => missing('next', error.message));
if (next) {
  let running = null;
  if (names.length === 0 || names.some((name) => name.startsWith('next')))
    await row('next build', next.version, async () => {
      await next.build();
      running = await next.start();
      return { wrong: [] };
    });
  await row('next page', next.version, async () => {
    const [shared, single] = [
      await look({ ...running, close() {} }, '/isolated'),
      await look({ ...running, close() {} }),
    ];
    const wrong = [shared, single].flatMap((page) => wrongBits(page, node));
    wrong.push(...wrongWorker(shared, node, { threads: 2 }), ...wrongWorker(single, node, { threads: 1 }));
    return {
      wrong: [...wrong, ...wrongThreads(shared, { wanted: WANTED })],
      threads: shared.threads.threads,
    };
  });
  for (const route of ['on-node', 'on-edge'])
    await row(`next ${route}`, next.version, async () => {
      const response = await fetch(`${running.origin}/${route}`);
      if (!response.ok) return { wrong: [`HTTP ${response.status}: ${await response.text()}`] };
      const said = await response.json();
      return { wrong: wrongBits(said, node), threads: said.threads.threads };
    });
  await running?.close();
}
await browser?.close();
await models.close();

if (process.argv.includes('--json')) console.log(JSON.stringify({ node: node.one.digest, rows }));
else {
  console.log(`bits of Node ${process.versions.node}: ${node.one.digest}\n`);
  console.log(`${'bundler'.padEnd(24)}${'version'.padEnd(11)}${'result'.padEnd(9)}threads`);
  for (const { name, version, result, threads, wrong } of rows)
    console.log(
      [
        name.padEnd(24),
        version.padEnd(11),
        result.padEnd(9),
        threads,
        ...wrong.map((w) => `\n    ${w}`),
      ].join(''),
    );
}
const failed = rows.filter(({ result }) => result === 'FAILED').length;
process.exit(failed === 0 && rows.some(({ result }) => result === 'passed') ? 0 : 1);
