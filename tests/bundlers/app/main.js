// An application as anybody would write it.
import { report } from './report.js';

globalThis.result = (async () => ({
  isolated: globalThis.crossOriginIsolated,
  one: await report(),
  threads: await report({ threads: 3 }),
}))();
