// Ownership by scope: what is made in a scope dies at its end, unless it is returned or kept.

/** What a scope can own. */
export interface Owned {
  dispose(): void;
  /** Told when no scope owns it any more. */
  unscoped(): void;
}

export class Scopes {
  readonly #stack: Set<Owned>[] = [];

  /** Gives an object to the innermost scope, if there is one. */
  adopt(object: Owned): void {
    const scope = this.#stack.at(-1);
    if (scope) scope.add(object);
    else object.unscoped();
  }

  /** Takes an object out of every scope: from now on it lives until its own dispose(). */
  release(object: Owned): void {
    for (const scope of this.#stack) scope.delete(object);
  }

  run<T>(body: () => T): T {
    const scope = new Set<Owned>();
    this.#stack.push(scope);
    let result: T;
    try {
      result = body();
      if (typeof (result as { then?: unknown } | null)?.then === 'function')
        throw new TypeError('scope() takes a synchronous function; what is awaited in it would outlive it');
    } catch (error) {
      this.#close(scope);
      throw error;
    }
    // Nearly always the result is one tensor; a decoder's step ends some thousand scopes.
    if (scope.delete(result as Owned)) {
      this.#close(scope);
      this.adopt(result as Owned);
      return result;
    }
    const escaping = new Set<Owned>();
    collect(result, scope, escaping);
    for (const object of escaping) scope.delete(object);
    this.#close(scope);
    for (const object of escaping) this.adopt(object);
    return result;
  }

  #close(scope: Set<Owned>): void {
    if (this.#stack[this.#stack.length - 1] === scope) this.#stack.pop();
    else this.#stack.splice(this.#stack.indexOf(scope), 1);
    for (const object of scope) object.dispose();
  }
}

/** Finds the members of `scope` in a result: itself, or inside arrays, maps and plain objects. */
function collect(value: unknown, scope: ReadonlySet<Owned>, found: Set<Owned>): void {
  if (typeof value !== 'object' || value === null) return;
  if (scope.has(value as Owned)) {
    found.add(value as Owned);
    return;
  }
  if (Array.isArray(value)) for (const v of value) collect(v, scope, found);
  else if (value instanceof Map) for (const v of value.values()) collect(v, scope, found);
  else if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
    for (const v of Object.values(value)) collect(v, scope, found);
}
