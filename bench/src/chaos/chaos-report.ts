import { cpus, totalmem } from 'node:os';

import type { ScenarioResult } from './scenarios.ts';

const COLUMNS: readonly (readonly [string, (result: ScenarioResult) => string])[] = [
  ['scenario', ({ name }) => name],
  ['people', ({ acknowledged }) => String(acknowledged.size)],
  ['kills', ({ kills }) => String(kills)],
  ['posted again', ({ unanswered }) => String(unanswered)],
  ['found by look-up', ({ foundByLookUp }) => String(foundByLookUp)],
  ['sent again', ({ sentAgain }) => String(sentAgain)],
  ['**lost**', ({ lost }) => String(lost)],
  ['**duplicates**', ({ duplicates }) => String(duplicates)],
  ['**past deadline**', ({ pastDeadline }) => String(pastDeadline)],
  ['other violations', ({ violations }) => String(violations.length)],
  ['longest recovery, s', ({ longestRecoveryMs: ms }) => (ms === undefined ? '' : secondsOf(ms))],
  ['longest path, s', ({ longestPathMs }) => secondsOf(longestPathMs)],
  ['drained in, s', ({ drainSeconds }) => drainSeconds.toFixed(1)],
  ['in all, s', ({ totalSeconds }) => totalSeconds.toFixed(0)],
];

/** `bench/CHAOS.md`: what was done, what came of it, and what that does not show. */
export function chaosReport(results: readonly ScenarioResult[], seed: number, short: boolean): string {
  const total = results.reduce((sum, { totalSeconds }) => sum + totalSeconds, 0);
  const cpu = cpus();
  return `# Chaos

\`npm run chaos${short ? ' -- --short' : ''}\`, ${new Date().toISOString().slice(0, 10)}, seed ${seed}, ${Math.round(total)} s in all. ${cpu.length} cores (${cpu[0]?.model.trim() ?? ''}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.versions.node}; the suite, the server's processes, the stub issuer and PostgreSQL (fsync on) share them.

| ${COLUMNS.map(([name]) => name).join(' | ')} |
|${'---|'.repeat(COLUMNS.length)}
${results.map((result) => `| ${COLUMNS.map(([, show]) => show(result)).join(' | ')} |`).join('\n')}
${results.flatMap(({ name, violations }) => violations.map(({ what, ids }) => `\nVIOLATED, ${name}: ${ids.length} ${what}`)).join('\n')}
${EXPLANATION}`;
}

const EXPLANATION = `## What is done

One process takes events in (\`api,scheduler,issuer\`), two are \`worker\`, one is the stub issuer, and they share one PostgreSQL. Events of one person each flow all the time; whatever is not answered with 202 is posted again with its \`Idempotency-Key\`. The workflow: event, request to the stub, Delay of 2 s, Generate Event, End; the generated event starts a second workflow with a Delay. The stub issues **another** credential for each request that it takes, also for a person who has one, and what it has issued is the truth. Outgoing requests time out after 3 s.

- **kill -9 of a worker**: one at random, 0.3 to 1.5 s after the one before is replaced, while 6 of 10 requests take up to 1.5 s.
- **kill -9 of the process that takes events**, which is also the one that returns the jobs of dead workers to the queue: 0.5 to 2.5 s after it is up again.
- **kill -9 of PostgreSQL**: the postmaster and all its processes; the supervision brings it back (its back-off is capped at 1 s here).
- **an issuer that misbehaves**: of 100 requests 38 are answered at once, 20 slowly, 7 are carried out after the time-out, 10 are carried out and never answered, 10 carried out and the connection dropped, 5 dropped and not carried out, 10 answered with 503. One look-up in ten is answered with 503.
- **clocks that jump**: the same, and the clocks of both workers jump between 2 h early, right and 2 h late every 3 and 4.1 s. Paths may last 1 h.
- **a worker frozen**: SIGSTOP for 16 s, SIGCONT; the lease of a step is 10 s.
- **passes that are reported twice**: two events of each person at once start two paths of a workflow whose request is let through once for a pass (\`issuance\`, policy \`skip\`), at the same misbehaving issuer, while workers are killed. One path issues, the other is skipped, the ledger has the one credential and nothing under way.

After each scenario the stub is set right and everything runs to its end. Checked, by PostgreSQL and the stub: every acknowledged event stored once, with one path; one credential a person; one result event, one generated event and one path by it; one ledger entry with that credential; every path finished before its deadline; no open step, no attempt without an outcome, no job left over; the counters of every node equal to its steps. At the end eleven of these are broken on purpose, and the suite fails if the check does not report each.

*Longest recovery* is the time from a kill to the next settled step, whoever settles it. *Longest path* is from the start to the end of a path: one whose worker died waits for the lease, then for the time after which its request can no longer be under way.

## What this does not show

- A machine that loses power: killed processes lose nothing of the kernel's page cache. That PostgreSQL is told to flush is tested elsewhere (\`apps/server/src/platform/postgres/durability.test.ts\`), that the disk does is not.
- A network between the processes: all are on one machine, and only requests to the stub are cut.
- A wrong clock of the database's own machine. The suite moves those of workers.
- A worker that is frozen between its last look at the time and the first byte of a request, and wakes when the request was sent by another: no sender can exclude that without the receiver's help. An issuer that refuses duplicates does; this stub does not, and the suite would show it as a duplicate.
- A receiver that carries a request out later than 5 s after the time-out.
- Receivers that cannot be asked: there the step fails and says so, and a person decides.
`;

function secondsOf(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
