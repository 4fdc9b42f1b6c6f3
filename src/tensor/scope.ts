// Ownership by scope: what is made in a scope dies at its end, unless it is returned or kept.  An object
// carries the links of its scope's list itself: a forward pass opens some hundred scopes and owns some
// hundred tensors in them, and nothing of that is to make garbage.

/** What a scope can own. */
export abstract class Owned {
  /** @internal The scope that owns it, and its neighbours there: for this file only. */
  scope: Scope | null = null;
  /** @internal */
  before: Owned | null = null;
  /** @internal */
  after: Owned | null = null;

  abstract dispose(): void;
  /** Told when no scope owns it any more. */
  abstract unscoped(): void;
}

/** A list of what it owns, in order of arrival. */
export interface Scope {
  first: Owned | null;
  last: Owned | null;
  /** the scope around it, or the next one to be used again */
  outer: Scope | null;
}

/** Takes an object out of its scope, if it has one: from now on it lives until its own dispose(). */
export function leave(object: Owned): void {
  const { scope, before, after } = object;
  if (!scope) return;
  if (before) before.after = after;
  else scope.first = after;
  if (after) after.before = before;
  else scope.last = before;
  object.scope = null;
  object.before = null;
  object.after = null;
}

export class Scopes {
  #current: Scope | null = null;
  #spare: Scope | null = null;

  /** Gives an object to the innermost scope, if there is one. */
  adopt(object: Owned): void {
    if (this.#current) append(this.#current, object);
    else object.unscoped();
  }

  run<T>(body: () => T): T {
    const scope = this.#spare ?? { first: null, last: null, outer: null };
    this.#spare = scope.outer;
    scope.outer = this.#current;
    this.#current = scope;
    let result: T;
    try {
      result = body();
      if (typeof (result as { then?: unknown } | null)?.then === 'function')
        throw new TypeError('scope() takes a synchronous function; what is awaited in it would outlive it');
    } catch (error) {
      this.#close(scope);
      throw error;
    }
    this.#hand(result, scope);
    this.#close(scope);
    return result;
  }

  /** Gives the members of `scope` in a result (itself, or inside arrays, maps and plain objects) to the one around. */
  #hand(value: unknown, scope: Scope): void {
    if (typeof value !== 'object' || value === null) return;
    const kind = Object.getPrototypeOf(value);
    if (value instanceof Owned) {
      if (value.scope !== scope) return;
      leave(value);
      if (scope.outer) append(scope.outer, value);
      else value.unscoped();
    } else if (Array.isArray(value)) for (let i = 0; i < value.length; i++) this.#hand(value[i], scope);
    else if (value instanceof Map) for (const v of value.values()) this.#hand(v, scope);
    else if (kind === Object.prototype || kind === null)
      for (const v of Object.values(value)) this.#hand(v, scope);
  }

  #close(scope: Scope): void {
    this.#current = scope.outer;
    for (let object = scope.first; object; object = scope.first) {
      leave(object);
      object.dispose();
    }
    scope.outer = this.#spare;
    this.#spare = scope;
  }
}

function append(scope: Scope, object: Owned): void {
  const { last } = scope;
  object.scope = scope;
  object.before = last;
  if (last) last.after = object;
  else scope.first = object;
  scope.last = object;
}
