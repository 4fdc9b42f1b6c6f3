// What is asked of the edge example wherever it runs, and what must come back.
import { createHash } from 'node:crypto';

const TEXTS = ['the fovea', 'is the spot on the retina', 'where attention is sharp'];

/** @param {string} url @param {string} path */
const post = (url, path, body, init = {}) =>
  fetch(new URL(path, url), {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });

/** The events of a stream as they come. @param {Response} response */
async function* eventsOf(response) {
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield JSON.parse(text.slice('data: '.length, end));
      text = text.slice(end + 2);
    }
  }
}

/** @param {string} url */
export async function embedOnce(url) {
  const response = await post(url, '/embed', { texts: TEXTS.slice(0, 1) });
  const { vectors, error } = await response.json();
  if (response.status !== 200) throw new Error(`/embed: ${response.status} ${error}`);
  return vectors;
}

/** Each throws unless all is well; what it returns must be the same in every runtime. */
export const CALLS = {
  async 'vectors, of length 1'(url) {
    const response = await post(url, '/embed', { texts: TEXTS });
    const { vectors, error } = await response.json();
    if (response.status !== 200) throw new Error(`${response.status}: ${error}`);
    for (const vector of vectors) {
      const length = Math.hypot(...vector);
      if (!(Math.abs(length - 1) < 1e-5)) throw new Error(`a vector of length ${length}`);
    }
    if (vectors.length !== TEXTS.length) throw new Error(`${vectors.length} vectors`);
    return createHash('sha256').update(JSON.stringify(vectors)).digest('hex').slice(0, 12);
  },

  async 'text as it comes'(url) {
    const response = await post(url, '/generate', {
      prompt: 'ROMEO:',
      maxNewTokens: 120,
      temperature: 0.8,
      seed: 3,
    });
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    const pieces = [];
    let last;
    let first = 0;
    for await (const event of eventsOf(response)) {
      first ||= performance.now();
      if (event.text === undefined) last = event;
      else pieces.push(event.text);
    }
    if (last?.newTokens !== 120 || last.finishReason !== 'length') throw new Error(JSON.stringify(last));
    // A stream that was held back until its end would arrive all at once.
    if (!(performance.now() - first > 1)) throw new Error('all events came at once');
    return createHash('sha256').update(pieces.join('')).digest('hex').slice(0, 12);
  },

  async 'a reader who leaves'(url) {
    for await (const event of eventsOf(await post(url, '/generate', { prompt: 'A', maxNewTokens: 100 }))) {
      if (event.text === undefined) throw new Error('over before it was left');
      break;
    }
    await embedOnce(url);
    return 'served on';
  },

  async 'six at once'(url) {
    const texts = await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        if (i % 2 === 0) return JSON.stringify(await embedOnce(url));
        const body = { prompt: 'JULIET:', maxNewTokens: 20, seed: 5, temperature: 1 };
        return (await post(url, '/generate', body)).text();
      }),
    );
    if (new Set(texts).size !== 2) throw new Error('the same question had different answers');
    return createHash('sha256').update(texts.join()).digest('hex').slice(0, 12);
  },

  async 'mistakes of the caller'(url) {
    const statuses = [
      await post(url, '/embed', { texts: [] }),
      await post(url, '/embed', { texts: [''] }),
      await post(url, '/embed', '{"texts": ['),
      await post(url, '/generate', { prompt: 'x', maxNewTokens: 100000 }),
      await post(url, '/generate', { prompt: 'x', temperature: 'hot' }),
      await post(url, '/embed', 'x'.repeat(100_000)),
      await post(url, '/elsewhere', {}),
      await fetch(new URL('/embed', url)),
    ].map(({ status }) => status);
    if (statuses.join() !== '400,400,400,400,400,413,404,405') throw new Error(`statuses ${statuses}`);
    return 'refused';
  },
};
