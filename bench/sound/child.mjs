// One process of a suite: the options as JSON in, the rows out by a message.
import { compare } from '../compare.mjs';
import { UsageError } from '../options.mjs';

const say = (name) => process.stderr.write(`${name} done\n`);
/** @type {object} */
let answer;
try {
  answer = { rows: await compare(JSON.parse(process.argv[2]), say) };
} catch (error) {
  // Told here and not thrown on: tfjs's backend catches what nobody else does, and would print its own source.
  if (!(error instanceof UsageError)) console.error(error);
  answer = { usage: error instanceof UsageError, error: String(/** @type {Error} */ (error).message) };
}
process.send?.(answer, () => process.exit());
