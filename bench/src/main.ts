import { benchIngest } from './ingest.ts';
import { benchInserts } from './inserts.ts';
import { benchPipeline } from './pipeline.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  ingest: benchIngest,
  inserts: benchInserts,
  pipeline: benchPipeline,
};

const name = process.argv[2] ?? '';
const benchmark = BENCHMARKS[name];
if (benchmark === undefined) {
  process.stderr.write(`npm run bench -- ${Object.keys(BENCHMARKS).join(' | ')}\n`);
  process.exit(2);
}
await benchmark();
