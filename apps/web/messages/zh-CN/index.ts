import account from './account.json' with { type: 'json' }
import admin from './admin.json' with { type: 'json' }
import adminGroups from './adminGroups.json' with { type: 'json' }
import adminJobs from './adminJobs.json' with { type: 'json' }
import adminSettings from './adminSettings.json' with { type: 'json' }
import adminShares from './adminShares.json' with { type: 'json' }
import audit from './audit.json' with { type: 'json' }
import auth from './auth.json' with { type: 'json' }
import capacity from './capacity.json' with { type: 'json' }
import change from './change.json' with { type: 'json' }
import common from './common.json' with { type: 'json' }
import details from './details.json' with { type: 'json' }
import drive from './drive.json' with { type: 'json' }
import jobs from './jobs.json' with { type: 'json' }
import keyboard from './keyboard.json' with { type: 'json' }
import labels from './labels.json' with { type: 'json' }
import mail from './mail.json' with { type: 'json' }
import people from './people.json' with { type: 'json' }
import places from './places.json' with { type: 'json' }
import preview from './preview.json' with { type: 'json' }
import search from './search.json' with { type: 'json' }
import shares from './shares.json' with { type: 'json' }
import shell from './shell.json' with { type: 'json' }
import trash from './trash.json' with { type: 'json' }
import uploadError from './uploadError.json' with { type: 'json' }
import uploads from './uploads.json' with { type: 'json' }
import visitor from './visitor.json' with { type: 'json' }

export const chinese = {
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
  jobs,
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
