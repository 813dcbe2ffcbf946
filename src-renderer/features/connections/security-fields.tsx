import type { ConnectionView } from '../../../src-main/contract/views/app.ts'
import { Checkbox, TextArea, TextField } from '../../widgets/fields.tsx'
import { Select } from '../../widgets/select.tsx'
import { usesSasl, usesTls } from './draft.ts'
import type { Draft, DraftProblems, Mechanism, Protocol } from './draft.ts'
import { SecretField } from './secret-field.tsx'
import styles from './connections.module.css'

export interface FieldsProps {
  readonly draft: Draft
  readonly change: (patch: Partial<Draft>) => void
  readonly problems: DraftProblems
  readonly kept: ConnectionView['secretsKept'] | undefined
}

const protocols: readonly { readonly value: Protocol; readonly label: string; readonly hint: string }[] = [
  { value: 'plaintext', label: 'PLAINTEXT', hint: 'neither encrypted nor authenticated' },
  { value: 'tls', label: 'TLS', hint: 'SSL in Kafka’s properties' },
  { value: 'sasl-plaintext', label: 'SASL', hint: 'SASL_PLAINTEXT' },
  { value: 'sasl-tls', label: 'SASL over TLS', hint: 'SASL_SSL' },
]
const mechanisms = (['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map(value => ({ value, label: value }))

export function SecurityFields(props: FieldsProps) {
  const { draft, change } = props
  return (
    <fieldset className={styles.group}>
      <legend>Security</legend>
      <div className={styles.choices}>
        <Select<Protocol>
          label="Security protocol"
          value={draft.protocol}
          options={protocols}
          onChange={protocol => change({ protocol })}
        />
        {usesSasl(draft) && (
          <Select<Mechanism>
            label="SASL mechanism"
            value={draft.mechanism}
            options={mechanisms}
            onChange={mechanism => change({ mechanism })}
          />
        )}
        {draft.protocol === 'sasl-plaintext' && draft.mechanism === 'PLAIN' && (
          <span className="warn">The password goes over the network as it is.</span>
        )}
      </div>
      {usesSasl(draft) && <SaslFields {...props} />}
      {usesTls(draft) && <TlsFields {...props} />}
    </fieldset>
  )
}

const SaslFields = ({ draft, change, problems, kept }: FieldsProps) => (
  <div className={styles.pair}>
    <TextField label="User" value={draft.username} onChange={username => change({ username })} error={problems.username} />
    <SecretField
      label="Password"
      value={draft.password}
      isKept={kept?.password === true}
      onChange={password => change({ password })}
      error={problems.password}
    />
  </div>
)

function TlsFields({ draft, change, problems, kept }: FieldsProps) {
  return (
    <>
      <TextArea
        label="Trusted certificates (PEM)"
        rows={2}
        value={draft.caPem}
        onChange={caPem => change({ caPem })}
        placeholder="Those of the system, unless given here"
        error={problems.caPem}
      />
      <div className={styles.pair}>
        <TextArea
          label="Client certificate (PEM)"
          rows={2}
          value={draft.certificatePem}
          onChange={certificatePem => change({ certificatePem })}
          placeholder="None, unless the cluster asks for one"
          error={problems.certificatePem}
        />
        <SecretField
          label="Private key (PEM)"
          rows={2}
          value={draft.keyPem}
          isKept={kept?.key === true}
          onChange={keyPem => change({ keyPem })}
          error={problems.keyPem}
        />
      </div>
      <div className={styles.pair}>
        <TextField
          label="Server name"
          mono
          value={draft.serverName}
          onChange={serverName => change({ serverName })}
          placeholder="as the host"
          hint="Where the certificate has another name than the address."
        />
        <div className={styles.verify}>
          <Checkbox label="Verify the certificate" checked={draft.verify} onChange={verify => change({ verify })} />
          {!draft.verify && (
            <span className="bad" role="alert">
              Anybody between here and the cluster can read and change everything. For trying out only.
            </span>
          )}
        </div>
      </div>
    </>
  )
}

export function RegistryFields({ draft, change, problems, kept }: FieldsProps) {
  return (
    <fieldset className={styles.group}>
      <legend>Schema registry</legend>
      <div className={styles.triple}>
        <TextField
          label="Registry address"
          mono
          value={draft.registryUrl}
          onChange={registryUrl => change({ registryUrl })}
          placeholder="none"
          error={problems.registryUrl}
        />
        <TextField
          label="Registry user"
          value={draft.registryUsername}
          onChange={registryUsername => change({ registryUsername })}
          placeholder="none"
        />
        <SecretField
          label="Registry password"
          value={draft.registryPassword}
          isKept={kept?.registryPassword === true}
          onChange={registryPassword => change({ registryPassword })}
        />
      </div>
    </fieldset>
  )
}
