// A checkpoint behind a binding of a Worker (static assets, another service, or R2 with a Worker before it) as a
// Source: anything with fetch() that answers with files.
import { MissingFileError, SourceError } from 'fovea';

/**
 * @param {{ fetch(url: string, init?: RequestInit): Promise<Response> }} binding
 * @param {string} folder
 * @returns {import('fovea').Source}
 */
export function assetSource(binding, folder) {
  const name = `assets/${folder}`;
  const get = async (/** @type {string} */ file, /** @type {RequestInit} */ init) => {
    const response = await binding.fetch(`http://assets/${folder}/${file}`, init);
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 404) throw new MissingFileError(file, name);
    throw new SourceError(`${name}/${file}: HTTP ${response.status}`);
  };

  /** Each is asked for once; files of a deployment do not change. @type {Map<string, number>} */
  const sizes = new Map();

  /** @type {import('fovea').Source['size']} */
  async function size(file, { signal } = {}) {
    const known = sizes.get(file);
    if (known !== undefined) return known;
    const response = await get(file, { method: 'HEAD', signal });
    const bytes = Number(response.headers.get('content-length'));
    sizes.set(file, bytes);
    return bytes;
  }

  return {
    name,
    size,
    async has(file, options) {
      try {
        await size(file, options);
        return true;
      } catch (error) {
        if (error instanceof MissingFileError) return false;
        throw error;
      }
    },
    async *read(file, { begin = 0, end = Number.POSITIVE_INFINITY, signal } = {}) {
      if (end <= begin) return;
      const last = Number.isFinite(end) ? end - 1 : '';
      const response = await get(file, { headers: { range: `bytes=${begin}-${last}` }, signal });
      // A binding may ignore the range and send all: what was not asked for is passed over.
      let at = response.status === 206 ? begin : 0;
      const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
      try {
        while (at < end) {
          const { done, value } = await reader.read();
          if (done) return;
          const wanted = value.subarray(Math.max(0, begin - at), Math.max(0, end - at));
          at += value.byteLength;
          if (wanted.byteLength > 0) yield wanted;
        }
      } finally {
        await reader.cancel().catch(() => {});
      }
    },
  };
}
