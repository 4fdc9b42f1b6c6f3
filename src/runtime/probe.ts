// Which Wasm features this engine has: each probe is a minimal module, validated, never run.

/* (module (func (result v128) i32.const 0 i8x16.splat)) */
const SIMD = [
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01,
  0x00, 0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b,
];

/* (module (func (param v128 v128 v128) (result v128)
     local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd)) */
const RELAXED = [
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b,
  0x03, 0x02, 0x01, 0x00, 0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02,
  0x0b,
];

/** What this runtime's WebAssembly can do. */
export interface Features {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** WebAssembly memory that several threads can share (SharedArrayBuffer is to be had). */
  readonly sharedMemory: boolean;
}

let cached: Features | undefined;

/** The features of the engine that runs this code. */
export function probe(): Features {
  cached ??= {
    simd: WebAssembly.validate(new Uint8Array(SIMD)),
    relaxedSimd: WebAssembly.validate(new Uint8Array(RELAXED)),
    sharedMemory: typeof SharedArrayBuffer === 'function',
  };
  return cached;
}
