import { describe, expect, test } from '@jest/globals';
import * as errors from '../src/errors.js';

const { FoveaError, ShapeError, UnsupportedModelError, WeightsError, MissingFileError, DownloadError } =
  errors;

describe('errors', () => {
  test.each(Object.entries(errors).filter(([name]) => name !== 'FoveaError'))(
    '%s is a FoveaError, an Error, named after its class, with a code',
    (name, Class) => {
      const Any = Class as unknown as new (...args: unknown[]) => InstanceType<typeof FoveaError>;
      const error = new Any('x', name === 'WeightsError' ? {} : ['y']);
      expect(error).toBeInstanceOf(FoveaError);
      expect(error).toBeInstanceOf(Error);
      expect(error.name).toBe(name);
      expect(error.code).toMatch(/^[A-Z_]+$/);
      expect(Object.keys(error)).not.toContain('name');
      expect(String(error)).toContain(name);
    },
  );

  test('codes differ', () => {
    const classes = Object.entries(errors).filter(([name]) => name !== 'FoveaError');
    const codes = classes.map(
      ([, C]) => new (C as unknown as new (a: string, b: object) => { code: string })('x', []).code,
    );
    expect(new Set(codes).size).toBe(classes.length);
  });

  test('keep their cause', () => {
    const cause = new Error('below');
    expect(new ShapeError('above', { cause }).cause).toBe(cause);
    expect(new DownloadError('above', 'http://x', 404, { cause })).toMatchObject({
      cause,
      url: 'http://x',
      status: 404,
    });
  });

  test('messages name what matters', () => {
    expect(new UnsupportedModelError('mamba', ['bert', 'gpt2']).message).toBe(
      'model_type "mamba" is not supported; supported are bert, gpt2',
    );
    expect(new MissingFileError('config.json', '/models/x').message).toBe('/models/x has no config.json');
  });

  test('WeightsError lists everything at once, and shortens only the message', () => {
    const missing = Array.from({ length: 25 }, (_, i) => `layer.${i}`);
    const error = new WeightsError('bert', {
      missing,
      misshapen: [{ name: 'w', expected: [2, 3], actual: [3, 2] }],
    });
    expect(error.message).toContain('missing (25): layer.0, layer.1,');
    expect(error.message).toContain('layer.19, … and 5 more');
    expect(error.message).not.toContain('layer.20');
    expect(error.message).toContain('misshapen (1): w (expected [2, 3], found [3, 2])');
    expect(error.message).not.toContain('unexpected');
    expect(error.missing).toBe(missing);
    expect(error.unexpected).toEqual([]);
  });
});
