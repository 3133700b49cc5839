export type { NewMail } from './check-mail.ts';
export { MAIL_QUEUE } from './mail-job.ts';
export type { MailJob, MailQueue } from './mail-job.ts';
export { MailWorker } from './mail-worker.ts';
export { queueMails } from './queue-mails.ts';
export { listMails, readMail } from './read-mails.ts';
export { releaseMail } from './release-mail.ts';
export { verifySmtp } from './smtp-transport.ts';
