import { readFileSync } from 'node:fs';
import { hubEnvironment } from '../io/node/environment.js';
import type { Variant } from '../kernels.js';
import { createEngine, MODEL_TYPES } from '../node.js';
import { probe } from '../runtime/probe.js';
import { type Command, print } from './command.js';

interface Check {
  readonly variant: Variant;
  /** Why it cannot be used here; null if it can. */
  readonly problem: string | null;
  /** To compile, instantiate and test it. */
  readonly startMs: number;
}

export const doctorCommand: Command = {
  summary: 'Whether fovea runs here, and how: WebAssembly features, each build with its self-test, cache.',
  usage: '',
  options: {},
  examples: ['fovea doctor', 'fovea doctor --json'],

  async run({ values }) {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const hub = hubEnvironment();
    const report = {
      fovea: version as string,
      runtime: `Node ${process.versions.node}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}`,
      features: probe(),
      variants: [await check('simd'), await check('relaxed')],
      threads: await threads(),
      modelTypes: MODEL_TYPES,
      chatTemplates: await has('@huggingface/jinja'),
      hub: { host: hub.host, cache: hub.cacheDir, offline: hub.offline, token: hub.token !== undefined },
    };
    print(values.json ? `${JSON.stringify(report)}\n` : text(report));
    const { problem } = report.variants[0];
    if (problem !== null) throw new Error(`the default build does not run here: ${problem}`);
  },
};

async function check(variant: Variant): Promise<Check> {
  const start = performance.now();
  try {
    const engine = await createEngine({ variant });
    const startMs = performance.now() - start;
    engine.dispose();
    return { variant, problem: null, startMs };
  } catch (error) {
    return { variant, problem: (error as Error).message, startMs: performance.now() - start };
  }
}

/** As many as `auto` gets, or why it is one. */
async function threads(): Promise<{ auto: number; reason: string | null }> {
  const engine = await createEngine({ threads: 'auto' });
  engine.dispose();
  return { auto: engine.threads, reason: engine.threadsReason };
}

async function has(optionalPackage: string): Promise<boolean> {
  return import(optionalPackage).then(
    () => true,
    () => false,
  );
}

function text({
  fovea,
  runtime,
  features,
  variants,
  threads,
  modelTypes,
  chatTemplates,
  hub,
}: {
  fovea: string;
  runtime: string;
  features: object;
  variants: Check[];
  threads: { auto: number; reason: string | null };
  modelTypes: readonly string[];
  chatTemplates: boolean;
  hub: { host: string; cache: string; offline: boolean; token: boolean };
}): string {
  const yes = (holds: unknown): string => (holds ? 'yes' : 'no');
  return [
    `fovea ${fovea} on ${runtime}`,
    `features: ${Object.entries(features)
      .map(([name, there]) => `${name} ${yes(there)}`)
      .join(', ')}`,
    ...variants.map(
      ({ variant, problem, startMs }) =>
        `${variant}: ${problem ?? `self-test passed, started in ${startMs.toFixed(1)} ms`}`,
    ),
    `threads: auto is ${threads.auto}${threads.reason === null ? '' : `, because ${threads.reason}`}`,
    `model types: ${modelTypes.join(', ')}`,
    `chat templates: ${chatTemplates ? 'yes' : 'no, @huggingface/jinja is not installed'}`,
    `hub: ${hub.host}, cache ${hub.cache}, token ${yes(hub.token)}, offline ${yes(hub.offline)}`,
    '',
  ].join('\n');
}
