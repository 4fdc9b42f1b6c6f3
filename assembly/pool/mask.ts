// Attention masks of pooling: (B, S), 1 for a token, 0 for padding; u8 or i32 by `wide`; address 0: all tokens.

@inline
export function kept(mask: usize, wide: i32, i: i32): bool {
  if (mask == 0) return true;
  return wide ? load<i32>(mask + ((<usize>i) << 2)) != 0 : load<u8>(mask + <usize>i) != 0;
}
