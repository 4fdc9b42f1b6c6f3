// The numbers that stand for an operation are written down twice, in AssemblyScript and in TypeScript.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as kinds from '../../src/ops/kinds.js';
import { QUANTIZED_DTYPES } from '../../src/ops/panel-matrix.js';

/** name -> members of every enum in an assembly file */
function enums(path: string): Record<string, Record<string, number>> {
  const text = readFileSync(new URL(`../../assembly/${path}`, import.meta.url), 'utf8');
  const out: Record<string, Record<string, number>> = {};
  for (const [, name, body] of text.matchAll(/enum (\w+) \{([^}]*)\}/g))
    out[name] = Object.fromEntries(
      [...body.matchAll(/(\w+) = (\d+)/g)].map(([, member, number]) => [member, Number(number)]),
    );
  return out;
}

test('src/ops/kinds.ts agrees with the kinds of assembly/', () => {
  const assembly = {
    ...enums('elementwise/kinds.ts'),
    ...enums('reduce/kinds.ts'),
    ...enums('pool/mean.ts'),
    ...enums('select/kinds.ts'),
  };
  expect({ ...kinds }).toEqual(assembly);
});

test('QUANTIZED_DTYPES are in the order of assembly/quant/formats.ts', () => {
  const { Format } = enums('quant/formats.ts');
  expect(Object.fromEntries(QUANTIZED_DTYPES.map((dtype, i) => [dtype, i]))).toEqual(Format);
});
