import type { GenerationResult, KvDType } from '../node.js';
import {
  type Command,
  note,
  numberOf,
  print,
  readStdin,
  stringOf,
  UsageError,
  type Values,
} from './command.js';
import { MODEL_OPTIONS, withModel } from './model.js';

/** For `npm start` alone: the beginning that the example model was raised on. */
const EXAMPLE_PROMPT = 'Once upon a time';

export const generateCommand: Command = {
  summary: 'Continue a text. It is printed as it comes; speed goes to stderr.',
  usage: '[--model DIR] [--prompt TEXT | TEXT | < FILE]',
  options: {
    ...MODEL_OPTIONS,
    prompt: { type: 'string', short: 'p', value: 'TEXT', help: 'what to continue' },
    chat: { type: 'boolean', help: "the prompt is a message: use the model's chat template" },
    system: { type: 'string', value: 'TEXT', help: 'with --chat: the system message' },
    'no-echo': { type: 'boolean', help: 'do not print the prompt before its continuation' },
    'max-new-tokens': { type: 'string', short: 'n', value: 'N', help: 'at most so many tokens; default 256' },
    temperature: { type: 'string', short: 't', value: 'X', help: 'sample; above 1 is wilder, 0 is greedy' },
    'top-k': { type: 'string', value: 'K', help: 'sample from the K likeliest tokens' },
    'top-p': {
      type: 'string',
      value: 'P',
      help: 'sample from the likeliest tokens with probability P together',
    },
    'min-p': {
      type: 'string',
      value: 'P',
      help: 'sample from tokens with P times the probability of the likeliest',
    },
    'repetition-penalty': { type: 'string', value: 'X', help: 'above 1: repeat less' },
    seed: { type: 'string', short: 's', value: 'N', help: 'the same seed gives the same text' },
    'kv-cache': {
      type: 'string',
      value: 'f16|q8',
      help: 'keep keys and values in 16 or 8 bits; default f32',
    },
    stop: { type: 'string', multiple: true, value: 'TEXT', help: 'end before this text; may be repeated' },
  },
  examples: [
    'fovea generate --model ./stories260K --prompt "Once upon a time"',
    'fovea generate -m Qwen/Qwen3-0.6B --chat "Name three colours." -t 0.7 --seed 1',
    'fovea generate -m ./gpt2 --json -n 20 < prompt.txt',
  ],

  async run(call) {
    const { values, positionals, signal } = call;
    const options = generationOptions(values);
    const prompt = await promptOf(values, positionals, signal);
    const json = values.json === true;
    const chat = values.chat === true;
    await withModel(call, async ({ generate }) => {
      const system = stringOf(values, 'system');
      const messages = [
        ...(system === undefined ? [] : [{ role: 'system', content: system }]),
        { role: 'user', content: prompt },
      ];
      const generation = generate(chat ? messages : prompt, { ...options, signal });
      if (json) {
        print(`${JSON.stringify({ prompt, ...(await generation.result()) })}\n`);
        return;
      }
      if (!chat && values['no-echo'] !== true) print(prompt);
      for await (const { text } of generation) print(text);
      print('\n');
      note(speed(generation.summary!));
    });
  },
};

function generationOptions(values: Values) {
  const given = {
    maxNewTokens: numberOf(values, 'max-new-tokens'),
    temperature: numberOf(values, 'temperature'),
    topK: numberOf(values, 'top-k'),
    topP: numberOf(values, 'top-p'),
    minP: numberOf(values, 'min-p'),
    repetitionPenalty: numberOf(values, 'repetition-penalty'),
    seed: numberOf(values, 'seed'),
  };
  const kvCache = stringOf(values, 'kv-cache') as KvDType | undefined;
  const stopStrings = values.stop as readonly string[] | undefined;
  return { ...given, ...(kvCache && { kvCache }), ...(stopStrings && { stopStrings }) };
}

async function promptOf(
  values: Values,
  positionals: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const named = stringOf(values, 'prompt');
  if (positionals.length > 1 || (named !== undefined && positionals.length > 0))
    throw new UsageError('one prompt at a time; put quotes around it');
  const prompt = named ?? positionals[0];
  if (prompt !== undefined) return prompt;
  if (values.model === undefined) return EXAMPLE_PROMPT;
  if (process.stdin.isTTY) throw new UsageError('no prompt: give it with --prompt, or on stdin');
  return readStdin(signal);
}

function speed({
  promptTokens,
  newTokens,
  prefillMs,
  decodeMs,
  tokensPerSecond,
  finishReason,
}: Omit<GenerationResult, 'text' | 'tokens'>): string {
  const seconds = ((prefillMs + decodeMs) / 1000).toFixed(2);
  const rate = tokensPerSecond > 0 ? `, ${tokensPerSecond.toFixed(1)} tokens/s` : '';
  return `${promptTokens} prompt tokens in ${prefillMs.toFixed(0)} ms; ${newTokens} new tokens in ${seconds} s${rate}; ended by ${finishReason}\n`;
}
