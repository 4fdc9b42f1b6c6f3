// The ABI on one page: everything the module exports, room by room, and nothing else.

export { fill_f32 } from './fill';
export { heap_base } from './memory';
