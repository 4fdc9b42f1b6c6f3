// Cloudflare Workers: `npx wrangler deploy` in this folder, with the checkpoints' files under models/embedding and
// models/generation (see wrangler.jsonc).
import { assetSource } from './assets.mjs';
import { createHandler } from './handler.mjs';
import { lazyModels } from './models.mjs';

/** One for the life of the isolate; bindings are only known once there is a request. */
/** @type {((request: Request) => Promise<Response>) | undefined} */
let handler;

export default {
  /** @param {Request} request @param {{ ASSETS: Parameters<typeof assetSource>[0] }} env */
  fetch(request, env) {
    handler ??= createHandler(
      lazyModels({
        embedding: assetSource(env.ASSETS, 'embedding'),
        generation: assetSource(env.ASSETS, 'generation'),
      }),
    );
    return handler(request);
  },
};
