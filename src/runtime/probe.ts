// Which Wasm features this engine has: each probe is a minimal module, validated, never run.

/* (module (func (result v128) i32.const 0 i8x16.splat)) */
const SIMD = '0061736d010000000105016000017b030201000a08010600' + '4100fd0f0b';

/* (module (func (param v128 v128 v128) (result v128)
     local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd)) */
const RELAXED = '0061736d0100000001080160037b7b7b017b030201000a0d010b00' + '200020012002fd85020b';

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

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
    simd: WebAssembly.validate(bytes(SIMD)),
    relaxedSimd: WebAssembly.validate(bytes(RELAXED)),
    sharedMemory: typeof SharedArrayBuffer === 'function',
  };
  return cached;
}
