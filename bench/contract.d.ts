/**
 * What a contestant of the benchmarks is: fovea itself (`ours.mjs`) and each rival (`rivals/*.mjs`) implement
 * this and nothing else, so a suite cannot treat one of them differently.
 */
import type { BertConfig, GPT2Config } from './shapes.mjs';

/** A named weight: row-major data of the given shape. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** C = A·B, with A (M, K) new in every run and B (K, N) a constant weight. */
export interface GemmProblem {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** A BERT encoder over full-length sequences: token ids (B, S) in, last hidden state (B, S, D) out. */
export interface EncoderProblem {
  readonly config: BertConfig;
  /** Hugging Face `BertModel` keys without the pooler; linear weights are (out, in). */
  readonly weights: ReadonlyMap<string, Weight>;
  readonly batch: number;
  readonly length: number;
  /** (B, S), each below `config.vocab_size`. There is no padding and no mask: every token attends to all. */
  readonly inputIds: Int32Array;
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
  dispose(): void | Promise<void>;
}

export interface Contestant {
  readonly name: string;
  readonly version: string;
  gemm(problem: GemmProblem): Job | Promise<Job>;
  encoder(problem: EncoderProblem): Job | Promise<Job>;
  /** A run is one step and leaves loss and gradient norm.  Inference engines have no such thing. */
  training?(problem: TrainingProblem): Job | Promise<Job>;
  dispose(): void | Promise<void>;
}

export interface OpenOptions {
  readonly threads: number;
  /** Which build of fovea: `simd` or `relaxed`. Rivals have no such choice and ignore it. */
  readonly variant: string;
}

/** Every contestant's module exports one of these as `open`; `ours.mjs` names itself `fovea`. */
export type Open = (options: OpenOptions) => Promise<Contestant>;

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
  open?(options: { readonly variant: string }): Promise<Contestant[]>;
  /** Threads of the first of them; default 1. */
  readonly threads?: number;
}

export interface Case {
  readonly name: string;
  /** Floating-point operations of one run, for the table. */
  readonly flops: number;
  load(contestant: Contestant): Promise<Job>;
  /** Throws unless the outputs are right; keyed by contestant. */
  check(outputs: ReadonlyMap<string, Float32Array>): void;
  /** Gives up the inputs, so that a suite holds those of one case at a time. */
  release(): void;
}
