// The models behind the handler: each is loaded when a request first asks for it, and kept.
import { createEngine, fromPretrained } from 'fovea';

// An isolate has 128 MB for everything: what is beyond this is an error that the caller can be told about,
// rather than the end of the isolate.
const ENGINE_BYTES = 96 << 20;

/**
 * @param {{ embedding: import('fovea').Source, generation: import('fovea').Source }} sources
 * @param {import('fovea').PretrainedOptions} [options]
 */
export function lazyModels(sources, options) {
  const engine = once(() => createEngine({ maxMemory: ENGINE_BYTES }));
  const load = async (/** @type {import('fovea').Source} */ source) =>
    fromPretrained(await engine(), source, options);
  return { embedding: once(() => load(sources.embedding)), generation: once(() => load(sources.generation)) };
}

/**
 * Makes a thing once.  What failed is tried again the next time: a bucket that did not answer may do so later.
 * @template T @param {() => Promise<T>} make @returns {() => Promise<T>}
 */
function once(make) {
  /** @type {Promise<T> | undefined} */
  let made;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
