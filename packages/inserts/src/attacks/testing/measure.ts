/// <reference types="node" />
import { GCProfiler, getHeapStatistics } from 'node:v8';

/** What a piece of work cost. */
export interface Cost {
  /** Milliseconds: of the clock or of this thread alone, whichever is less, since others use the machine too. */
  readonly milliseconds: number;
  /** Bytes allocated in all, garbage that was collected on the way included. */
  readonly bytes: number;
}

/**
 * Measures what `work` takes. How much the heap has grown in the end says little, since the collector runs in between;
 * so its every run is recorded, and what was allocated is what the heap grew by from each run to the next.
 */
export function measure(work: () => void): Cost {
  const profiler = new GCProfiler();
  profiler.start();
  const heapBefore = getHeapStatistics().used_heap_size;
  const cpuBefore = process.threadCpuUsage();
  const start = performance.now();
  work();
  const wall = performance.now() - start;
  const cpu = process.threadCpuUsage(cpuBefore);
  const heapAfter = getHeapStatistics().used_heap_size;
  let bytes = 0;
  let last = heapBefore;
  for (const { beforeGC, afterGC } of profiler.stop()?.statistics ?? []) {
    bytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - last);
    last = afterGC.heapStatistics.usedHeapSize;
  }
  bytes += Math.max(0, heapAfter - last);
  return { milliseconds: Math.min(wall, (cpu.user + cpu.system) / 1000), bytes };
}

/** The least of several runs: what others do to the machine or to the heap only ever adds. */
export function leastOf(runs: readonly Cost[]): Cost {
  return {
    milliseconds: Math.min(...runs.map((run) => run.milliseconds)),
    bytes: Math.min(...runs.map((run) => run.bytes)),
  };
}
