import { useTranslations } from 'next-intl'
import { taskNames } from './task-names.ts'

/** What a task is called. One that only an older or newer worker has is called by its identifier. */
export function useTaskName(): (task: string) => string {
  const t = useTranslations('adminJobs')
  return (task) => {
    const known = taskNames.find((name) => name === task)
    return known === undefined ? task : t(`name_${known}`)
  }
}
