import {
  auditMax,
  detailCharsMax,
  fieldCharsMax,
  fieldsMax,
  jobsMax,
  noticesMax,
  previewCharsMax,
} from '../../../src-main/contract/limits.ts'
import { formatCount } from '../../widgets/format.ts'
import { Card, Facts } from '../../widgets/layout.tsx'
import styles from './settings.module.css'

/** What keeps memory bounded, so that nobody has to find out by what is missing. */
export const LimitsCard = () => (
  <Card
    title="Limits"
    aside={<span className="faint">what is beyond them is loaded when asked for, or said to be left out</span>}
  >
    <div className={styles.body}>
      <Facts
        facts={[
          ['Scans, exports and imports at once', formatCount(jobsMax)],
          ['Characters of a value in a row', formatCount(previewCharsMax)],
          ['Characters of a value loaded at once', formatCount(detailCharsMax)],
          ['Fields of payloads as columns', `${formatCount(fieldsMax)}, of ${formatCount(fieldCharsMax)} characters each`],
          ['Lines of the audit list', formatCount(auditMax)],
          ['Notices', formatCount(noticesMax)],
        ]}
      />
    </div>
  </Card>
)
