import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in ticks of 10 ms. */
const TICK_MS = 10;

export interface Usage {
  /** CPU time of the processes so far, in milliseconds. */
  readonly cpuMs: number;
  /** Resident memory of the processes now, in MiB. */
  readonly rssMb: number;
}

/** CPU and memory of a process alone, as the kernel counts them. */
export function usageOf(pid: number): Usage {
  return usageOfOne(pid);
}

/** The same of a process and all its descendants. Memory that they share is counted for each. */
export function usageOfTree(pid: number): Usage {
  return treeOf(pid)
    .map(usageOfOne)
    .reduce((sum, one) => ({ cpuMs: sum.cpuMs + one.cpuMs, rssMb: sum.rssMb + one.rssMb }), {
      cpuMs: 0,
      rssMb: 0,
    });
}

/** A process and all its descendants, parents first. */
export function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? Number(statOf(pid)?.[1]) : Number.NaN;
    if (parent > 0) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** The fields of /proc/<pid>/stat after the command, which may itself hold spaces. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // The process ended between the two looks.
    return undefined;
  }
}

function usageOfOne(pid: number): Usage {
  const stat = statOf(pid);
  if (stat === undefined) return { cpuMs: 0, rssMb: 0 };
  return {
    // Its own time, and that of the children that have ended.
    cpuMs: [11, 12, 13, 14].reduce((sum, field) => sum + Number(stat[field]), 0) * TICK_MS,
    rssMb: (Number(stat[21]) * 4_096) / (1024 * 1024),
  };
}
