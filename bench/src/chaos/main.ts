import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { chaosReport } from './chaos-report.ts';
import { proveChecks } from './prove-check.ts';
import { randomOf } from './random.ts';
import { FULL, runScenario, SHORT } from './scenarios.ts';
import type { ScenarioResult } from './scenarios.ts';
import { startSystem } from './system.ts';

/** Beyond what the longest form takes when all goes well; what hangs is a fault too. */
const LIMIT_MS = 20 * 60_000;

const { values } = parseArgs({
  options: {
    /** A few seconds of what matters most, for the tests. */
    short: { type: 'boolean', default: false },
    /** Repeats the choices of an earlier run; when what happens is up to the machine. */
    seed: { type: 'string' },
    /** Only the scenarios whose people have this prefix. */
    only: { type: 'string' },
    /** Writes `bench/CHAOS.md`. */
    write: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const limit = setTimeout(() => {
  process.stderr.write(`not done after ${LIMIT_MS / 60_000} minutes\n`);
  process.exit(1);
}, LIMIT_MS);
process.stdout.write(`seed ${seed}\n`);

const scenarios = (values.short ? SHORT : FULL).filter(
  ({ prefix }) => values.only === undefined || prefix === values.only,
);
const results: ScenarioResult[] = [];
let unseen: readonly string[] = [];
{
  await using system = await startSystem(seed);
  const random = randomOf(seed);
  for (const scenario of scenarios) {
    const result = await runScenario(scenario, system, random);
    results.push(result);
    tell(result);
  }
  unseen = await proveChecks(system, results);
}
for (const what of unseen) process.stdout.write(`THE CHECK DOES NOT SEE ${what}\n`);
clearTimeout(limit);
const report = chaosReport(results, seed, values.short);
process.stdout.write(`\n${report}`);
if (values.write) writeFileSync(path.join(import.meta.dirname, '../../CHAOS.md'), report);
const broken = results.some(({ violations }) => violations.length > 0);
process.exit(broken || unseen.length > 0 || results.length === 0 ? 1 : 0);

function tell({ name, acknowledged, kills, totalSeconds, violations }: ScenarioResult): void {
  process.stdout.write(
    `${name}: ${acknowledged.size} people, ${kills} kills, ${Math.round(totalSeconds)} s\n`,
  );
  for (const { what, ids } of violations) {
    process.stdout.write(`  VIOLATED: ${ids.length} ${what}\n`);
    for (const id of ids.slice(0, 20)) process.stdout.write(`    ${id}\n`);
  }
}
