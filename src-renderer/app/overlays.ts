import { create } from 'zustand'

export const useOverlays = create<{ readonly isPaletteOpen: boolean; readonly isHelpOpen: boolean }>(() => ({
  isPaletteOpen: false,
  isHelpOpen: false,
}))
export const setPaletteOpen = (isPaletteOpen: boolean): void => useOverlays.setState({ isPaletteOpen })
export const setHelpOpen = (isHelpOpen: boolean): void => useOverlays.setState({ isHelpOpen })
export const openShortcutHelp = (): void => setHelpOpen(true)
