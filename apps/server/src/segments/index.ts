export { countSegment } from './count-segment.ts';
export { matchSegments } from './match-segments.ts';
export { listSegmentProfiles, pageSegment } from './page-segment.ts';
export type { SegmentProfile } from './segment-profile.ts';
export { deleteSegment, listSegments, saveSegment, segmentNamed, segmentOf } from './segment-store.ts';
export type { FindSegmentUses, Segment } from './segment-store.ts';
