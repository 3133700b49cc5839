export { applyDocuments } from './apply-documents.ts';
