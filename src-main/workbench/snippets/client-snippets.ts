import type { ConnectionSecurity } from '../../contract/views/app.ts'
import type { ClientSnippet } from '../../contract/views/cluster.ts'
import { dotnetSnippet } from './dotnet-snippet.ts'
import { goSnippet } from './go-snippet.ts'
import { javaSnippet, springSnippet } from './java-snippets.ts'
import { kafkajsSnippet } from './kafkajs-snippet.ts'
import { kcatSnippet, pythonSnippet } from './librdkafka-snippets.ts'
import { securityNote } from './security-settings.ts'

/** The cluster as a snippet names it. */
export interface SnippetTarget {
  readonly bootstrap: string
  readonly security: ConnectionSecurity | null
}

/** Copy-ready first steps for clients of many languages: each produces one record to `orders` and reads the topic from its start. */
export function clientSnippets(target: SnippetTarget): ClientSnippet[] {
  const note = securityNote(target.security)
  return languages.map(({ code, ...rest }) => ({ ...rest, code: code(target), note }))
}

const languages: readonly (Omit<ClientSnippet, 'code' | 'note'> & { readonly code: (target: SnippetTarget) => string })[] = [
  { id: 'kcat', title: 'kcat', language: 'shell', code: kcatSnippet },
  { id: 'java', title: 'Java', language: 'java', code: javaSnippet },
  { id: 'spring', title: 'Spring Boot', language: 'yaml', code: springSnippet },
  { id: 'kafkajs', title: 'kafkajs', language: 'javascript', code: kafkajsSnippet },
  { id: 'python', title: 'Python', language: 'python', code: pythonSnippet },
  { id: 'go', title: 'Go', language: 'go', code: goSnippet },
  { id: 'dotnet', title: '.NET', language: 'csharp', code: dotnetSnippet },
]
