// Nothing that fovea needs: only the isolation of one page, and where the packages lie.
import { fileURLToPath } from 'node:url';
import { ISOLATION } from '../lib/serve.mjs';

const above = fileURLToPath(new URL('..', import.meta.url));
const headers = Object.entries(ISOLATION).map(([key, value]) => ({ key, value }));

export default {
  turbopack: { root: above },
  outputFileTracingRoot: above,
  headers: async () => ['/isolated', '/_next/:path*'].map((source) => ({ source, headers })),
};
