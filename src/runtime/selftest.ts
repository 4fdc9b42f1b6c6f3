export function selfTest(_a: unknown): void {}
