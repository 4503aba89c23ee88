/**
 * What FastDFS 6.16.1 (the C server, default configuration: 4 work threads, 2 readers, 1 writer for each store path,
 * nothing synced) did on a machine with two cores, ext4 and Linux 6.18: operations per second at 1, 8, 32 and 64
 * connections, client and server on the same cores, one request in flight on each connection. The median of the runs
 * during which nothing else ran on the machine; the best run where there was no such run. Loaded by a client in C, which
 * takes less of the two cores than ours does. A later run of both on one machine is in docs/performance.md.
 */
export const fastdfsFigures: Readonly<Record<string, readonly number[]>> = {
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

/** The numbers of connections that the figures are for. */
export const FIGURE_CONNECTIONS: readonly number[] = [1, 8, 32, 64]

export function fastdfsFigure(what: string, connections: number): number | null {
  const column = FIGURE_CONNECTIONS.indexOf(connections)
  return fastdfsFigures[what]?.[column] ?? null
}
