import { report } from '../../../app/report.js';

export const runtime = 'edge';

export async function GET() {
  return Response.json({ one: await report(), threads: await report({ threads: 2 }) });
}
