import { protocol } from 'electron'
import { pageHeaders } from '../web/page-policy.ts'
import { staticFile } from '../web/static-files.ts'

const scheme = 'brokerbench'
export const pageAddress = `${scheme}://app/`

/** To be called before Electron is ready: the page then has an origin of its own, and no access to files. */
export function declarePageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Serves the built renderer from `root` under the page's own scheme. */
export function servePage(root: string): void {
  protocol.handle(scheme, async request => {
    const { host, pathname } = new URL(request.url)
    const file = host === 'app' && request.method === 'GET' ? await staticFile(root, pathname) : undefined
    if (file === undefined) return new Response('There is no such file.', { status: 404, headers: pageHeaders(undefined) })
    return new Response(file.bytes, { headers: { 'Content-Type': file.contentType, ...pageHeaders(undefined) } })
  })
}

/** True for the one page that may talk to main. */
export const isOwnPage = (url: string): boolean => url === pageAddress || url.startsWith(`${pageAddress}#`)
