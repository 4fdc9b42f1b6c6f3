// What a suite leaves behind for `npm test`, which adds everything up: .cache/<suite>.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../.cache/', import.meta.url));

/** @param {string} suite @param {{ passed: number, failed: number, skipped: number }} counts */
export function writeReport(suite, counts, more = {}) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${suite}.json`, JSON.stringify({ ...counts, ...more }, null, 1));
}
