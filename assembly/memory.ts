// Where the arena may begin: the first byte past the module's own constant tables.  The module
// itself never allocates; every byte from here on belongs to the TypeScript side.
export function heap_base(): usize {
  return __heap_base;
}
