// Every error this package throws on purpose.  Callers branch on the class or on `code`, never on the
// text; the text names the argument, what was expected and what came.
// An abort is not among them: the caller's own `signal.reason` is rethrown, as `fetch` does it.

/** What kind of error it is, for programs: the `code` of every FoveaError. */
export type ErrorCode =
  | 'SHAPE'
  | 'DTYPE'
  | 'ARGUMENT'
  | 'DISPOSED'
  | 'GRADCHECK'
  | 'OUT_OF_MEMORY'
  | 'ENGINE'
  | 'SAFETENSORS'
  | 'CONFIG'
  | 'WEIGHTS'
  | 'UNSUPPORTED_MODEL'
  | 'TOKENIZER'
  | 'SOURCE'
  | 'MISSING_FILE'
  | 'DOWNLOAD';

/** The common ancestor: `error instanceof FoveaError` separates our diagnoses from bugs. */
export class FoveaError extends Error {
  constructor(
    readonly code: ErrorCode,
    name: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    // Given as a string because minifiers rename classes, and not enumerable because it is not data.
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true });
  }
}

/** Tensors whose shapes do not fit each other or the operation; the message prints the shapes. */
export class ShapeError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('SHAPE', 'ShapeError', message, options);
  }
}

/** A dtype that the operation does not take, or two that do not go together. */
export class DTypeError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('DTYPE', 'DTypeError', message, options);
  }
}

/** An argument outside its range or of the wrong kind: what `RangeError` and `TypeError` would say. */
export class ArgumentError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('ARGUMENT', 'ArgumentError', message, options);
  }
}

/** Gradients that differ from what the values of the function say; see gradcheck(). */
export class GradcheckError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('GRADCHECK', 'GradcheckError', message, options);
  }
}

/** Use of an engine, tensor or model after `dispose()`. */
export class DisposedError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('DISPOSED', 'DisposedError', message, options);
  }
}

/** The engine's memory cannot hold what was asked for.  Sizes in bytes. */
export class OutOfMemoryError extends FoveaError {
  constructor(
    message: string,
    readonly requestedBytes?: number,
    readonly limitBytes?: number,
    options?: ErrorOptions,
  ) {
    super('OUT_OF_MEMORY', 'OutOfMemoryError', message, options);
  }
}

/** The WebAssembly module cannot be built here, lacks a feature, or failed its self-test. */
export class EngineError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('ENGINE', 'EngineError', message, options);
  }
}

/** A safetensors file, or the index over its shards, that breaks the format's rules. */
export class SafetensorsError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('SAFETENSORS', 'SafetensorsError', message, options);
  }
}

/** A config.json (or one of its siblings) with a missing, absurd or contradictory field. */
export class ConfigError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('CONFIG', 'ConfigError', message, options);
  }
}

/** A model type that is not in the registry; `supported` lists those that are. */
export class UnsupportedModelError extends FoveaError {
  constructor(
    readonly modelType: string,
    readonly supported: readonly string[],
    options?: ErrorOptions,
  ) {
    super(
      'UNSUPPORTED_MODEL',
      'UnsupportedModelError',
      `model_type ${JSON.stringify(modelType)} is not supported; supported are ${supported.join(', ')}`,
      options,
    );
  }
}

/** A tokenizer.json, tokenizer_config.json or chat template that cannot be used, or a text that it cannot encode. */
export class TokenizerError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('TOKENIZER', 'TokenizerError', message, options);
  }
}

/** A source that gave other bytes than it promised, or could not be read. */
export class SourceError extends FoveaError {
  constructor(message: string, options?: ErrorOptions) {
    super('SOURCE', 'SourceError', message, options);
  }
}

/** A file that a checkpoint needs and its source does not have. */
export class MissingFileError extends FoveaError {
  constructor(
    readonly file: string,
    readonly source: string,
    options?: ErrorOptions,
  ) {
    super('MISSING_FILE', 'MissingFileError', `${source} has no ${file}`, options);
  }
}

/** A download that failed; `status` is the HTTP status where the server answered at all. */
export class DownloadError extends FoveaError {
  constructor(
    message: string,
    readonly url: string,
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super('DOWNLOAD', 'DownloadError', message, options);
  }
}

/** A tensor whose shape in the checkpoint is not the one that the model needs. */
export interface Misshapen {
  readonly name: string;
  readonly expected: readonly number[];
  readonly actual: readonly number[];
}

/** Weights that do not fit the model: all that is wrong at once, because one at a time is no diagnosis. */
export class WeightsError extends FoveaError {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly misshapen: readonly Misshapen[];

  constructor(
    subject: string,
    found: {
      missing?: readonly string[];
      unexpected?: readonly string[];
      misshapen?: readonly Misshapen[];
    },
    options?: ErrorOptions,
  ) {
    const { missing = [], unexpected = [], misshapen = [] } = found;
    const shapes = misshapen.map(
      (m) => `${m.name} (expected [${m.expected.join(', ')}], found [${m.actual.join(', ')}])`,
    );
    super(
      'WEIGHTS',
      'WeightsError',
      `the weights do not fit ${subject}${list('missing', missing)}${list('unexpected', unexpected)}${list('misshapen', shapes)}`,
      options,
    );
    this.missing = missing;
    this.unexpected = unexpected;
    this.misshapen = misshapen;
  }
}

// The message stays readable for a checkpoint of hundreds of tensors; the fields hold the whole list.
const SHOWN = 20;

function list(kind: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const rest = names.length > SHOWN ? `, … and ${names.length - SHOWN} more` : '';
  return `\n  ${kind} (${names.length}): ${names.slice(0, SHOWN).join(', ')}${rest}`;
}
