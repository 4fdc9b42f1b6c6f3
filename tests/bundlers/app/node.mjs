// What every bundle's bits must equal.
import { report } from './report.js';

console.log(JSON.stringify({ one: await report(), threads: await report({ threads: 3 }) }));
