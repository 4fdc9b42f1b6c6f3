// Part of the Node door.  The environment variables that all Hugging Face tools share, so that what one
// has downloaded serves the others: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_HOST } from '../http.js';

export interface HubEnvironment {
  readonly cacheDir: string;
  readonly host: string;
  readonly token: string | undefined;
  /** Never touch the network. */
  readonly offline: boolean;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** `HF_HUB_CACHE` > `HF_HOME`/hub > `XDG_CACHE_HOME`/huggingface/hub > ~/.cache/huggingface/hub. */
export function hubEnvironment(env: Variables = process.env, home = homedir()): HubEnvironment {
  const hfHome = env.HF_HOME || join(env.XDG_CACHE_HOME || join(home, '.cache'), 'huggingface');
  return {
    cacheDir: env.HF_HUB_CACHE || join(hfHome, 'hub'),
    host: env.HF_ENDPOINT || DEFAULT_HOST,
    token: env.HF_TOKEN?.trim() || storedToken(env.HF_TOKEN_PATH || join(hfHome, 'token')),
    offline: /^(?:1|on|yes|true)$/i.test(env.HF_HUB_OFFLINE ?? ''),
  };
}

/** What `hf auth login` left behind. */
function storedToken(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
