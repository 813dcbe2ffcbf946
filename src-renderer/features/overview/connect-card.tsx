import { Copy } from 'lucide-react'
import { useCall } from '../../bridge/use-call.ts'
import { isText, useRemembered } from '../../preferences/use-remembered.ts'
import { Button } from '../../widgets/button.tsx'
import { copyText } from '../../widgets/clipboard.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { Card } from '../../widgets/layout.tsx'
import { Loaded } from '../../widgets/states.tsx'
import { SubTabs } from '../../widgets/tabs.tsx'
import styles from './overview.module.css'

/** The address of the cluster and first lines of code for it, in the language that was chosen last. */
export function ConnectCard({ connection, bootstrap }: { readonly connection: string; readonly bootstrap: string }) {
  const snippets = useCall('cluster.snippets', { connection })
  const [chosen, choose] = useRemembered('overview.snippet', 'java', isText)
  return (
    <Card title="Connect a client">
      <div className={styles.address}>
        <span className="muted">bootstrap.servers</span>
        <code className="cut" title={bootstrap}>
          {bootstrap}
        </code>
        <Button onClick={() => void copyText(bootstrap, 'Copied the address')}>
          <Copy aria-hidden />
          Copy address
        </Button>
      </div>
      <Loaded state={snippets} lines={4}>
        {list => {
          const shown = list.find(snippet => snippet.id === chosen) ?? list[0]
          if (shown === undefined) return <p className={styles.nothing}>There are no snippets for this cluster.</p>
          return (
            <>
              <div className={styles.snippetBar}>
                <SubTabs
                  label="Client language"
                  tabs={list.map(({ id, title }) => ({ value: id, label: title }))}
                  value={shown.id}
                  onChange={choose}
                />
                <span className="grow" />
                <Button onClick={() => void copyText(shown.code, `Copied the ${shown.title} snippet`)}>
                  <Copy aria-hidden />
                  Copy snippet
                </Button>
              </div>
              <div className={styles.snippet}>
                <CodeBlock label={`${shown.title} snippet`} code={shown.code} language={shown.language} />
              </div>
              {shown.note !== null && <p className={styles.snippetNote}>{shown.note}</p>}
            </>
          )
        }}
      </Loaded>
    </Card>
  )
}
