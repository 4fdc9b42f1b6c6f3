import webpack from 'webpack';

export const { version } = webpack;
export const followsWorkers = true;

export async function bundle(entry, path) {
  const settings = { mode: 'production', entry, output: { path, filename: '[name].js' }, performance: false };
  const stats = await new Promise((done, fail) =>
    webpack(settings, (error, stats) => (error ? fail(error) : done(stats))),
  );
  if (stats.hasErrors() || stats.hasWarnings())
    throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
}
