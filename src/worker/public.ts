// Names of fovea/worker that are the same in every runtime.  The errors are here so that a page can tell them
// apart without the rest of the package.
export * from '../errors.js';
export {
  Generation,
  type GenerationResult,
  type GenerationStep,
  type GenerationSummary,
} from '../generate/generation.js';
export type { LoadProgress } from '../pretrained/progress.js';
export { type LoadOptions, WorkerModel } from './model.js';
export type { Files, Forwarded, ForwardOptions, Input, Opened, Prompt, Values } from './protocol.js';
