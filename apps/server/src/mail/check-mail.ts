import { storageProblem } from '../platform/db/storable-json.ts';
import { addressProblem, headerTextProblem, mailboxProblem } from '../platform/mailbox.ts';
import type { Mailbox } from '../platform/mailbox.ts';

/** An e-mail that is to be sent to a profile. */
export interface NewMail {
  readonly workspaceId: string;
  readonly profileId: string;
  /** Stands for the mail: the same id is stored once. Default: a new one. A step gives its own. */
  readonly id?: string | undefined;
  readonly workflowId?: string | undefined;
  readonly runId?: string | undefined;
  readonly stepId?: string | undefined;
  /** What the result event calls it. */
  readonly name?: string | undefined;
  /** Default: LAUREL_MAIL_FROM, when it is sent. */
  readonly from?: Mailbox | undefined;
  readonly to: Mailbox;
  /** An address. */
  readonly replyTo?: string | undefined;
  readonly subject: string;
  /** At least one of the two bodies. */
  readonly html?: string | undefined;
  readonly text?: string | undefined;
  readonly createdAt: Date;
}

/** The longest subject, in characters: more than any mail program shows, less than a line of a message may have. */
const SUBJECT_LIMIT = 500;
const NAME_LIMIT = 200;
/** The longest body, in characters. Mail programs cut messages off at a tenth of it. */
const BODY_LIMIT = 1_000_000;

/**
 * Why a mail cannot be sent, beginning with the field; undefined where it can. What could end a header and begin
 * another, a line break in a name, an address or the subject, is refused, not repaired.
 */
export function mailProblem(mail: NewMail): string | undefined {
  const { from, to, replyTo, subject, name, html, text } = mail;
  const problems = {
    from: from && mailboxProblem(from),
    to: mailboxProblem(to),
    replyTo: replyTo === undefined ? undefined : addressProblem(replyTo),
    subject: subject.trim() === '' ? 'is empty' : headerTextProblem(subject, SUBJECT_LIMIT),
    name: name === undefined ? undefined : headerTextProblem(name, NAME_LIMIT),
    html: bodyProblem(html),
    text: bodyProblem(text),
  };
  for (const [field, problem] of Object.entries(problems)) {
    if (problem !== undefined) return `${field} ${problem}`;
  }
  if ((html ?? '') === '' && (text ?? '') === '') return 'html and text are both empty';
  return undefined;
}

function bodyProblem(body: string | undefined): string | undefined {
  if (body === undefined) return undefined;
  if (body.length > BODY_LIMIT) return `must have at most ${BODY_LIMIT} characters`;
  return storageProblem(body)?.message;
}
