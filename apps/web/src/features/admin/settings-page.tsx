'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Asked } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { Choice } from './filter-bar.tsx'
import { PageBar, PageBody } from './page-bar.tsx'
import type { SettingsChange, SettingsView } from './schema.ts'
import { parseSize, sizeText } from './size-field.ts'

const PATH = '/api/admin/settings'
const KEY = ['admin', 'settings'] as const

/** What holds for everybody. Each choice says in a sentence what it does. */
export function SettingsPage() {
  const t = useTranslations('adminSettings')
  const asked = useQuery({ queryKey: KEY, queryFn: () => callApi<SettingsView>(PATH) })
  return (
    <>
      <PageBar title={t('title')} />
      <PageBody>
        <Asked of={asked}>{(view) => <SettingsForm view={view} />}</Asked>
      </PageBody>
    </>
  )
}

function SettingsForm({ view: { settings, changed } }: { view: SettingsView }) {
  const t = useTranslations('adminSettings')
  const toast = useToast()
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: (body: SettingsChange) => callApi<SettingsView>(PATH, { method: 'PATCH', body }),
    onSuccess: (view) => {
      client.setQueryData(KEY, view)
      toast({ text: t('saved') })
    },
    onError: () => toast({ text: t('notSaved'), problem: true }),
  })
  const save = change.mutate
  const note = (key: keyof typeof settings) => <ChangedNote changed={changed} of={key} />
  return (
    <div className="mx-6 max-w-[720px] divide-y divide-line phone:mx-4">
      <Setting title={t('signup')} sentence={t(`signup_${settings.signup}`)} note={note('signup')}>
        <Choice
          label={t('signup')}
          value={settings.signup}
          options={(['open', 'invitation', 'closed'] as const).map((value) => ({
            value,
            label: t(`signupChoice_${value}`),
          }))}
          onChange={(signup) => save({ signup: signup as typeof settings.signup })}
        />
      </Setting>
      <Setting title={t('quota')} sentence={t('quotaSentence')} note={note('quotaDefaultBytes')}>
        <SizeInput
          label={t('quota')}
          bytes={settings.quotaDefaultBytes}
          onSave={(bytes) => save({ quotaDefaultBytes: bytes ?? 0 })}
        />
      </Setting>
      <Setting title={t('uploadMax')} sentence={t('uploadMaxSentence')} note={note('uploadMaxBytes')}>
        <SizeInput
          label={t('uploadMax')}
          bytes={settings.uploadMaxBytes}
          mayBeEmpty
          onSave={(uploadMaxBytes) => save({ uploadMaxBytes })}
        />
      </Setting>
      <Setting
        title={t('trashDays')}
        sentence={t('trashDaysSentence', { n: settings.trashDays })}
        note={note('trashDays')}
      >
        <NumberInput
          label={t('trashDays')}
          value={settings.trashDays}
          max={3650}
          onSave={(trashDays) => save({ trashDays })}
        />
      </Setting>
      <Setting title={t('instant')} sentence={t(`instant_${settings.instantScope}`)} note={note('instantScope')}>
        <Choice
          label={t('instant')}
          value={settings.instantScope}
          options={(['site', 'person', 'off'] as const).map((value) => ({ value, label: t(`instantChoice_${value}`) }))}
          onChange={(scope) => save({ instantScope: scope as typeof settings.instantScope })}
        />
      </Setting>
      {settings.instantScope === 'site' ? (
        <Setting
          title={t('holders')}
          sentence={t('holdersSentence', { n: settings.instantMinHolders })}
          note={note('instantMinHolders')}
        >
          <NumberInput
            label={t('holders')}
            value={settings.instantMinHolders}
            max={100}
            onSave={(instantMinHolders) => save({ instantMinHolders })}
          />
        </Setting>
      ) : null}
    </div>
  )
}

type SettingProps = { title: string; sentence: string; note: ReactNode; children: ReactNode }

function Setting({ title, sentence, note, children }: SettingProps) {
  return (
    <section aria-label={title} className="flex items-start gap-6 py-5 phone:flex-col phone:gap-3">
      <div className="min-w-0 flex-1">
        <h2 className="font-[550]">{title}</h2>
        <p className="mt-0.5 text-13 text-ink-2">{sentence}</p>
        {note}
      </div>
      {children}
    </section>
  )
}

function ChangedNote({ changed, of }: { changed: SettingsView['changed']; of: string }) {
  const t = useTranslations('adminSettings')
  const format = useFormat()
  const last = changed.find(({ key }) => key === of)
  if (last === undefined) return null
  return (
    <p className="mt-1 text-12 text-ink-3">{t('changedBy', { name: last.by ?? '–', date: format.date(last.at) })}</p>
  )
}

type NumberInputProps = { label: string; value: number; max: number; onSave: (value: number) => void }

function NumberInput({ label, value, max, onSave }: NumberInputProps) {
  const t = useTranslations('adminSettings')
  const [typed, setTyped] = useState(String(value))
  const number = Number(typed)
  const isGood = Number.isInteger(number) && number >= 1 && number <= max
  return (
    <InputForm
      label={label}
      typed={typed}
      onType={setTyped}
      isChanged={typed !== String(value)}
      problem={isGood ? undefined : t('numberWrong', { max })}
      onSave={() => onSave(number)}
    />
  )
}

type SizeInputProps = {
  label: string
  bytes: number | null
  mayBeEmpty?: boolean
  onSave: (bytes: number | null) => void
}

function SizeInput({ label, bytes, mayBeEmpty = false, onSave }: SizeInputProps) {
  const t = useTranslations('adminSettings')
  const shown = bytes === null ? '' : sizeText(bytes)
  const [typed, setTyped] = useState(shown)
  const isEmpty = typed.trim() === ''
  const size = isEmpty ? null : parseSize(typed)
  const isGood = isEmpty ? mayBeEmpty : size !== null && (size > 0 || !mayBeEmpty)
  return (
    <InputForm
      label={label}
      typed={typed}
      placeholder={mayBeEmpty ? t('noLimit') : ''}
      onType={setTyped}
      isChanged={typed !== shown}
      problem={isGood ? undefined : t('sizeWrong')}
      onSave={() => onSave(size)}
    />
  )
}

type InputFormProps = {
  label: string
  typed: string
  placeholder?: string
  onType: (text: string) => void
  isChanged: boolean
  /** What to type instead. */
  problem: string | undefined
  onSave: () => void
}

function InputForm({ label, typed, placeholder, onType, isChanged, problem, onSave }: InputFormProps) {
  const t = useTranslations('adminSettings')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (problem === undefined) onSave()
  }
  return (
    <form onSubmit={submit} className="flex w-[240px] items-end gap-2 phone:w-full">
      <div className="min-w-0 flex-1 [&_label]:sr-only">
        <Field
          label={label}
          compact
          value={typed}
          placeholder={placeholder}
          onChange={(event) => onType(event.target.value)}
          error={problem}
        />
      </div>
      <Button type="submit" disabled={!isChanged || problem !== undefined} className="self-start">
        {t('save')}
      </Button>
    </form>
  )
}
