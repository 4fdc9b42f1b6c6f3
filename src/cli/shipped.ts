// The models that come with the package.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Its folder, also where it is not there. */
export function shippedModel(name: 'dates' | 'sort' | 'shakespeare'): string {
  return fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
}

export function isShipped(name: Parameters<typeof shippedModel>[0]): boolean {
  return existsSync(`${shippedModel(name)}/config.json`);
}
