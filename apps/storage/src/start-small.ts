import { keepYoungGenerationSmall } from './young-generation.ts'

// main.ts imports this before anything else: what has grown stays grown.
keepYoungGenerationSmall()
