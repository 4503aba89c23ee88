export { commonLane, DiskLane, type SharedLane } from './disk-lane.ts'
