// Composes io, models, text and generation: a checkpoint, wherever its files are, becomes something that
// generates and embeds.
import { type EmbedOptions, embed } from './embed/embed.js';
import type { EmbedSettings } from './embed/sentence.js';
import type { Engine } from './engine.js';
import { ArgumentError, ConfigError, MissingFileError } from './errors.js';
import type { GenerationConfig } from './generate/config.js';
import { type GenerateOptions, generate, type Prompt } from './generate/generate.js';
import type { Generation } from './generate/generation.js';
import type { HubOptions } from './io/http.js';
import { openCheckpoint } from './io/safetensors/checkpoint.js';
import { readJson, type Source } from './io/source.js';
import { hubSource } from './io/source-hub.js';
import { DecoderModel, EncoderModel } from './models/base.js';
import { type AnyModel, createModel, type ModelTypes } from './models/define.js';
import { loadWeights } from './models/load.js';
import { MATRIX_DTYPES, type MatrixDType } from './ops/panel-matrix.js';
import { readEmbedSettings, readGeneration, readTextFiles, type TextFiles } from './pretrained/files.js';
import type { OnLoadProgress } from './pretrained/progress.js';
import type { readQuantized } from './pretrained/quantized.js';
import { weightsOf } from './pretrained/weights.js';
import type { ChatMessage } from './text/chat.js';
import type { Tokenizer } from './text/tokenizer.js';

/** How a checkpoint is loaded. */
export interface PretrainedOptions {
  /**
   * How the matrices of products are held: `f32` (default); `q8`, in 8 bits with a scale for each output
   * channel, a quarter of the memory and about twice as fast; `q4`, in 4 bits with a scale for every 32, half of
   * that memory again, for models that bear it.  `q8_0` has a scale for every 32 too, and `q4_1` a minimum as well:
   * closer to f32 for 6 and 11 % more memory.  The rest stays f32.  A folder of `fovea quantize` has a default of its
   * own.
   */
  readonly dtype?: MatrixDType;
  /** Aborts loading; its reason is thrown and nothing stays in the engine. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnLoadProgress;
  /**
   * The model types to choose from, by default all that the entry point knows; add your own to HUB_MODELS, or
   * name the few that the application wants (`BERT` of fovea/models/bert).
   */
  readonly modelTypes?: ModelTypes;
  /** Reads what `fovea quantize` has written: `readQuantized`, which every entry point but the core brings. */
  readonly quantized?: typeof readQuantized;
}

/** A model with all that its folder says about using it.  Its functions may be taken out of it. */
export interface Pretrained extends Disposable {
  /** config.json as it is. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly model: AnyModel;
  /** Null if the folder has none: then ids go in and come out. */
  readonly tokenizer: Tokenizer | null;
  readonly generationConfig: GenerationConfig;
  readonly embedSettings: EmbedSettings;
  /**
   * Continues a text, token ids, or a chat.  Options not given are those of generation_config.json.
   * @throws ArgumentError if the model is an encoder; MissingFileError without a tokenizer; see generate()
   */
  generate(
    prompt: string | readonly number[] | readonly ChatMessage[],
    options?: GenerateOptions,
  ): Generation;
  /** The vector (D) of one text, or one of each; see embed(). */
  embed(text: string, options?: EmbedOptions): Promise<Float32Array>;
  /** The vectors (D) of texts, in their order; see embed(). */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  /** Gives the weights' memory back; the engine stays. */
  dispose(): void;
}

/**
 * Loads a checkpoint in Hugging Face's layout: config.json, model.safetensors or its shards in F32, F16 or
 * BF16, and tokenizer.json and the other small files where they are there.
 * @param from a Source, or the name of a repository on the Hub ("owner/name"); in Node also a folder
 * @throws MissingFileError, ConfigError, UnsupportedModelError, WeightsError, SafetensorsError,
 *   TokenizerError, DownloadError, OutOfMemoryError, or the signal's reason
 */
export async function fromPretrained(
  engine: Engine,
  from: Source | string,
  options: PretrainedOptions & HubOptions & Required<Pick<PretrainedOptions, 'modelTypes'>>,
): Promise<Pretrained> {
  const { dtype, signal, onProgress } = options;
  if (dtype !== undefined && !MATRIX_DTYPES.includes(dtype))
    throw new ArgumentError(`dtype must be ${MATRIX_DTYPES.join(' or ')}, got ${JSON.stringify(dtype)}`);
  const source = typeof from === 'string' ? hubSource(from, options) : from;
  signal?.throwIfAborted();
  const config = (await readJson(source, 'config.json', { signal })) as Record<string, unknown>;
  const model = createModel(engine.arena, config, options.modelTypes);
  // What is small comes first: a broken tokenizer is known before gigabytes have been read.
  const text = await readTextFiles(source, { signal });
  const generationConfig = await readGeneration(source, config, { signal });
  const embedSettings = await readEmbedSettings(source, { signal });
  const checkpoint = await openCheckpoint(source, { signal });
  const weights = weightsOf(checkpoint, { signal, onProgress });
  const stored = config.quantization_config;
  if (stored && !options.quantized) throw new ConfigError('quantized weights need the option quantized');
  const read = stored ? options.quantized!(weights, stored) : { ...weights, dtype: undefined };
  await loadWeights(model, read, { dtype: dtype ?? read.dtype, signal });
  const { byteLength } = checkpoint;
  onProgress?.({ status: 'ready', name: source.name, file: '', loaded: byteLength, total: byteLength });
  return assemble(source.name, config, model, text, generationConfig, embedSettings);
}

function assemble(
  name: string,
  config: Readonly<Record<string, unknown>>,
  model: AnyModel,
  { tokenizer, chatTemplate }: TextFiles,
  generationConfig: GenerationConfig,
  embedSettings: EmbedSettings,
): Pretrained {
  const words = (): Tokenizer => {
    if (!tokenizer) throw new MissingFileError('tokenizer.json', name);
    return tokenizer;
  };

  function generateFrom(
    prompt: string | readonly number[] | readonly ChatMessage[],
    options: GenerateOptions = {},
  ): Generation {
    if (!(model instanceof DecoderModel))
      throw new ArgumentError(
        `a ${model.config.modelType} model does not continue a text${model instanceof EncoderModel ? ': use embed()' : ''}`,
      );
    const defaults = { ...generationConfig, ...options.defaults };
    if (!isChat(prompt)) return generate(model, words(), prompt, { ...options, defaults });
    // The template writes the special tokens itself.
    return generate(model, words(), () => render(prompt), { ...options, defaults, addSpecialTokens: false });
  }

  const render = async (messages: readonly ChatMessage[]): Promise<string> => {
    const template = await chatTemplate();
    if (!template) throw new ArgumentError(`${name} has no chat template: it takes text, not messages`);
    return template.render(messages);
  };

  async function embedTexts(text: string, options?: EmbedOptions): Promise<Float32Array>;
  async function embedTexts(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  async function embedTexts(
    texts: string | readonly string[],
    options?: EmbedOptions,
  ): Promise<Float32Array | Float32Array[]> {
    if (!(model instanceof DecoderModel || model instanceof EncoderModel))
      throw new ArgumentError(`a ${model.config.modelType} model gives no vectors of texts`);
    const all = typeof texts === 'string' ? [texts] : texts;
    const vectors = await embed(model, words(), all, options, embedSettings);
    return typeof texts === 'string' ? vectors[0] : vectors;
  }

  return {
    config,
    model,
    tokenizer,
    generationConfig,
    embedSettings,
    generate: generateFrom,
    embed: embedTexts,
    dispose: () => model.dispose(),
    [Symbol.dispose]: () => model.dispose(),
  };
}

function isChat(prompt: Prompt | readonly ChatMessage[]): prompt is readonly ChatMessage[] {
  return Array.isArray(prompt) && typeof prompt[0] === 'object';
}
