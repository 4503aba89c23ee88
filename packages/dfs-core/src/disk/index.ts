export { commonLane, DiskLane, LANE_BYTES } from './disk-lane.ts'
