// The command line: what it prints where, and with which exit code it ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readBytes } from '../../src/io/source.js';
import { QUANTIZED_DTYPES } from '../../src/ops/panel-matrix.js';
import { filesOf, GATED, gatedShapes, makeCheckpoint } from '../models/make-checkpoint.js';
import { describeWith, json, STORIES } from '../models/shared.js';
import { tinyEncoder } from '../models/tiny.js';
import { fovea } from './run.js';

let bare: string;
let encoder: string;

beforeAll(async () => {
  bare = mkdtempSync(join(tmpdir(), 'fovea-bare-'));
  for (const [file, content] of filesOf(makeCheckpoint(GATED, gatedShapes(GATED), 2)))
    writeFileSync(join(bare, file), content);
  encoder = mkdtempSync(join(tmpdir(), 'fovea-encoder-'));
  const source = tinyEncoder();
  for (const file of ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
    writeFileSync(join(encoder, file), await readBytes(source, file));
});
afterAll(() => {
  for (const folder of [bare, encoder]) rmSync(folder, { recursive: true });
});

describe('help', () => {
  test.each([[[]], [['--help']], [['-h']], [['help']]])('%j lists the commands', async (args) => {
    const { code, stdout } = await fovea(args);
    expect(code).toBe(0);
    for (const name of ['generate', 'embed', 'attention', 'inspect', 'quantize', 'doctor', 'demo'])
      expect(stdout).toContain(`  ${name}`);
  });

  test.each(['generate', 'embed', 'attention', 'inspect', 'quantize', 'doctor', 'demo'])(
    '%s --help shows options and examples',
    async (name) => {
      const { code, stdout } = await fovea([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^fovea ${name} `));
      expect(stdout).toContain('--json');
      expect(stdout).toMatch(new RegExp(`Examples:\n  fovea ${name}`));
    },
  );
});

describe('usage errors: exit code 2, a hint, nothing on stdout', () => {
  test.each([
    [['dance'], 'there is no command "dance"', 'fovea --help'],
    [['generate', '--temprature', '1'], '--temprature', 'fovea generate --help'],
    [
      ['generate', '--top-k', 'many', '--model', 'x'],
      '--top-k must be a number, got "many"',
      'fovea generate --help',
    ],
    [['generate', '--model'], '--model', 'fovea generate --help'],
    [['generate', 'two', 'prompts'], 'one prompt at a time', 'fovea generate --help'],
    [['generate', '-p', 'x', '--variant', 'fast'], '--variant must be simd', 'fovea generate --help'],
    [['embed', 'x', '-m', 'x', '--threads', '1.5'], '--threads must be auto or', 'fovea embed --help'],
    [['embed', '--pooling', 'sum', 'x'], '--pooling must be one of mean', 'fovea embed --help'],
    [
      ['quantize', 'a', '-o', 'b'],
      '--dtype must be q8 or q8_0 or q4 or q4_1, got null',
      'fovea quantize --help',
    ],
    [['quantize', 'a', '--dtype', 'q8'], 'Name a folder with --out', 'fovea quantize --help'],
    [['inspect', 'a', 'b'], 'one checkpoint at a time', 'fovea inspect --help'],
  ])('%j', async (args, message, hint) => {
    const { code, stdout, stderr } = await fovea(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain(`Try ${hint}`);
  });
});

describe('failures: exit code 1 and a message', () => {
  test('no such folder', async () => {
    const { code, stdout, stderr } = await fovea(['generate', '--model', './no/such/folder', '-p', 'x']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('fovea: ./no/such/folder is not a folder\n');
  });

  test('a folder without a tokenizer', async () => {
    const { code, stderr } = await fovea(['generate', '--model', bare, '-p', 'x']);
    expect(code).toBe(1);
    expect(stderr).toContain('has no tokenizer.json');
  });

  test('a repository that is not in the cache, offline', async () => {
    const { code, stderr } = await fovea(['inspect', 'nobody/nothing']);
    expect(code).toBe(1);
    expect(stderr).toContain('nobody/nothing');
  });

  test('an encoder that is asked to write', async () => {
    const { code, stderr } = await fovea(['generate', '-m', encoder, '-p', 'x']);
    expect(code).toBe(1);
    expect(stderr).toContain('use embed()');
  });
});

describe('quantize', () => {
  test.each(QUANTIZED_DTYPES)('%s: a folder that loads, and that inspect understands', async (dtype) => {
    const out = join(mkdtempSync(join(tmpdir(), 'fovea-quantize-')), 'small');
    const before = JSON.parse((await fovea(['inspect', '--json', encoder])).stdout);
    const { code, stderr } = await fovea(['quantize', encoder, '--dtype', dtype, '--out', out]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('model.safetensors')]);
    const after = JSON.parse((await fovea(['inspect', '--json', out])).stdout);
    expect(after.config.quantization_config).toEqual({ quant_method: 'fovea', dtype });
    // What has no place in the model, the head, stays behind.
    expect(before.tensors - after.tensors).toBe(3);
    const row = after.weights.find((w: { name: string }) => w.name.endsWith('layer.1.output.dense.weight'));
    const bytes = 36 * { q8: 70 + 4, q8_0: 70 + 2 * 3, q4: 35 + 2 * 3, q4_1: 35 + 4 * 3 }[dtype];
    expect(row).toMatchObject({ dtype, shape: [36, 70], parameters: 36 * 70, bytes });
    const [a, b] = await Promise.all([
      fovea(['embed', 'some words', '-m', out, '--json']),
      fovea(['embed', 'some words', '-m', encoder, '--dtype', dtype, '--json']),
    ]);
    expect(a.code).toBe(0);
    expect(a.stdout).toBe(b.stdout);
    expect((await fovea(['quantize', out, '--dtype', dtype, '-o', `${out}-2`])).stderr).toContain('already');
    const again = await fovea(['quantize', encoder, '--dtype', dtype, '-o', out]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
    rmSync(join(out, '..'), { recursive: true });
  });
});

describe('inspect', () => {
  test('a table with totals', async () => {
    const { code, stdout } = await fovea(['inspect', bare]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^model\.embed_tokens\.weight +F32 +\[90, 32\] +11\.5 kB$/m);
    expect(stdout).toMatch(/model_type llama: 30 tensors, [\d,]+ parameters, .* in model\.safetensors/);
  });

  test('--json', async () => {
    const { stdout } = await fovea(['inspect', '--json', '--model', bare]);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ modelType: 'llama', supported: true, tensors: 30, config: GATED });
    expect(report.weights).toContainEqual({
      name: 'model.norm.weight',
      dtype: 'F32',
      shape: [32],
      parameters: 32,
      bytes: 128,
      file: 'model.safetensors',
    });
    expect(report.bytes).toBe(4 * report.parameters);
  });
});

describe('embed', () => {
  test('one line of numbers a text; --json one object a text; texts from stdin', async () => {
    const args = await fovea(['embed', '-m', encoder, 'a cat', 'no cat']);
    expect(args.code).toBe(0);
    const rows = args.stdout.trimEnd().split('\n');
    expect(rows.map((row) => row.split(' ').length)).toEqual([36, 36]);
    const lines = await fovea(['embed', '-m', encoder, '--json'], { stdin: 'a cat\n\nno cat\n' });
    const objects = lines.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.map((o) => o.text)).toEqual(['a cat', 'no cat']);
    expect(objects.map((o) => o.embedding.join(' '))).toEqual(rows);
  });

  test('options', async () => {
    const { stdout } = await fovea([
      'embed',
      '-m',
      encoder,
      '--pooling',
      'cls',
      '--normalize',
      '--json',
      'a cat',
    ]);
    expect(Math.abs(Math.hypot(...JSON.parse(stdout).embedding) - 1)).toBeLessThan(1e-6);
  });
});

test('--threads changes no digit', async () => {
  const vectors = await Promise.all(
    ['1', '2', 'auto'].map((threads) => fovea(['embed', '-m', encoder, '--threads', threads, 'a cat'])),
  );
  expect(vectors.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(vectors[0].stdout).toMatch(/^-?[\d.e-]+ /);
  expect(new Set(vectors.map(({ stdout }) => stdout)).size).toBe(1);
});

describe('doctor', () => {
  test('says that it runs here', async () => {
    const { code, stdout } = await fovea(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^simd: self-test passed/m);
  });

  test('--json', async () => {
    const { stdout } = await fovea(['doctor', '--json']);
    const report = JSON.parse(stdout);
    expect(report.features.simd).toBe(true);
    expect(report.variants[0]).toMatchObject({ variant: 'simd', problem: null });
    expect(report.variants[1].problem === null).toBe(report.features.relaxedSimd);
    expect(report.threads.auto > 1).toBe(report.threads.reason === null);
    expect(report.modelTypes).toContain('qwen3');
  });
});

describeWith(STORIES, 'generate', () => {
  const { greedy } = json(`${STORIES}/golden.json`) as { greedy: { prompt: string; text: string }[] };
  const { prompt, text } = greedy[1];

  test('prints the golden story; speed goes to stderr', async () => {
    const { code, stdout, stderr } = await fovea([
      'generate',
      '--model',
      STORIES,
      '--prompt',
      prompt,
      '-n',
      '100',
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe(`${text}\n`);
    expect(stderr).toMatch(/5 prompt tokens in \d+ ms; 100 new tokens in .* tokens\/s; ended by length/);
  });

  test('--dtype q8 tells a story from quantised weights', async () => {
    const { code, stdout } = await fovea([
      'generate',
      '-m',
      STORIES,
      '-p',
      prompt,
      '-n',
      '9',
      '--dtype',
      'q8',
    ]);
    expect(code).toBe(0);
    expect(text.startsWith(stdout.trimEnd())).toBe(true);
    const wrong = await fovea(['generate', '-m', STORIES, '-p', prompt, '--dtype', 'q3']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--dtype must be f32 or q8 or q8_0 or q4 or q4_1, got "q3"');
  });

  test('without --model and --prompt it tells the same story', async () => {
    const { stdout } = await fovea(['generate', '-n', '100']);
    expect(stdout).toBe(`${text}\n`);
  });

  test('--json, a prompt from stdin, sampling with a seed, a stop string', async () => {
    const args = [
      'generate',
      '-m',
      STORIES,
      '--json',
      '-t',
      '0.9',
      '--top-p',
      '0.9',
      '--seed',
      '7',
      '--stop',
      '.',
    ];
    const [a, b] = [await fovea(args, { stdin: prompt }), await fovea([...args, prompt])];
    const { prefillMs, decodeMs, tokensPerSecond, ...result } = JSON.parse(a.stdout);
    expect(result).toMatchObject({ prompt, finishReason: 'stop', promptTokens: 5 });
    expect(result.text).not.toContain('.');
    expect(JSON.parse(b.stdout)).toMatchObject(result);
  });

  test('--no-echo', async () => {
    const { stdout } = await fovea(['generate', '-m', STORIES, '-p', prompt, '-n', '100', '--no-echo']);
    expect(stdout).toBe(`${text.slice(prompt.length)}\n`);
  });

  test('SIGINT ends it within a token, with exit code 130', async () => {
    let sent = false;
    const { code, stdout, stderr } = await fovea(['generate', '-m', STORIES, '-p', prompt, '-n', '500'], {
      onOutput: (child) => {
        if (!sent) child.kill('SIGINT');
        sent = true;
      },
    });
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted');
    expect(stdout.length).toBeLessThan(1000);
  });

  test('a reader that goes away is no failure', async () => {
    const { code, stderr } = await fovea(['generate', '-m', STORIES, '-p', prompt, '-n', '500'], {
      onOutput: (child) => child.stdout!.destroy(),
    });
    expect(code).toBe(0);
    expect(stderr).not.toContain('EPIPE');
  });
});
