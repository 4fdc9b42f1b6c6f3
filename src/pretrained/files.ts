// The small files of a checkpoint folder, most of which may be absent.
import {
  checkModules,
  DEFAULT_SETTINGS,
  type EmbedSettings,
  readModules,
  readPooling,
} from '../embed/sentence.js';
import { type GenerationConfig, readGenerationConfig } from '../generate/config.js';
import { type FileOptions, readJson, readText, type Source } from '../io/source.js';
import { type ChatTemplate, loadChatTemplate } from '../text/chat.js';
import { loadTokenizer } from '../text/load.js';
import type { Tokenizer } from '../text/tokenizer.js';

async function optionalJson(source: Source, file: string, options: FileOptions): Promise<unknown> {
  return (await source.has(file, options)) ? readJson(source, file, options) : undefined;
}

/** Words and templates: null where the folder has no tokenizer.json. */
export interface TextFiles {
  readonly tokenizer: Tokenizer | null;
  /** Compiled on first use, because it needs an optional package. */
  chatTemplate(): Promise<ChatTemplate | undefined>;
}

/** @throws TokenizerError, ConfigError */
export async function readTextFiles(source: Source, options: FileOptions): Promise<TextFiles> {
  const file = await optionalJson(source, 'tokenizer.json', options);
  const config = ((await optionalJson(source, 'tokenizer_config.json', options)) ?? {}) as object;
  // Before tokenizer_config.json held them, the roles of special tokens had a file of their own.
  const roles = ((await optionalJson(source, 'special_tokens_map.json', options)) ?? {}) as object;
  const template = (await source.has('chat_template.jinja', options))
    ? { chat_template: await readText(source, 'chat_template.jinja', options) }
    : {};
  const merged = { ...roles, ...config, ...template };
  let compiled: Promise<ChatTemplate | undefined> | undefined;
  return {
    tokenizer: file === undefined ? null : await loadTokenizer(file, merged),
    chatTemplate: () => {
      compiled ??= loadChatTemplate(merged);
      return compiled;
    },
  };
}

/** generation_config.json, or what config.json says of it in older repositories. @throws ConfigError */
export async function readGeneration(
  source: Source,
  config: Readonly<Record<string, unknown>>,
  options: FileOptions,
): Promise<GenerationConfig> {
  const json = await optionalJson(source, 'generation_config.json', options);
  return readGenerationConfig(json ?? { eos_token_id: config.eos_token_id });
}

/** Pooling, normalization and length as a sentence-transformers repository states them. @throws ConfigError */
export async function readEmbedSettings(source: Source, options: FileOptions): Promise<EmbedSettings> {
  const json = await optionalJson(source, 'modules.json', options);
  if (json === undefined) return DEFAULT_SETTINGS;
  const modules = readModules(json);
  checkModules(modules);
  const pooling = modules.find(({ kind }) => kind === 'Pooling');
  const file = `${pooling?.path}/config.json`;
  const sentence = await optionalJson(source, 'sentence_bert_config.json', options);
  const maxLength = (sentence as { max_seq_length?: unknown } | undefined)?.max_seq_length;
  return {
    pooling: pooling ? readPooling(await readJson(source, file, options), file) : DEFAULT_SETTINGS.pooling,
    normalize: modules.some(({ kind }) => kind === 'Normalize'),
    ...(typeof maxLength === 'number' && maxLength > 0 && { maxLength }),
  };
}
