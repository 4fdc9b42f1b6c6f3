import { installRuntimes, programOf } from '../tests/runtimes/install.mjs';
import { UsageError } from './options.mjs';

/**
 * The Node of a major version that the runtimes' tests use: npm has it, and it is installed on demand.
 * @param {string} major
 * @returns {string} path of its program
 */
export function nodeProgram(major) {
  installRuntimes();
  const program = programOf(/** @type {never} */ (`Node ${major}`));
  if (!program) throw new UsageError(`--node: there is no Node ${major} for this machine`);
  return program;
}
