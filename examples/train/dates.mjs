#!/usr/bin/env node
/**
 * Trains a Transformer that turns dates as people write them into ISO dates, and writes it as a model folder:
 *
 *     node examples/train/dates.mjs --out models/dates
 *
 * Ctrl-C saves; the same command continues.  `--help` lists the options.
 */
import { join } from 'node:path';
import { modelCard } from './dates/card.mjs';
import { evaluateFolder } from './dates/evaluate.mjs';
import { config, datesTask } from './dates/task.mjs';
import { tokenizer, tokenizerConfig } from './dates/tokenizer.mjs';
import { runTask } from './lib/run.mjs';

await runTask({
  name: 'dates',
  folder: join('.cache', 'train', 'dates'),
  create: datesTask,
  files: { config, tokenizer, tokenizerConfig },
  curve: { title: 'dates: cross entropy of a character, in nats', held: [] },
  evaluate: evaluateFolder,
  card: modelCard,
});
