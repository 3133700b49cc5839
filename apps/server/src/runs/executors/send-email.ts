import type { NewMail } from '../../mail/index.ts';
import { parseMailbox } from '../../platform/mailbox.ts';
import type { StepAt } from '../loaded-step.ts';
import type { Unprocessed } from '../render-steps.ts';
import { plainly } from '../settlement.ts';
import { byTexts } from './by-texts.ts';
import type { Texts } from './by-texts.ts';

/** E-mails, put into the outbox in the transaction that settles the step; the outbox sends them. */
export const executeEmails = byTexts<'send-email'>((step, texts, now) => {
  const mail = mailOf(step, texts, now);
  return 'outcome' in mail
    ? plainly(step, now, mail)
    : { kind: 'effect', job: step.job, step, at: now, effect: { kind: 'mail', mail } };
});

function mailOf({ job, run, node }: StepAt<'send-email'>, texts: Texts, now: Date): NewMail | Unprocessed {
  const { workspaceId, profileId, runId, stepId } = job.data;
  const text = (field: string): string => (texts.get(field) ?? '').trim();
  const mailboxes = ['to', 'from', 'replyTo'].flatMap((field) =>
    text(field) === '' ? [] : [{ field, mailbox: parseMailbox(text(field)) }],
  );
  const bad = mailboxes.find(({ mailbox }) => mailbox === undefined);
  if (bad !== undefined)
    return { outcome: 'broken', reason: `${bad.field}: "${text(bad.field)}" is no e-mail address` };
  const of = (field: string) => mailboxes.find((found) => found.field === field)?.mailbox;
  const [to, from, replyTo] = [of('to'), of('from'), of('replyTo')];
  if (to === undefined) return { outcome: 'skipped', reason: 'to: the profile has no e-mail address' };
  return {
    workspaceId,
    profileId,
    // The step's own: put in twice, it is one mail.
    id: stepId,
    workflowId: run.workflow.workflowId,
    runId,
    stepId,
    name: node.settings.name,
    to,
    ...(from !== undefined && { from }),
    ...(replyTo !== undefined && { replyTo: replyTo.address }),
    subject: text('subject'),
    html: texts.get('html') ?? '',
    ...(texts.has('text') && { text: texts.get('text') ?? '' }),
    createdAt: now,
  };
}
