// Makes the API reference from the docstrings: `npm run docs:api [-- folder]`, default .cache/api.  A public name
// without a docstring, or a link that leads nowhere, is an error.  With --check nothing is written.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const typedoc = `${here}node_modules/typedoc/bin/typedoc`;
if (!existsSync(typedoc)) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(npm, args, { cwd: here, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}
const [folder] = process.argv.slice(2);
const where = folder === '--check' ? ['--emit', 'none'] : folder ? ['--out', resolve(folder)] : [];
const { status } = spawnSync(process.execPath, [typedoc, '--options', `${here}typedoc.json`, ...where], {
  cwd: here,
  stdio: 'inherit',
});
process.exit(status ?? 1);
