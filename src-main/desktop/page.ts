import { protocol } from 'electron'
import { pageHeaders } from '../web/page-policy.ts'
import { staticFile } from '../web/static-files.ts'

/**
 * The page's own address, of a domain that can never exist (RFC 2606). Nothing leaves this machine: every request of the page for
 * https is answered here. A scheme of its own would have to be declared before Electron is ready, which modules load too late for.
 */
const host = 'brokerbench.invalid'
export const pageAddress = `https://${host}/`

/** Serves the built renderer from `root` under the page's address; there is nothing else on https. */
export function servePage(root: string): void {
  protocol.handle('https', async request => {
    const url = new URL(request.url)
    const file = url.host === host && request.method === 'GET' ? await staticFile(root, url.pathname) : undefined
    if (file === undefined) return new Response('There is no such file.', { status: 404, headers: pageHeaders(undefined) })
    return new Response(file.bytes, { headers: { 'Content-Type': file.contentType, ...pageHeaders(undefined) } })
  })
}

/** True for the one page that may talk to main. */
export const isOwnPage = (url: string): boolean => url === pageAddress || url.startsWith(`${pageAddress}#`)
