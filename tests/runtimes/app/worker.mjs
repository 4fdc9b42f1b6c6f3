// The host for workerd: a Worker that reads the models from a binding and answers any request with what came out.
import { runBody } from './body.mjs';

export default {
  async fetch(_request, env) {
    const read = async (model, file) =>
      new Uint8Array(await (await env.MODELS.fetch(`http://models/${model}/${file}`)).arrayBuffer());
    try {
      return Response.json(await runBody(read));
    } catch (error) {
      return Response.json({ error: String(error?.stack ?? error) });
    }
  },
};
