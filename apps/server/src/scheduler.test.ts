import { expect, it, vi } from 'vitest';

import { createLog } from './platform/log.ts';
import { Scheduler } from './scheduler.ts';

it('does one task after another, goes on behind one that fails, and stops when the one under way is done', async () => {
  const done: string[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const scheduler = new Scheduler(createLog('silent'), [
    { name: 'failing', run: async () => await Promise.reject(new Error('no')) },
    {
      name: 'working',
      run: async () => {
        done.push('begun');
        await released;
        done.push('done');
      },
    },
    { name: 'late', run: async () => done.push('late') },
  ]);
  scheduler.start();
  await vi.waitFor(() => expect(done).toEqual(['begun']));
  const stopped = scheduler.stop();
  release();
  await stopped;
  expect(done).toEqual(['begun', 'done']);
});
