/**
 * What FastDFS 6.16.1 (the C server, default configuration: 4 work threads, 2 readers, 1 writer for each store path,
 * nothing synced) did on a machine with two cores, ext4 and Linux 6.18: operations per second at 1, 8, 32 and 64
 * connections, client and server on the same cores, one request in flight on each connection. The median of the runs
 * during which nothing else ran on the machine; the best run where there was no such run. Loaded by a client in C, which
 * takes less of the two cores than ours does.
 */
const fastdfsPerSecond: Readonly<Record<string, readonly number[]>> = {
  'upload 4 KB': [4704, 16_668, 11_791, 12_276],
  'upload 50 KB': [3077, 4072, 3103, 3730],
  'upload 200 KB': [805, 936, 882, 1141],
  'upload 1 MB': [228, 298, 288, 262],
  'upload 100 MB': [2.5, 3.1, 2.5, 2.4],
  'download 4 KB': [11_325, 38_899, 47_057, 39_850],
  'download 50 KB': [9146, 24_828, 39_954, 36_488],
  'download 200 KB': [5480, 15_258, 13_459, 15_385],
  'download 1 MB': [1950, 3089, 2905, 3070],
  'download 100 MB': [20.9, 33, 40.5, 37.2],
  'delete 4 KB': [9799, 27_019, 29_371, 31_056],
  'delete 50 KB': [12_530, 22_618, 20_122, 27_701],
  'delete 200 KB': [14_434, 19_472, 21_451, 26_028],
  'delete 1 MB': [6132, 10_029, 8083, 8443],
  'delete 100 MB': [136, 133, 76.6, 61.7],
  'tracker query': [17_139, 78_638, 83_012, 77_440],
}

/** Microseconds of processor time of its storage and tracker for one operation, in the same runs; the medians. */
const fastdfsCpuUs: Readonly<Record<string, readonly number[]>> = {
  'upload 4 KB': [262, 102, 131, 130],
  'upload 50 KB': [689, 287, 270, 285],
  'upload 200 KB': [1121, 1087, 1229, 919],
  'upload 1 MB': [3700, 3845, 4018, 4035],
  'upload 100 MB': [379_000, 384_375, 421_562, 438_906],
  'download 4 KB': [40, 30, 25, 27],
  'download 50 KB': [60, 50, 38, 46],
  'download 200 KB': [93, 75, 71, 57],
  'download 1 MB': [397, 409, 372, 346],
  'download 100 MB': [40_000, 46_667, 32_604, 27_865],
  'delete 4 KB': [53, 44, 42, 44],
  'delete 50 KB': [61, 59, 50, 51],
  'delete 200 KB': [79, 63, 62, 54],
  'delete 1 MB': [131, 137, 133, 138],
  'delete 100 MB': [7273, 7500, 7500, 7500],
  'tracker query': [25, 14, 12, 12],
}

/** The numbers of connections that the figures are for. */
export const FIGURE_CONNECTIONS: readonly number[] = [1, 8, 32, 64]

/** Null for other numbers of connections. */
export function fastdfsFigure(what: string, connections: number): { perSecond: number; cpuUs: number } | null {
  const column = FIGURE_CONNECTIONS.indexOf(connections)
  const perSecond = fastdfsPerSecond[what]?.[column]
  const cpuUs = fastdfsCpuUs[what]?.[column]
  return perSecond === undefined || cpuUs === undefined ? null : { perSecond, cpuUs }
}
