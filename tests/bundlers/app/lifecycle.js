// Threads in a real browser from their start to their end: engines that come and go, workers that die, and an
// engine with threads inside a worker, where waiting is allowed.
import { createEngine, F } from 'fovea';

const workers = [];
const threadWorker = () => {
  workers.push(new Worker(new URL('./thread.js', import.meta.url), { type: 'module' }));
  return workers.at(-1);
};
const values = Float32Array.from({ length: 400_000 }, (_, i) => ((i * 31) % 997) / 300 - 1.6);
const same = (a, b) => new Uint32Array(a.buffer).every((word, i) => word === new Uint32Array(b.buffer)[i]);
const gelu = (engine) => engine.scope(() => F.gelu(engine.tensor(values)).toArray());

async function comeAndGo(want) {
  for (let i = 0; i < 20; i++) {
    const engine = await createEngine({ threads: 3, threadWorker, maxMemory: 1 << 25 });
    if (engine.threads !== 3 || !same(gelu(engine), want)) return false;
    engine.dispose();
  }
  return true;
}

/** @returns how many calls gave the right bits, and what the others threw */
async function die(want) {
  const engine = await createEngine({ threads: 3, threadWorker });
  let right = 0;
  const thrown = new Set();
  for (let i = 0; i < 40; i++) {
    if (i === 10) for (const worker of workers.slice(-2)) worker.terminate();
    try {
      if (same(gelu(engine), want)) right++;
    } catch (error) {
      thrown.add(error.name);
    }
    await new Promise((done) => setTimeout(done));
  }
  engine.dispose();
  return { right, thrown: [...thrown] };
}

async function nested() {
  const worker = new Worker(new URL('./own-scripts.js', import.meta.url), { type: 'module' });
  const { data } = await new Promise((done) => worker.addEventListener('message', done));
  worker.terminate();
  return data;
}

globalThis.result = (async () => {
  const one = await createEngine();
  const want = gelu(one);
  return { comeAndGo: await comeAndGo(want), die: await die(want), nested: await nested() };
})();
