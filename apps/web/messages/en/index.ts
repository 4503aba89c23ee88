import account from './account.json'
import admin from './admin.json'
import adminGroups from './adminGroups.json'
import adminJobs from './adminJobs.json'
import adminSettings from './adminSettings.json'
import adminShares from './adminShares.json'
import audit from './audit.json'
import auth from './auth.json'
import capacity from './capacity.json'
import change from './change.json'
import common from './common.json'
import details from './details.json'
import drive from './drive.json'
import editor from './editor.json'
import jobs from './jobs.json'
import kept from './kept.json'
import keyboard from './keyboard.json'
import labels from './labels.json'
import mail from './mail.json'
import people from './people.json'
import places from './places.json'
import preview from './preview.json'
import search from './search.json'
import shares from './shares.json'
import shell from './shell.json'
import trash from './trash.json'
import uploadError from './uploadError.json'
import uploads from './uploads.json'
import visitor from './visitor.json'

export const english = {
  account,
  admin,
  adminGroups,
  adminJobs,
  adminSettings,
  adminShares,
  audit,
  auth,
  capacity,
  change,
  common,
  details,
  drive,
  editor,
  jobs,
  kept,
  keyboard,
  labels,
  mail,
  people,
  places,
  preview,
  search,
  shares,
  shell,
  trash,
  uploadError,
  uploads,
  visitor,
}
