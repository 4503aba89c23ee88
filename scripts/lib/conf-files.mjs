// The FastDFS conf files of the cluster that `npm start` runs, written anew from the settings at each start.
import fs from 'node:fs'
import path from 'node:path'

export const GROUP = 'group1'
const LOOPBACK = '127.0.0.1'
const HEADER = '# Written by `npm start` from its settings at each start: changes made here are lost.'

function confText(entries) {
  const lines = Object.entries(entries)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${value}`)
  return `${[HEADER, ...lines].join('\n')}\n`
}

function trackerConf({ tracker }) {
  return confText({
    bind_addr: LOOPBACK,
    port: tracker.port,
    http_bind_addr: LOOPBACK,
    http_port: tracker.httpPort,
    base_path: tracker.dir,
    store_lookup: 0,
    reserved_storage_space: '1024MB',
    use_storage_id: true,
    storage_ids_filename: path.join(tracker.dir, 'storage_ids.conf'),
    id_type_in_filename: 'id',
  })
}

function storageIdsConf({ storages }) {
  const lines = storages.map(({ id, port }) => `${id} ${GROUP} ${LOOPBACK}:${port}`)
  return `${[HEADER, ...lines].join('\n')}\n`
}

function storageConf(settings, storage) {
  return confText({
    group_name: GROUP,
    server_id: storage.id,
    bind_addr: LOOPBACK,
    port: storage.port,
    http_bind_addr: settings.storageHttpHost,
    http_port: storage.httpPort,
    http_access: 'ticket',
    base_path: storage.dir,
    store_path_count: 1,
    store_path0: storage.dir,
    tracker_server: settings.trackers[0],
    // On one machine a short beat costs nothing, and storages are active a second after they start.
    heart_beat_interval: 1,
    stat_report_interval: 30,
    keys_file: path.join(storage.dir, 'keys.json'),
    web_origins: settings.origins.join(','),
    web_url: settings.webUrl,
    trusted_proxies: settings.passedOn.CAIRN_TRUSTED_PROXIES,
    tus_durability: settings.durability,
    upload_size_max: settings.uploadMaxBytes,
  })
}

function writeConf(dir, name, text) {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
  fs.writeFileSync(path.join(dir, name), text)
}

/** Writes tracker.conf, storage_ids.conf and one storage.conf per storage. */
export function writeConfFiles(settings) {
  writeConf(settings.tracker.dir, 'tracker.conf', trackerConf(settings))
  writeConf(settings.tracker.dir, 'storage_ids.conf', storageIdsConf(settings))
  for (const storage of settings.storages) writeConf(storage.dir, 'storage.conf', storageConf(settings, storage))
}
