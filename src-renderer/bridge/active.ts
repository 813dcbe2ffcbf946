import { createContext, useContext } from 'react'

/** Whether the tab around a component is in front: what is behind does not ask again and again. */
export const ActiveTab = createContext(true)

export const useIsActiveTab = (): boolean => useContext(ActiveTab)
