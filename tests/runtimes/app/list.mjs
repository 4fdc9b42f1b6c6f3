// What the test consists of; no imports, since those who run it read this too.

/** In the order of the table. */
export const CHECKS = [
  'variant',
  'self-test',
  'attention',
  'encoder',
  'int8',
  'gradient',
  'dates',
  'verse',
  'threads',
];

/** Which shipped models the body reads, and which of their files. */
export const MODELS = {
  dates: ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'],
  shakespeare: ['config.json', 'model.safetensors', 'tokenizer.json'],
};
