import { startDesktop } from './desktop/desktop-app.ts'

/** The desktop entry. Nothing is awaited here: Electron may be ready before this module has loaded, or after. */
startDesktop(import.meta.dirname)
