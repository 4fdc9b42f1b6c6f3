// All adapters, by operator.
import { attending } from './attention.js';
import { binary } from './binary.js';
import type { Adapter } from './call.js';
import { layout } from './layout.js';
import { matrix } from './matrix.js';
import { norm } from './norm.js';
import { picking } from './picking.js';
import { recurrent } from './recurrent.js';
import { reduction } from './reduce.js';
import { training } from './training.js';
import { unary } from './unary.js';
import { values } from './values.js';
import { windows } from './window.js';

export const ADAPTERS: Readonly<Record<string, Adapter>> = {
  ...attending,
  ...binary,
  ...layout,
  ...matrix,
  ...norm,
  ...picking,
  ...recurrent,
  ...reduction,
  ...training,
  ...unary,
  ...values,
  ...windows,
};

/** Operators that move numbers or decide about them: no result of theirs may differ in a bit. */
export const EXACT: ReadonlySet<string> = new Set([
  ...Object.keys(layout),
  ...['Abs', 'Ceil', 'Floor', 'Neg', 'Relu', 'Sign'],
  ...['Max', 'Min', 'ReduceMax', 'ReduceMin'],
  ...['Cast', 'CastLike', 'Clip', 'Dropout', 'Range'],
  ...['Gather', 'GatherElements', 'GatherND', 'Hardmax', 'OneHot', 'TensorScatter', 'TopK', 'Where'],
]);
