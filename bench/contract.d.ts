/**
 * What a contestant of the benchmarks is: fovea itself (`ours.mjs`) and each rival (`rivals/*.mjs`) implement
 * this and nothing else, so a suite cannot treat one of them differently.
 */
import type { BertConfig, GPT2Config, LlamaConfig } from './shapes.mjs';

/**
 * How weights are held: as they are, or quantised when they are loaded, each engine in its own way; who has no q8_0
 * or q4_1 takes q8 or q4 for it.
 */
export type DType = 'f32' | 'q8' | 'q8_0' | 'q4' | 'q4_1';

/** A named weight: row-major data of the given shape. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** C = A·B, with A (M, K) new in every run and B (K, N) a constant weight. */
export interface GemmProblem {
  /** of the weight; default f32 */
  readonly dtype?: DType;
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** A BERT encoder over full-length sequences: token ids (B, S) in, last hidden state (B, S, D) out. */
export interface EncoderProblem {
  readonly config: BertConfig;
  /** of the matrices; default f32 */
  readonly dtype?: DType;
  /** Hugging Face `BertModel` keys without the pooler; linear weights are (out, in). */
  readonly weights: ReadonlyMap<string, Weight>;
  readonly batch: number;
  readonly length: number;
  /** (B, S), each below `config.vocab_size`. There is no padding and no mask: every token attends to all. */
  readonly inputIds: Int32Array;
}

/** softmax(Q Kᵀ / √D) V for each head of one sequence. */
export interface AttentionProblem {
  readonly H: number;
  /** heads of keys and values, each shared by H / G of the queries' */
  readonly G: number;
  readonly S: number;
  readonly D: number;
  /** query i sees keys 0 … i */
  readonly causal: boolean;
  /** (S, H, D), (S, G, D), (S, G, D), as a linear layer leaves them; so is the output. */
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

/**
 * A Llama that continues a prompt, greedily: `steps` times it appends the most likely token.  With 0 steps a run is
 * the prompt alone.  Else the prompt is read once, before the runs, and a run is the steps.  Out come the logits of
 * the last token, (V).
 */
export interface DecodeProblem {
  readonly config: LlamaConfig;
  readonly dtype: DType;
  readonly prompt: Int32Array;
  readonly steps: number;
}

/** One step of training: loss, gradients, clipping by their common norm, AdamW. */
export interface TrainingProblem {
  readonly config: GPT2Config;
  /** Hugging Face `GPT2LMHeadModel` keys without `transformer.`; matrices are (in, out); the head is `wte` again. */
  readonly weights: ReadonlyMap<string, Weight>;
  readonly batch: number;
  readonly length: number;
  /** Token ids (B, S) and what follows each of them; a run takes the next pair, the first after the last. */
  readonly batches: readonly { readonly input: Int32Array; readonly target: Int32Array }[];
  readonly optimizer: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    /** of matrices only */
    readonly weightDecay: number;
    readonly clip: number;
  };
}

/**
 * One problem, loaded: weights are converted, packed and resident, so that only the work of a call is left.
 * `run` is that call as a user makes it: it takes the input from the caller's typed array and leaves the output
 * in one the caller can read, both copies included where the engine needs them. The next run may reuse that array.
 */
export interface Job {
  run(): Float32Array | Promise<Float32Array>;
  /** Bytes of all its weights, as they lie in memory. */
  readonly bytes?: number;
  dispose(): void | Promise<void>;
}

export type MaybeJob = Job | null | Promise<Job | null>;

export interface Contestant {
  readonly name: string;
  readonly version: string;
  // What an engine has not, as a whole or for such a problem, it leaves out or answers with null.
  gemm(problem: GemmProblem): MaybeJob;
  encoder(problem: EncoderProblem): MaybeJob;
  attention?(problem: AttentionProblem): MaybeJob;
  decode?(problem: DecodeProblem): MaybeJob;
  /** A run is one step and leaves loss and gradient norm.  Inference engines have no such thing. */
  training?(problem: TrainingProblem): MaybeJob;
  dispose(): void | Promise<void>;
}

export interface OpenOptions {
  readonly threads: number;
  /** Which build of fovea: `simd` or `relaxed`. Rivals have no such choice and ignore it. */
  readonly variant: string;
}

/** Every contestant's module exports one of these as `open`; `ours.mjs` names itself `fovea`. */
export type Open = (options: OpenOptions) => Promise<Contestant>;

/** One measured number of fovea, if it has a limit as a share of that. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly share?: number;
}

/** What the machine can do at most on one thread: GFLOP/s, 10⁹ integer operations/s, GB/s. */
export interface Limits {
  readonly madd: number;
  readonly dot: number;
  /** plain reads in order: what shares of the bandwidth refer to */
  readonly stream: number;
  /** the same with pages asked for ahead, which gets more out of some machines */
  readonly ahead: number;
}

/** A suite: its cases in order, each with the problem it hands to every contestant. */
export interface Suite {
  readonly cases: readonly Case[];
  /** Who can take part, if not everyone. */
  readonly rivals?: readonly string[];
  /** What `--whole` adds: one long run of fovea alone, whose figures become a line of their own. */
  readonly whole?: (options: {
    readonly variant: string;
  }) => Promise<Readonly<Record<string, string | number>>>;
  /** Who takes part, ours first, where it is not fovea against its rivals on one thread. */
  open?(options: { readonly variant: string; readonly clock: 'wall' | 'cpu' }): Promise<Contestant[]>;
  /** Threads of the first of them; default 1. */
  readonly threads?: number;
  /** What is told at the end beside the cases. */
  figures?(context: {
    readonly rows: readonly Row[];
    readonly variant: string;
  }): Figure[] | Promise<Figure[]>;
}

export interface Timing {
  readonly ms: number;
  readonly runs: number;
}

/** A case as it was measured. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  readonly variant: string;
  readonly threads: number;
  /** Version of Node that it was measured in, where that is a choice. */
  readonly node?: string;
  readonly flops: number;
  readonly ours?: Timing;
  /** The least time that the machine's limits leave for it over our time. */
  readonly share?: number;
  readonly rivals: Readonly<Record<string, RivalTiming>>;
  /** Who took how many times as long as in another process, though it was measured several times. */
  readonly unsteady?: Readonly<Record<string, number>>;
}

export type RivalTiming =
  | (Timing & { readonly version: string })
  | { readonly version: string; readonly error: string };

export interface Case {
  readonly name: string;
  /** Operations of one run, an addition and a multiplication counting as two. */
  readonly flops: number;
  /** Which of the machine's limits holds for them; default madd. */
  readonly limit?: 'madd' | 'dot';
  /** How often a run reads all weights from memory, because caches cannot hold them; default 0. */
  readonly reads?: number;
  /** A quick run leaves it out. */
  readonly full?: boolean;
  load(contestant: Contestant): Promise<Job | null>;
  /** Throws unless the outputs are right; keyed by contestant. */
  check(outputs: ReadonlyMap<string, Float32Array>): void;
  /** Gives up the inputs, so that a suite holds those of one case at a time. */
  release(): void;
}
