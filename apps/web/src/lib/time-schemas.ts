import { z } from 'zod'
import { isStorable } from './storable-time.ts'

const sentence = { error: 'This is not a time of the years 1 to 9999.' }
export const momentSchema = z.iso.datetime({ offset: true }).refine(isStorable, sentence)
export const daySchema = z.iso.date().refine(isStorable, sentence)
