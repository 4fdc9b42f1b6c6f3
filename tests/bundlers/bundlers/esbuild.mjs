import { build, version } from 'esbuild';

export { version };
export const followsWorkers = false;

export async function bundle(entries, outdir) {
  await build({
    entryPoints: entries,
    bundle: true,
    format: 'esm',
    minify: true,
    outdir,
    logLevel: 'warning',
  });
}
