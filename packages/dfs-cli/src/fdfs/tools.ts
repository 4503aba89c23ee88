import { fileInfo } from './file-info.ts'
import {
  appendFile,
  deleteFile,
  downloadFile,
  fileCrc32,
  regenerateName,
  uploadAppender,
  uploadFile,
} from './file-tools.ts'
import { monitor } from './monitor.ts'
import { storageStat, trackerStat, volumeStat } from './stat-tools.ts'
import type { Tool } from './tool.ts'

/** The tools of FastDFS that are here, by the names that scripts call. */
export const fdfsTools: Readonly<Record<string, Tool>> = {
  fdfs_upload_file: uploadFile,
  fdfs_upload_appender: uploadAppender,
  fdfs_append_file: appendFile,
  fdfs_delete_file: deleteFile,
  fdfs_download_file: downloadFile,
  fdfs_file_info: fileInfo,
  fdfs_regenerate_filename: regenerateName,
  fdfs_crc32: fileCrc32,
  fdfs_monitor: monitor,
  fdfs_tracker_stat: trackerStat,
  fdfs_storage_stat: storageStat,
  fdfs_volumn_stat: volumeStat,
}
