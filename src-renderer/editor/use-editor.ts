import { useLayoutEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import { commonOptions } from './monaco.ts'
import type { CodeEditor, EditorOptions, Monaco } from './monaco.ts'

/** An editor in the element that `host` is put on, for as long as it is mounted. `options` are those of the first render. */
export function useEditor(
  monaco: Monaco | undefined,
  options: EditorOptions,
): { readonly host: RefObject<HTMLDivElement | null>; readonly editor: CodeEditor | undefined } {
  const host = useRef<HTMLDivElement>(null)
  const first = useRef(options)
  const [editor, setEditor] = useState<CodeEditor | undefined>(undefined)
  useLayoutEffect(() => {
    if (monaco === undefined || host.current === null) return undefined
    const made = monaco.editor.create(host.current, { ...commonOptions, model: null, ...first.current })
    setEditor(made)
    return () => {
      setEditor(undefined)
      made.dispose()
    }
  }, [monaco])
  return { host, editor }
}
