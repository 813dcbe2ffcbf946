import { useState } from 'react'
import type { LocalSchema, SchemaFolderView } from '../../../src-main/contract/views/app.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useLatest } from '../../bridge/use-stream.ts'
import { usePreferences } from '../../preferences/preferences.ts'
import { Button } from '../../widgets/button.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { plural } from '../../widgets/format.ts'
import { Card } from '../../widgets/layout.tsx'
import { Banner, EmptyState } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import styles from './settings.module.css'

const problemsShown = 5
const types = { AVRO: 'Avro', PROTOBUF: 'Protobuf', JSON: 'JSON' } as const

/** The folder whose schemas are decoders and encoders; read anew whenever something in it changes. */
export function SchemaFolderCard() {
  const { data: folder } = useLatest('schemas.watch', undefined)
  return (
    <Card
      title="Schema folder"
      aside={<span className="faint">.avsc, .proto and .json; watched, so that changes are seen at once</span>}
    >
      <FolderField key={folder?.folder ?? ''} folder={folder?.folder ?? null} />
      {folder !== undefined && folder.problems.length > 0 && <Problems problems={folder.problems} />}
      {folder !== undefined && folder.folder !== null && <Schemas schemas={folder.schemas} />}
    </Card>
  )
}

function FolderField({ folder }: { readonly folder: string | null }) {
  const [text, setText] = useState(folder ?? '')
  const [failure, setFailure] = useState<Failure | undefined>()
  const wanted = text.trim() === '' ? null : text.trim()
  const use = async (schemaFolder: string | null) => {
    setFailure(undefined)
    try {
      usePreferences.setState({ preferences: await bridge.call('settings.write', { schemaFolder }) })
    } catch (error) {
      setFailure(failureOf(error))
    }
  }
  return (
    <form
      className={styles.folder}
      onSubmit={event => {
        event.preventDefault()
        void use(wanted)
      }}
    >
      <TextField
        label="Folder"
        hideLabel
        mono
        value={text}
        onChange={setText}
        placeholder="none: the whole path of a folder"
        error={failure?.message}
      />
      <Button submits disabledReason={wanted === folder ? 'This folder is used already.' : undefined}>
        Use folder
      </Button>
      {folder !== null && <Button onClick={() => void use(null)}>Use none</Button>}
    </form>
  )
}

/** A file that cannot be understood does not stop the others. */
const Problems = ({ problems }: Pick<SchemaFolderView, 'problems'>) => (
  <Banner tone="warn">
    {problems.slice(0, problemsShown).map(({ file, message }) => (
      <span key={`${file} ${message}`} className={styles.problem}>
        {file !== '' && <b className="mono">{file}</b>} {message}
      </span>
    ))}
    {problems.length > problemsShown && `and ${plural(problems.length - problemsShown, 'more problem')}`}
  </Banner>
)

function Schemas({ schemas }: { readonly schemas: readonly LocalSchema[] }) {
  return (
    <div className={styles.notices}>
      <DataTable
        name="Schemas"
        rowNoun="schema"
        rows={schemas}
        columns={schemaColumns}
        rowKey={schema => `${schema.name} ${schema.file}`}
        storageKey="settings.schemas"
        empty={
          <EmptyState title="No schema in this folder">
            A file named as a topic (<code>orders.avsc</code>, <code>orders-key.proto</code>) is taken for its records by itself.
          </EmptyState>
        }
      />
    </div>
  )
}

const schemaColumns: readonly Column<LocalSchema>[] = [
  { id: 'name', title: 'Name', widthPx: 128, grows: true, mono: true, value: schema => schema.name },
  { id: 'type', title: 'Type', widthPx: 76, value: schema => types[schema.type] },
  { id: 'file', title: 'File', widthPx: 120, grows: true, mono: true, value: schema => schema.file },
  {
    id: 'topic',
    title: 'Taken for',
    widthPx: 140,
    value: ({ topic, part }) => (topic === null ? 'when chosen' : `${part === 'key' ? 'keys' : 'values'} of ${topic}`),
  },
]
