// npm run test:edge: the example under examples/edge, with fovea from its tarball, in workerd (where the checkpoints
// come from a binding), Node, Deno and Bun.  The same calls, and the same answers everywhere.  Then, on Linux, what a
// cold start costs in workerd; --any-time: its time is told, and only its memory judged.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CALLS } from './edge-calls.mjs';
import { LIMITS, measureColdStart, tellCost } from './edge-cost.mjs';
import { layOutModels } from './edge-models.mjs';
import { installRuntimes, programOf } from './install.mjs';
import { installPacked } from './pack.mjs';
import { beforeEnd, start } from './process.mjs';
import { writeReport } from './report.mjs';
import { buildWorker, serveWorker } from './workerd.mjs';

installRuntimes();
const app = installPacked();
const edge = join(app.folder, 'edge');
cpSync(fileURLToPath(new URL('../../examples/edge', import.meta.url)), edge, { recursive: true });
const models = layOutModels(join(edge, 'models'), join(app.folder, 'node_modules/fovea/models'));
if (!models.model.includes('BERT'))
  console.log('!! ../shared is not here: the vectors are those of a shipped model, and BERT is SKIPPED');

/** A server that says its address when it listens. */
function onFiles(name, args) {
  return async (program) => {
    const env = {
      ...{ PORT: '0', FOVEA_EMBEDDING: models.embedding, FOVEA_GENERATION: models.generation },
      ...{ DENO_DIR: join(app.folder, '.deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
    };
    const running = start(program, args, { cwd: edge, env });
    const port = new Promise((done) => {
      const look = () => {
        const found = /(?:"port":|:)(\d{4,5})\b/.exec(running.output.stdout + running.output.stderr);
        if (found) done(found[1]);
      };
      for (const stream of [running.child.stdout, running.child.stderr]) stream.on('data', look);
    });
    try {
      return { url: `http://127.0.0.1:${await beforeEnd(port, running, 30)}/`, program: running };
    } catch (error) {
      running.stop();
      throw new Error(`${name}: ${error}`);
    }
  };
}

let config;
const SERVERS = {
  async workerd(program) {
    config = await buildWorker({
      entry: join(edge, 'worker.mjs'),
      out: join(app.folder, 'edge-workerd'),
      folders: { ASSETS: join(edge, 'models') },
    });
    return serveWorker(program, config);
  },
  'Node 24': onFiles('Node', ['node.mjs']),
  Deno: onFiles('Deno', [
    'serve',
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--allow-read',
    '--allow-env',
    'local.mjs',
  ]),
  Bun: onFiles('Bun', ['local.mjs']),
};

const total = { passed: 0, failed: 0, skipped: 0 };
const tell = (status, text) => {
  total[status]++;
  console.log(`${{ passed: 'ok     ', failed: 'FAILED ', skipped: 'SKIPPED' }[status]} ${text}`);
};

/** What each call gave where it was first made. */
const answers = new Map();

async function ask(name, url) {
  for (const [call, body] of Object.entries(CALLS))
    try {
      const answer = await body(url);
      if (!answers.has(call)) answers.set(call, answer);
      if (answer !== answers.get(call)) throw new Error(`${answer} instead of ${answers.get(call)}`);
      tell('passed', `${name}: ${call} (${answer})`);
    } catch (error) {
      tell('failed', `${name}: ${call}: ${error}`);
    }
}

try {
  for (const [name, serve] of Object.entries(SERVERS)) {
    const program = programOf(name);
    if (!program) {
      tell('skipped', `${name}: not installed`);
      continue;
    }
    let server;
    try {
      server = await serve(program);
      await ask(name, server.url);
    } catch (error) {
      tell('failed', `${name}: ${error}`);
    } finally {
      server?.program.stop();
    }
  }
  const workerd = programOf('workerd');
  if (!workerd || !config || process.platform !== 'linux')
    tell('skipped', 'cost of a cold start: it takes workerd, and /proc of Linux');
  else {
    const cost = await measureColdStart(workerd, config, join(app.folder, 'nothing-workerd'));
    const late = cost.ownMs > LIMITS.ms && !process.argv.includes('--any-time');
    const over = late || cost.bytes > LIMITS.bytes;
    tell(over ? 'failed' : 'passed', `cold start to the first vector of ${models.model}: ${tellCost(cost)}`);
  }
} finally {
  app.remove();
}
writeReport('edge', total);
console.log(`\nedge: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
