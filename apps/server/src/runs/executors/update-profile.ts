import { byTexts } from './by-texts.ts';

/** Attributes and tags of the profile, changed in the transaction that settles the step. */
export const executeProfileUpdates = byTexts<'update-profile'>((step, texts, now) => {
  const { attributes, addTags, removeTags } = step.node.settings;
  const values = attributes.map(({ name, type }, index): [string, unknown] => {
    const text = texts.get(`attributes[${index}].value`) ?? '';
    // The engine has made sure that it is JSON.
    return [name, type === 'json' ? (JSON.parse(text) as unknown) : text];
  });
  const { workspaceId, profileId } = step.job.data;
  return {
    kind: 'effect',
    job: step.job,
    step,
    at: now,
    effect: {
      kind: 'profile',
      change: {
        workspaceId,
        profileId,
        attributes: Object.fromEntries(values),
        tagsAdded: addTags,
        tagsRemoved: removeTags,
      },
    },
  };
});
