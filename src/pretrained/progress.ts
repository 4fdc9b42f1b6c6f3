// What loading tells on its way; statuses are named as in transformers.js.

/** One piece of news. */
export interface LoadProgress {
  /**
   * `download`: bytes of a file reach the local cache.  `initiate`, `progress`, `done`: the weights of a
   * file enter the engine.  `ready`: the model can be used.
   */
  readonly status: 'download' | 'initiate' | 'progress' | 'done' | 'ready';
  /** The repository, folder or source. */
  readonly name: string;
  /** Empty for `ready`. */
  readonly file: string;
  /** Bytes. */
  readonly loaded: number;
  readonly total: number;
}

/** Hears how loading goes. */
export type OnLoadProgress = (progress: LoadProgress) => void;
