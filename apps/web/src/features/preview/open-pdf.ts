import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist'

const CHUNK_BYTES = 262_144
// A page of a square metre at three pixels each way would need a gigabyte.
const CANVAS_PIXELS_MAX = 16_000_000
const DENSITY_MAX = 2

export interface PdfPage {
  /** In points, as shown. */
  width: number
  height: number
  /** Draws the page `width` CSS pixels wide, and lays its text over it. */
  draw(canvas: HTMLCanvasElement, text: HTMLElement, width: number): void
  stop(): void
}

export interface PdfDocument {
  numPages: number
  page(number: number): Promise<PdfPage>
}

async function loadLibrary() {
  const pdf = await import('pdfjs-dist/legacy/build/pdf.mjs')
  pdf.GlobalWorkerOptions.workerSrc = new URL('pdfjs-dist/legacy/build/pdf.worker.min.mjs', import.meta.url).toString()
  return pdf
}

type Library = Awaited<ReturnType<typeof loadLibrary>>

function pageOf(pdf: Library, page: PDFPageProxy): PdfPage {
  const { width, height } = page.getViewport({ scale: 1 })
  let stop: () => void = () => undefined
  return {
    width,
    height,
    stop: () => stop(),
    draw: (canvas, container, cssWidth) => {
      const viewport = page.getViewport({ scale: cssWidth / width })
      const density = Math.min(
        DENSITY_MAX,
        window.devicePixelRatio,
        Math.sqrt(CANVAS_PIXELS_MAX / (viewport.width * viewport.height)),
      )
      canvas.width = Math.floor(viewport.width * density)
      canvas.height = Math.floor(viewport.height * density)
      container.style.setProperty('--total-scale-factor', String(viewport.scale))
      const transform = [density, 0, 0, density, 0, 0]
      const drawing = page.render({ canvas, viewport, transform, annotationMode: pdf.AnnotationMode.DISABLE })
      const text = new pdf.TextLayer({ textContentSource: page.streamTextContent(), container, viewport })
      stop = () => {
        drawing.cancel()
        text.cancel()
      }
      // Both reject when they are stopped; a page that cannot be drawn stays white.
      drawing.promise.catch(() => undefined)
      text.render().catch(() => undefined)
    },
  }
}

/** Opens a PDF by its address, fetching the ranges that are looked at. Nothing in it is run: no scripts, no forms. */
export function openPdf(url: string): { promise: Promise<PdfDocument>; destroy(): Promise<void> } {
  let ended = false
  let document: PDFDocumentProxy | undefined
  const open = async (): Promise<PdfDocument> => {
    const pdf = await loadLibrary()
    const task = pdf.getDocument({
      url,
      rangeChunkSize: CHUNK_BYTES,
      disableAutoFetch: true,
      disableStream: true,
      enableXfa: false,
      isEvalSupported: false,
      stopAtErrors: false,
      // Chinese, Japanese and Korean texts without fonts of their own name characters by these tables.
      cMapUrl: new URL('/pdf/cmaps/', window.location.href).toString(),
      cMapPacked: true,
    })
    document = await task.promise
    if (ended) await document.loadingTask.destroy()
    const opened = document
    return {
      numPages: opened.numPages,
      page: async (number) => pageOf(pdf, await opened.getPage(number)),
    }
  }
  return {
    promise: open(),
    destroy: async () => {
      ended = true
      await document?.loadingTask.destroy()
    },
  }
}
