#!/usr/bin/env node
import { compare, suiteOf } from './compare.mjs';
import { nodeProgram } from './node.mjs';
import { parseOptions, UsageError, usage } from './options.mjs';
import { figureLine, figureText, jsonLine, table } from './report.mjs';
import { inProcess } from './sound/process.mjs';
import { repeated } from './sound/repeat.mjs';

const say = (text) => process.stderr.write(`${text}\n`);

/** @param {ReturnType<typeof parseOptions>} options */
async function main(options) {
  const suite = await suiteOf(options);
  const program = options.node ? nodeProgram(options.node) : undefined;
  if ('main' in suite) {
    if (program) throw new UsageError(`--node: ${options.suite} does not measure in another Node`);
    if (!(await suite.main(options))) process.exitCode = 1;
    return;
  }
  const rows = await measure(options, program);
  process.stdout.write(options.json ? rows.map((row) => `${jsonLine(row)}\n`).join('') : `${table(rows)}\n`);
  if (options.withOurs && suite.figures)
    for (const figure of await suite.figures({ rows, variant: options.variant }))
      process.stdout.write(
        `${options.json ? figureLine(options.suite, options.variant, figure) : figureText(figure)}\n`,
      );
  if (!options.whole) return;
  if (!suite.whole) throw new UsageError(`--whole: ${options.suite} has no such run`);
  const figures = { suite: options.suite, variant: options.variant, ...(await suite.whole(options)) };
  const line = options.json
    ? JSON.stringify(figures)
    : Object.entries(figures)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ');
  process.stdout.write(`${line}\n`);
}

/** @param {ReturnType<typeof parseOptions>} options @param {string} [program] */
async function measure(options, program) {
  if (options.once)
    return program ? inProcess(options, program) : compare(options, (name) => say(`${name} done`));
  return repeated(
    ({ share, cases = options.cases }) =>
      inProcess({ ...options, cases, seconds: options.seconds * share }, program),
    say,
  );
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else await main(options);
} catch (error) {
  // Told here and not thrown on: tfjs's backend catches what nobody else does, and would print its own source.
  if (error instanceof UsageError) process.stderr.write(`bench: ${error.message}\n\n${usage}`);
  else console.error(error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
