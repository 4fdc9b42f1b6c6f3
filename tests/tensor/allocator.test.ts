import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Allocator, type Block } from '../../src/tensor/allocator.js';

const allocator = (limit = 1 << 20): Allocator =>
  new Allocator(100, (end) => {
    if (end > limit) throw new RangeError('full');
  });

describe('Allocator', () => {
  test('any sequence of allocations and releases keeps blocks apart, aligned and accounted for', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5000), fc.nat(20)), { maxLength: 200 }), (steps) => {
        const a = allocator(1 << 24);
        const live = new Map<Block, number>();
        for (const [size, which] of steps) {
          if (which < 8 && live.size > 0) {
            const p = [...live.keys()][which % live.size];
            a.release(p);
            live.delete(p);
          } else live.set(a.alloc(size), size);
        }
        const blocks = [...live].sort(([x], [y]) => x.start - y.start);
        let end = 100;
        for (const [{ start }, size] of blocks) {
          expect(start % 64).toBe(0);
          expect(start).toBeGreaterThanOrEqual(end);
          end = start + size;
        }
        expect(a.count).toBe(live.size);
        expect(a.used).toBe(blocks.reduce((n, [, size]) => n + Math.max(64, Math.ceil(size / 64) * 64), 0));
      }),
    );
  });

  test('released neighbours merge, so the whole can be had again', () => {
    const a = allocator(64 * 20);
    const parts = Array.from({ length: 16 }, () => a.alloc(64));
    for (const i of [3, 1, 2, 0, 15, 13, 14, 12, 7, 5, 6, 4, 8, 11, 9, 10]) a.release(parts[i]);
    expect(a.alloc(64 * 16).start).toBe(64 * 2);
  });

  test('a failed growth changes nothing', () => {
    const a = allocator(64 * 10);
    const p = a.alloc(64);
    const { start } = p;
    expect(() => a.alloc(64 * 100)).toThrow('full');
    a.release(p);
    expect(() => a.alloc(64 * 100)).toThrow('full');
    expect(a.alloc(64).start).toBe(start);
    expect(a.count).toBe(1);
  });

  test('releasing twice is an error, not a corruption', () => {
    const a = allocator();
    const p = a.alloc(10);
    a.release(p);
    expect(() => a.release(p)).toThrow('not allocated');
  });

  test('a block that several share is freed by the last of them', () => {
    const a = allocator();
    const p = a.alloc(100);
    p.refs++;
    a.release(p);
    expect([a.count, a.used]).toEqual([1, 128]);
    a.release(p);
    expect([a.count, a.used]).toEqual([0, 0]);
    expect(() => a.release(p)).toThrow('not allocated');
  });

  test('what was released last is handed out first, and an exact fit is not cut from a larger block', () => {
    const a = allocator();
    const parts = [192, 64, 128, 64, 128, 64].map((size) => a.alloc(size));
    const [large, , first, , second] = parts.map(({ start }) => start);
    for (const i of [0, 2, 4]) a.release(parts[i]);
    expect([128, 128, 192].map((size) => a.alloc(size).start)).toEqual([second, first, large]);
  });
});
