// Real files that other programs wrote.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { folderSource } from '../../../src/io/node/source-folder.js';
import {
  openCheckpoint,
  readCheckpointParts,
  readCheckpointTensor,
} from '../../../src/io/safetensors/checkpoint.js';
import { itemSize } from '../../../src/io/safetensors/dtype.js';
import { parseSafetensors } from '../../../src/io/safetensors/parse.js';
import { writeSafetensors } from '../../../src/io/safetensors/write.js';
import { describeShared, readShared, sharedPath } from '../../shared.js';

const folders = ['bert', 'distilbert', 'gpt2', 'llama', 'llama-f16', 'llama-bf16-sharded', 'qwen2'].map(
  (name) => `conformance/checkpoints/${name}`,
);

for (const folder of [...folders, 'models/stories260K']) {
  describeShared(folder, folder, () => {
    const files = readdirSync(sharedPath(folder)).filter((file) => file.endsWith('.safetensors'));
    const parsed = files.map((file) =>
      parseSafetensors(new Uint8Array(readFileSync(sharedPath(`${folder}/${file}`)))),
    );

    test('opens, and parts and single reads give what the whole file holds', async () => {
      const checkpoint = await openCheckpoint(folderSource(sharedPath(folder)));
      const whole = new Map(parsed.flatMap(({ tensors }) => [...tensors]));
      expect(checkpoint.tensors.size).toBe(whole.size);
      const seen = new Map<string, number>();
      for await (const { name, info, element, bytes } of readCheckpointParts(checkpoint, {
        maxBytes: 5000,
      })) {
        const at = element * itemSize(info.dtype);
        expect(Buffer.compare(bytes, whole.get(name)!.bytes.subarray(at, at + bytes.byteLength))).toBe(0);
        seen.set(name, (seen.get(name) ?? 0) + bytes.byteLength);
      }
      expect(seen).toEqual(new Map([...whole].map(([name, { bytes }]) => [name, bytes.byteLength])));
      for (const [name, { bytes }] of [...whole].slice(0, 3))
        expect(Buffer.compare(await readCheckpointTensor(checkpoint, name), bytes)).toBe(0);
    });

    test('written again, the file holds the same', () => {
      for (const { tensors, metadata } of parsed) {
        const again = parseSafetensors(writeSafetensors(tensors, metadata));
        expect(new Map(again.metadata)).toEqual(new Map(metadata));
        expect([...again.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [name, { dtype, shape, bytes }] of tensors) {
          const copy = again.tensors.get(name)!;
          expect([copy.dtype, copy.shape]).toEqual([dtype, shape]);
          expect(Buffer.compare(copy.bytes, bytes)).toBe(0);
        }
      }
    });
  });
}

describeShared('the sharded checkpoint', 'conformance/checkpoints/llama-bf16-sharded', () => {
  const folder = 'conformance/checkpoints/llama-bf16-sharded';

  test('has as many bytes as its index says', async () => {
    const index = JSON.parse(readShared(`${folder}/model.safetensors.index.json`)) as {
      metadata: { total_size: number };
    };
    const { byteLength, headers } = await openCheckpoint(folderSource(sharedPath(folder)));
    expect(byteLength).toBe(index.metadata.total_size);
    expect(headers.size).toBe(2);
  });
});
