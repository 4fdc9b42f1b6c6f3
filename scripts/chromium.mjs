// The Chromium of this machine, for whatever drives one: where it is, and what it is started with to be left alone.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Also right without a screen, as root in a container, and where no other host can be reached. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The first of these programs on the PATH. @param {readonly string[]} names @returns {string | undefined} */
export function onPath(names) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(existsSync);
}

/** $CHROMIUM, or what is installed. @returns {string | undefined} */
export function chromiumPath() {
  const { CHROMIUM } = process.env;
  if (CHROMIUM && existsSync(CHROMIUM)) return CHROMIUM;
  const app = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  return onPath(['chromium', 'chromium-browser', 'google-chrome']) ?? (existsSync(app) ? app : undefined);
}
