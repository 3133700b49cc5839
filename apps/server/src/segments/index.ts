export { countSegment } from './count-segment.ts';
export type { CountOutcome } from './count-segment.ts';
export { matchSegments } from './match-segments.ts';
export { listSegmentProfiles, pageSegment } from './page-segment.ts';
export type { SegmentPage } from './page-segment.ts';
export type { SegmentProfile } from './segment-profile.ts';
export {
  deleteSegment,
  listSegments,
  lockSegments,
  saveSegment,
  segmentNamed,
  segmentOf,
} from './segment-store.ts';
export type {
  FindSegmentUses,
  SaveSegment,
  SaveSegmentOutcome,
  Segment,
  SegmentUse,
} from './segment-store.ts';
