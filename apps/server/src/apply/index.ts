export { applyDocuments } from './apply-documents.ts';
export type { ApplyOutcome } from './apply-documents.ts';
