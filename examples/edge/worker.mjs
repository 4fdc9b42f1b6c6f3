// Cloudflare Workers: `npx wrangler deploy` in this folder, with the checkpoints' files under models/embedding and
// models/generation (see wrangler.jsonc).
import { urlSource } from 'fovea';
import { createHandler } from './handler.mjs';
import { lazyModels } from './models.mjs';

/** One for the life of the isolate; bindings are only known once there is a request. */
/** @type {((request: Request) => Promise<Response>) | undefined} */
let handler;

export default {
  /** @param {Request} request @param {{ ASSETS: { fetch: typeof fetch } }} env */
  fetch(request, env) {
    /** Anything with fetch() that answers with files: static assets, another service, a Worker before a bucket. */
    const fromAssets = (/** @type {string} */ folder) =>
      urlSource(`http://assets/${folder}`, { fetch: (url, init) => env.ASSETS.fetch(url, init) });
    handler ??= createHandler(
      lazyModels({ embedding: fromAssets('embedding'), generation: fromAssets('generation') }),
    );
    return handler(request);
  },
};
