#!/usr/bin/env node
// The command line: finds the command, reads its options, turns errors into messages and exit codes.
// 0: it worked, 1: it failed, 2: the command line is wrong, 130: interrupted.
import { parseArgs } from 'node:util';
import { attentionCommand } from './attention.js';
import { type Command, helpOf, note, parserOptions, print, UsageError } from './command.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { embedCommand } from './embed.js';
import { generateCommand } from './generate.js';
import { inspectCommand } from './inspect.js';
import { quantizeCommand } from './quantize.js';

const COMMANDS: Readonly<Record<string, Command>> = {
  generate: generateCommand,
  embed: embedCommand,
  attention: attentionCommand,
  inspect: inspectCommand,
  quantize: quantizeCommand,
  doctor: doctorCommand,
  demo: demoCommand,
};

function help(): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`);
  return [
    'fovea: Transformer models on SIMD WebAssembly',
    '',
    'fovea COMMAND [OPTIONS]',
    '',
    ...rows,
    '',
    'fovea COMMAND --help tells more, with examples.',
    '',
  ].join('\n');
}

async function run(args: readonly string[], signal: AbortSignal): Promise<void> {
  // `npm start -- generate ...`: npm puts its own command before what is given to it.
  const [name, ...rest] = args[0] === 'demo' && Object.hasOwn(COMMANDS, args[1] ?? '') ? args.slice(1) : args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(help());
    return;
  }
  if (!Object.hasOwn(COMMANDS, name))
    throw new UsageError(
      `there is no command ${JSON.stringify(name)}; there are ${Object.keys(COMMANDS).join(', ')}`,
    );
  const command = COMMANDS[name];
  const { values, positionals } = parse(command, rest);
  if (values.help) print(helpOf(name, command));
  else await command.run({ values, positionals, signal });
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: parserOptions(command), allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

async function main(): Promise<number> {
  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    // Whoever asks twice does not want to wait for the end of a layer.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new Error('interrupted'));
  });
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const args = process.argv.slice(2);
  try {
    await run(args, interrupt.signal);
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) {
      note('\ninterrupted\n');
      return 130;
    }
    note(`fovea: ${(error as Error).message}\n`);
    if (!(error instanceof UsageError)) return 1;
    note(`Try fovea ${Object.hasOwn(COMMANDS, args[0] ?? '') ? `${args[0]} ` : ''}--help\n`);
    return 2;
  }
}

// Not process.exit: what is still on its way to a pipe gets there.
process.exitCode = await main();
