#!/usr/bin/env node
/**
 * Trains a pointer network that sorts numbers by pointing at them, and writes it as a model folder:
 *
 *     node examples/train/sort.mjs --out models/sort
 *
 * Ctrl-C saves; the same command continues.  `--help` lists the options.
 */
import { join } from 'node:path';
import { runTask } from './lib/run.mjs';
import { modelCard } from './sort/card.mjs';
import { evaluateFolder } from './sort/evaluate.mjs';
import { config, sortTask } from './sort/task.mjs';
import { tokenizer, tokenizerConfig } from './sort/tokenizer.mjs';

await runTask({
  name: 'sort',
  folder: join('.cache', 'train', 'sort'),
  create: sortTask,
  files: { config, tokenizer, tokenizerConfig },
  curve: { title: 'sort: cross entropy of a step, in nats', held: [] },
  evaluate: evaluateFolder,
  card: modelCard,
});
