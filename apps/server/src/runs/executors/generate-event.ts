import { newId } from '../../platform/ids.ts';
import { plainly } from '../settlement.ts';
import { byTexts } from './by-texts.ts';

/** Events on the profile, in the transaction that settles their steps. */
export const executeGeneratedEvents = byTexts<'generate-event'>((step, texts, now) => {
  // The engine has made sure that it is JSON.
  const params: unknown = JSON.parse(texts.get('params') ?? '{}');
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    return plainly(step, now, { outcome: 'broken', reason: 'params: must be a JSON object' });
  const { workspaceId, profileId } = step.job.data;
  return {
    ...plainly(step, now, { outcome: 'succeeded' }),
    events: [
      {
        workspaceId,
        profileId,
        id: newId(),
        action: step.node.settings.event.name,
        time: now,
        receivedAt: now,
        params: { ...params },
        source: 'workflow',
      },
    ],
  };
});
