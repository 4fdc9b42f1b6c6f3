// What a page and a worker with a model in it say to each other.  Everything passes structured clone; the
// numbers that come back are transferred, not copied.
import type { EmbedOptions } from '../embed/embed.js';
import type { EmbedSettings } from '../embed/sentence.js';
import type { EngineOptions } from '../engine.js';
import type { GenerationConfig } from '../generate/config.js';
import type { GenerateOptions } from '../generate/generate.js';
import type { GenerationStep, GenerationSummary } from '../generate/generation.js';
import type { HubOptions } from '../io/http.js';
import type { Variant } from '../kernels.js';
import type { DecoderOptions, ModelConfig } from '../models/base.js';
import type { TraceOptions } from '../models/outputs.js';
import type { LoadProgress } from '../pretrained/progress.js';
import type { PretrainedOptions } from '../pretrained.js';
import type { MemoryStats } from '../tensor/arena.js';
import type { ChatMessage } from '../text/chat.js';
import type { DecodeOptions, EncodeOptions, Encoding } from '../text/tokenizer.js';

/** Files of a checkpoint by their names, where they are in memory already. */
export type Files = readonly (readonly [file: string, content: Uint8Array | string])[];

/** `url`: any web server's folder; `name`: what the runtime's fromPretrained takes. */
export type Place = { readonly url: string } | { readonly name: string } | { readonly files: Files };

export interface OpenOptions
  extends Pick<EngineOptions, 'variant' | 'threads' | 'maxMemory' | 'selfTest'>,
    Pick<PretrainedOptions, 'dtype'>,
    Omit<HubOptions, 'fetch'> {
  /** In Node: see CachedHubOptions. */
  readonly cacheDir?: string;
  readonly offline?: boolean;
  /** URL of the script of `fovea/thread`, for bundlers that do not find it by themselves. */
  readonly threadScript?: string;
}

/** What is known of a model once it is loaded. */
export interface Opened {
  /** config.json as it is. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly modelConfig: ModelConfig;
  /** What it can do: `generate` needs a decoder, `embed` and `forward` a decoder or an encoder. */
  readonly kind: 'encoder' | 'decoder' | 'other';
  readonly generationConfig: GenerationConfig;
  readonly embedSettings: EmbedSettings;
  readonly variant: Variant;
  readonly threads: number;
  readonly threadsReason: string | null;
}

/** Numbers in row-major order. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a pass is asked for beside the last hidden state. */
export interface ForwardOptions extends TraceOptions, Pick<DecoderOptions, 'logits'> {
  /** Of texts: let the tokenizer put its special tokens around them; default true. */
  readonly addSpecialTokens?: boolean;
}

/** What a pass gives, in arrays of the caller's own. */
export interface Forwarded {
  /** (B, S): the ids that went in, and 1 where they are real, 0 where a shorter text was padded. */
  readonly shape: readonly [B: number, S: number];
  readonly inputIds: Int32Array;
  readonly attentionMask: Uint8Array;
  /** (B, S, D) */
  readonly lastHiddenState: Values;
  /** (B, S, D) each, those asked for; see TraceOptions. */
  readonly hiddenStates?: readonly Values[];
  /** (B, H, S, S) each, those asked for. */
  readonly attentions?: readonly Values[];
  /** (B, D), of encoders with a pooler. */
  readonly poolerOutput?: Values;
  /** (B, S, V) of decoders; (B, 1, V) or nothing if `logits` says so. */
  readonly logits?: Values;
}

/** What is continued: a text, ids, or a chat. */
export type Prompt = string | readonly number[] | readonly ChatMessage[];
/** What a pass is made over: texts, or rows of ids; shorter ones are padded. */
export type Input = readonly string[] | readonly (readonly number[])[];

/** What can be asked for, with one answer each; `progress` is what comes before it. */
export interface Questions {
  open: { args: [Place, OpenOptions]; answer: Opened; progress: LoadProgress };
  embed: {
    args: [readonly string[], Omit<EmbedOptions, 'signal' | 'onProgress'>];
    answer: Float32Array[];
    progress: { done: number; total: number };
  };
  forward: { args: [Input, ForwardOptions]; answer: Forwarded; progress: never };
  encode: { args: [string, EncodeOptions]; answer: Encoding; progress: never };
  decode: { args: [readonly number[], DecodeOptions]; answer: string; progress: never };
  memory: { args: []; answer: MemoryStats; progress: never };
  /** The steps are its progress, each of which is to be acknowledged; see AHEAD. */
  generate: {
    args: [Prompt, Omit<GenerateOptions, 'signal'>];
    answer: GenerationSummary | null;
    progress: GenerationStep;
  };
}

export type Method = keyof Questions;

/** How many steps of a generation may be under way, so that a slow reader does not make a pile of them. */
export const AHEAD = 4;

/** From the page. */
export type Request =
  | { readonly id: number; readonly method: Method; readonly args: readonly unknown[] }
  | { readonly id: number; readonly abort: true }
  | { readonly id: number; readonly acknowledged: true };

/** From the worker. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: WireError }
  | { readonly id: number; readonly progress: unknown };

/** An error as data; `fields` are its own, among them `code`. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: WireError;
}

/** One end of the wire. */
export interface Port<Out, In> {
  post(message: Out, transfer?: readonly ArrayBuffer[]): void;
  listen(listener: (message: In) => void): void;
}
