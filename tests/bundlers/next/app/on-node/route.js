import { report } from '../../../app/report.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json({ one: await report(), threads: await report({ threads: 2 }) });
}
