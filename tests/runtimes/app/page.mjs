// The host for browsers: bundled with esbuild's `browser` condition, it reads the models over HTTP and posts what
// came out back to the server, so that a browser needs no driver but its own command line.
import { runBody } from './body.mjs';

const read = async (model, file) =>
  new Uint8Array(await (await fetch(`/models/${model}/${file}`)).arrayBuffer());

/** Whether the page's content security policy forbids code from text, as the server asks. */
function textIsNotCode() {
  try {
    new Function('return 1')();
    return false;
  } catch {
    return true;
  }
}

async function main() {
  const { checks, features } = await runBody(read);
  return { checks, features, policy: textIsNotCode(), isolated: globalThis.crossOriginIsolated === true };
}

const post = (body) => fetch('/result', { method: 'POST', body: JSON.stringify(body) });
main().then(post, (error) => post({ error: String(error?.stack ?? error) }));
