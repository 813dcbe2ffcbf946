import type * as Monaco from 'monaco-editor/editor'

const names = { light: 'workbench-light', dark: 'workbench-dark' } as const

/** Colours from the tokens of the window, again whenever the theme on the root element changes. */
export function followTheme({ editor }: typeof Monaco): void {
  const root = document.documentElement
  const apply = () => {
    const theme = root.classList.contains('light') ? 'light' : 'dark'
    editor.defineTheme(names[theme], themeOf(theme, getComputedStyle(root)))
    editor.setTheme(names[theme])
  }
  apply()
  new MutationObserver(apply).observe(root, { attributes: true, attributeFilter: ['class'] })
}

function themeOf(theme: 'light' | 'dark', style: CSSStyleDeclaration): Monaco.editor.IStandaloneThemeData {
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    base: theme === 'light' ? 'vs' : 'vs-dark',
    inherit: true,
    rules: rulesOf(token),
    colors: coloursOf(token),
  }
}

type Token = (name: string) => string

function rulesOf(token: Token): Monaco.editor.ITokenThemeRule[] {
  const rule = (scope: string, name: string) => ({ token: scope, foreground: token(name).slice(1) })
  return [
    rule('', 'text'),
    rule('key', 'key'),
    rule('string.key.json', 'key'),
    rule('string.value.json', 'string'),
    rule('string', 'string'),
    rule('number', 'number'),
    rule('keyword', 'accent'),
    rule('type', 'key'),
    rule('tag', 'key'),
    rule('attribute.name', 'number'),
    rule('attribute.value', 'string'),
    rule('comment', 'faint'),
    rule('delimiter', 'muted'),
    rule('regexp', 'warn'),
  ]
}

/** `alpha`: two hex digits. */
const over = (colour: string, alpha: string): string => `${colour}${alpha}`

function coloursOf(token: Token): Record<string, string> {
  const [panel, raised, line, strong] = [token('panel'), token('raised'), token('line'), token('line-strong')]
  const [text, accent, selected] = [token('text'), token('accent'), token('selected')]
  return {
    focusBorder: accent,
    foreground: text,
    'editor.background': panel,
    'editor.foreground': text,
    'editorGutter.background': panel,
    'editorLineNumber.foreground': token('faint'),
    'editorLineNumber.activeForeground': text,
    'editorCursor.foreground': accent,
    'editor.selectionBackground': over(accent, '40'),
    'editor.inactiveSelectionBackground': over(accent, '26'),
    'editor.lineHighlightBackground': token('hover'),
    'editor.lineHighlightBorder': over(panel, '00'),
    'editor.foldBackground': selected,
    'editor.findMatchBackground': over(token('warn'), '80'),
    'editor.findMatchHighlightBackground': over(token('warn'), '40'),
    'editor.wordHighlightBackground': over(accent, '26'),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6].map(depth => [`editorBracketHighlight.foreground${depth}`, token('muted')])),
    'editorBracketMatch.background': over(accent, '26'),
    'editorBracketMatch.border': over(accent, '80'),
    'editorIndentGuide.background1': line,
    'editorIndentGuide.activeBackground1': strong,
    'editorWidget.background': raised,
    'editorWidget.border': strong,
    'editorWidget.foreground': text,
    'editorHoverWidget.background': raised,
    'editorHoverWidget.border': strong,
    'editorSuggestWidget.background': raised,
    'editorSuggestWidget.border': strong,
    'editorSuggestWidget.selectedBackground': selected,
    'editorSuggestWidget.selectedForeground': text,
    'editorSuggestWidget.highlightForeground': accent,
    'editorSuggestWidget.focusHighlightForeground': accent,
    'editorError.foreground': token('bad'),
    'editorWarning.foreground': token('warn'),
    'input.background': panel,
    'input.border': strong,
    'input.foreground': text,
    'input.placeholderForeground': token('faint'),
    'inputOption.activeBackground': selected,
    'inputOption.activeBorder': accent,
    'menu.background': raised,
    'menu.foreground': text,
    'menu.selectionBackground': selected,
    'menu.selectionForeground': text,
    'list.hoverBackground': token('hover'),
    'list.focusBackground': selected,
    'scrollbar.shadow': over(panel, '00'),
    'scrollbarSlider.background': over(strong, 'aa'),
    'scrollbarSlider.hoverBackground': strong,
    'scrollbarSlider.activeBackground': strong,
    'diffEditor.insertedTextBackground': over(token('good'), '33'),
    'diffEditor.removedTextBackground': over(token('bad'), '33'),
    'diffEditor.insertedLineBackground': over(token('good'), '1a'),
    'diffEditor.removedLineBackground': over(token('bad'), '1a'),
    'diffEditor.diagonalFill': line,
    'diffEditor.border': line,
    'editorOverviewRuler.border': over(panel, '00'),
  }
}
