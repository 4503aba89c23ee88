import { mayScrape, scrape } from '../../features/admin/server/scraped.ts'

/** For Prometheus. Everybody else finds nothing here. */
export async function GET(request: Request): Promise<Response> {
  if (!mayScrape(request.headers)) return new Response('not found\n', { status: 404 })
  const { text, contentType } = await scrape()
  return new Response(text, { headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store' } })
}
