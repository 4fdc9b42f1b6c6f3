import { POOLINGS } from '../embed/sentence.js';
import { type Command, numberOf, print, readStdin, stringOf, UsageError, type Values } from './command.js';
import { MODEL_OPTIONS, withModel } from './model.js';

const TRUNCATE = ['error', 'right', 'left'] as const;

export const embedCommand: Command = {
  summary: 'Turn texts into vectors: one line of numbers a text.',
  usage: '[--model DIR] [TEXT … | < FILE]',
  options: {
    ...MODEL_OPTIONS,
    pooling: { type: 'string', value: 'MODE', help: `${POOLINGS.join(', ')}; default what the model says` },
    normalize: { type: 'boolean', help: 'scale to length 1; default what the model says' },
    'batch-size': { type: 'string', value: 'N', help: 'texts at a time; default 32' },
    'max-length': { type: 'string', value: 'N', help: 'most tokens of a text' },
    truncate: { type: 'string', value: 'SIDE', help: 'cut longer texts at the right or left; default error' },
  },
  examples: [
    'fovea embed --model sentence-transformers/all-MiniLM-L6-v2 "a text" "another"',
    'fovea embed -m ./minilm --json < lines.txt > vectors.jsonl',
  ],

  async run(call) {
    const { values, positionals, signal } = call;
    const options = embedOptions(values);
    const texts = positionals.length > 0 ? [...positionals] : await lines(signal);
    await withModel(call, async ({ embed }) => {
      const vectors = await embed(texts, { ...options, signal });
      vectors.forEach((vector, i) => {
        const line = values.json
          ? JSON.stringify({ text: texts[i], embedding: [...vector] })
          : vector.join(' ');
        print(`${line}\n`);
      });
    });
  },
};

function embedOptions(values: Values) {
  const pooling = choice(values, 'pooling', POOLINGS);
  const truncate = choice(values, 'truncate', TRUNCATE);
  return {
    ...(pooling && { pooling }),
    ...(truncate && { truncate }),
    ...(values.normalize === true && { normalize: true }),
    batchSize: numberOf(values, 'batch-size'),
    maxLength: numberOf(values, 'max-length'),
  };
}

function choice<T extends string>(values: Values, name: string, known: readonly T[]): T | undefined {
  const value = stringOf(values, name);
  if (value === undefined || known.includes(value as T)) return value as T | undefined;
  throw new UsageError(`--${name} must be one of ${known.join(', ')}, got ${JSON.stringify(value)}`);
}

/** One text a line of stdin. */
async function lines(signal: AbortSignal): Promise<string[]> {
  if (process.stdin.isTTY) throw new UsageError('no texts: give them as arguments, or one a line on stdin');
  const text = await readStdin(signal);
  return text.split(/\r?\n/).filter((line) => line !== '');
}
