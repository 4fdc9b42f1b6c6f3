// Reads the fields of a config.json with narrow checks by hand.  The file is untrusted input: a size that
// no model has is refused here, before anything is allocated or looped over by it.
import { ConfigError } from '../errors.js';

/** What config.json parsed to: an object, nothing more is known. */
export type RawConfig = Readonly<Record<string, unknown>>;

/**
 * Far above any model of these families, far below what would hang or exhaust a process; and all of them
 * together keep the number of parameters an exact integer.
 */
export const LIMITS = {
  layers: 512,
  heads: 1024,
  headDim: 4096,
  size: 1 << 18,
  vocab: 1 << 22,
  positions: 1 << 24,
} as const;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Field by field access; each method names the field, what was expected and what came. */
export class Fields {
  constructor(
    readonly raw: RawConfig,
    /** for messages */
    readonly file = 'config.json',
  ) {}

  /** The first of the names that is there and not null: a field and the names it had before. */
  get(...names: string[]): { name: string; value: unknown } {
    const name = names.find((n) => Object.hasOwn(this.raw, n) && this.raw[n] !== null);
    return { name: name ?? names[0], value: name === undefined ? undefined : this.raw[name] };
  }

  /** An integer in [min, max]; without `otherwise` the field is required. */
  int(names: string | string[], max: number, otherwise?: number, min = 1): number {
    const { name, value = otherwise } = this.get(...[names].flat());
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
      return this.fail(name, `an integer from ${min} to ${max}`, value);
    return value;
  }

  /** An integer as `int` gives it, or null where the field is absent or null. */
  intOrNull(names: string | string[], max: number, min = 1): number | null {
    return this.get(...[names].flat()).value === undefined ? null : this.int(names, max, undefined, min);
  }

  /** A finite number above `above`. */
  number(names: string | string[], otherwise?: number, above = Number.NEGATIVE_INFINITY): number {
    const { name, value = otherwise } = this.get(...[names].flat());
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= above)
      return this.fail(
        name,
        above === Number.NEGATIVE_INFINITY ? 'a number' : `a number above ${above}`,
        value,
      );
    return value;
  }

  boolean(name: string, otherwise: boolean): boolean {
    const { value = otherwise } = this.get(name);
    return typeof value === 'boolean' ? value : this.fail(name, 'true or false', value);
  }

  string(name: string, otherwise?: string): string {
    const { value = otherwise } = this.get(name);
    return typeof value === 'string' ? value : this.fail(name, 'a string', value);
  }

  /** A list of integers, also when the file has one alone; empty where there is none. */
  ints(name: string, max: number): number[] {
    const { value } = this.get(name);
    const list: unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
    if (!list.every((v) => typeof v === 'number' && Number.isInteger(v) && v >= 0 && v <= max))
      return this.fail(name, `an integer or a list of integers from 0 to ${max}`, value);
    return list as number[];
  }

  /** The fields of a nested object, or undefined where there is none. */
  object(name: string): Fields | undefined {
    const { value } = this.get(name);
    if (value === undefined) return undefined;
    return isObject(value) ? new Fields(value, `${this.file}: ${name}`) : this.fail(name, 'an object', value);
  }

  /** Refuses a field that asks for what a model type here does not do. */
  only<T>(name: string, supported: T): void {
    const { value = supported } = this.get(name);
    if (value !== supported)
      this.fail(name, `${JSON.stringify(supported)} (nothing else is supported)`, value);
  }

  fail(name: string, expected: string, got: unknown): never {
    const text = JSON.stringify(got) ?? 'nothing';
    throw new ConfigError(
      `${this.file}: ${name} must be ${expected}, got ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`,
    );
  }
}

/** @throws ConfigError unless `size` splits into `parts` of equal size */
export function divides(fields: Fields, size: [string, number], parts: [string, number]): void {
  if (size[1] % parts[1] !== 0)
    fields.fail(size[0], `a multiple of ${parts[0]}, which is ${parts[1]}`, size[1]);
}
