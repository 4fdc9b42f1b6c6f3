// What `npm start` shows: the shipped models at work, each in a few lines, with how fast it was.
import { readFileSync } from 'node:fs';
import { createEngine, type Engine, fromPretrained, PointerModel, Seq2SeqModel } from '../node.js';
import { type Call, type Command, print } from './command.js';
import { generateCommand } from './generate.js';
import { attentionMaps } from './maps.js';
import { threadsOf, variantOf } from './model.js';
import { isShipped, shippedModel } from './shipped.js';
import { hasColour, terminalMap } from './terminal-map.js';

const DATES = ['the 3rd of May, 2019', 'Fri, 29 Feb 2008', "Sept. 1st '39"];
const NUMBERS = [31, 41, 59, 26, 53, 58, 97, 93, 23, 84];
/** The model sees 128 characters: it goes on from the last `memory` ones, again and again. */
const VERSE = { prompt: 'ROMEO:\n', lines: 6, memory: 48, maxNewTokens: 80, temperature: 0.6 };
/** Below it the model says itself that it is guessing. */
const SURE = 0.9;

/** Options of this command itself; any other one is meant for `generate`. */
const OWN = new Set(['json', 'help', 'variant', 'threads']);

export const demoCommand: Command = {
  summary: 'See the models that come with the package at work: dates, sorting, verse.',
  usage: '[DATE ...]',
  options: generateCommand.options,
  examples: ['fovea demo', 'fovea demo "the 3rd of May, 2019"'],

  async run(call) {
    if (Object.keys(call.values).some((name) => !OWN.has(name))) return generateCommand.run(call);
    const engine = await createEngine({ variant: variantOf(call.values), threads: threadsOf(call.values) });
    try {
      await demo(engine, call);
    } finally {
      engine.dispose();
    }
  },
};

async function demo(engine: Engine, { values, positionals, signal }: Call): Promise<void> {
  const json = values.json === true;
  const say = (text: string): void => {
    if (!json) print(text);
  };
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const runsOn = `fovea ${version} on Node ${process.versions.node}, ${process.platform} ${process.arch}, build ${engine.variant}`;
  say(`${runsOn}\n\n`);
  const dates = await readDates(engine, positionals.length > 0 ? positionals : DATES, say);
  signal.throwIfAborted();
  const sorted = await sortNumbers(engine, say);
  signal.throwIfAborted();
  const verse = await writeVerse(engine, signal, say);
  if (json) print(`${JSON.stringify({ runsOn, dates, sorted, verse })}\n`);
}

type Say = (text: string) => void;

async function readDates(engine: Engine, texts: readonly string[], say: Say) {
  using loaded = await fromPretrained(engine, shippedModel('dates'));
  const { model, tokenizer } = loaded;
  if (!(model instanceof Seq2SeqModel) || !tokenizer) throw new Error('models/dates holds another model');
  say('Dates, read by a Transformer of 120 thousand parameters that was trained with this package:\n\n');
  const start = performance.now();
  const written = model.write(texts.map((text) => tokenizer.encode(text).ids));
  const ms = performance.now() - start;
  const dates = texts.map((text, i) => {
    // A probability for people: engines may differ in its last bit.
    const probability = Math.exp(written[i].logProbability);
    return { text, iso: tokenizer.decode(written[i].ids), probability };
  });
  const width = Math.max(...texts.map((text) => text.length));
  for (const { text, iso, probability } of dates)
    say(
      `  ${text.padEnd(width)}  ${iso}${probability < SURE ? `  (a guess: ${Math.round(100 * probability)} % sure)` : ''}\n`,
    );
  say(
    `\n  ${rate(texts.length, 'date', ms)}\n\nWhat it looks at while it writes each character of the first:\n\n`,
  );
  const maps = attentionMaps(loaded, texts[0], { layer: -1, head: 'mean' });
  say(`${terminalMap(maps, maps.maps[0], { colour: hasColour() })}\n`);
  return { dates, ms };
}

async function sortNumbers(engine: Engine, say: Say) {
  using loaded = await fromPretrained(engine, shippedModel('sort'));
  const { model, tokenizer } = loaded;
  if (!(model instanceof PointerModel) || !tokenizer) throw new Error('models/sort holds another model');
  const { ids } = tokenizer.encode(NUMBERS.join(' '));
  const start = performance.now();
  const [{ order }] = model.point([ids]);
  const ms = performance.now() - start;
  const sorted = order.map((place) => NUMBERS[place]);
  say('Sorting by pointing, by a pointer network that was trained on lists of 5 to 12:\n\n');
  say(`  ${NUMBERS.join(' ')}\n  ${sorted.join(' ')}\n\n  ${rate(NUMBERS.length, 'number', ms)}\n\n`);
  return { numbers: NUMBERS, sorted, ms };
}

async function writeVerse(engine: Engine, signal: AbortSignal, say: Say) {
  if (!isShipped('shakespeare')) {
    say('Verse: models/shakespeare is not there; examples/train/shakespeare.mjs makes it.\n');
    return null;
  }
  using loaded = await fromPretrained(engine, shippedModel('shakespeare'), { signal });
  say('Verse, a character at a time, by a GPT that has read Shakespeare:\n\n');
  const indented = (text: string): string => text.replace(/\n/g, '\n  ');
  let text = VERSE.prompt;
  say(`  ${indented(text)}`);
  const start = performance.now();
  const finished = (): boolean => text.split('\n').length > VERSE.lines;
  for (let seed = 1; !finished(); seed++) {
    const { maxNewTokens, temperature } = VERSE;
    const from = text.slice(-VERSE.memory);
    for await (const step of loaded.generate(from, { maxNewTokens, temperature, seed, signal })) {
      text += step.text;
      if (finished()) break;
      say(indented(step.text));
    }
  }
  const count = text.length - VERSE.prompt.length;
  const ms = performance.now() - start;
  say(`\n\n  ${rate(count, 'character', ms)}\n`);
  return { text, ms };
}

/** 3 dates in 21 ms, 140 a second */
function rate(count: number, what: string, ms: number): string {
  return `${count} ${what}${count === 1 ? '' : 's'} in ${ms.toFixed(ms < 10 ? 1 : 0)} ms, ${((1000 * count) / ms).toFixed(0)} a second`;
}
