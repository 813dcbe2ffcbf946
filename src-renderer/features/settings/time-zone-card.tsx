import { useMemo } from 'react'
import { setPreferences, usePreferences } from '../../preferences/preferences.ts'
import { systemTimeZone, useTimeZone } from '../../preferences/use-appearance.ts'
import { Card } from '../../widgets/layout.tsx'
import { Checkbox } from '../../widgets/fields.tsx'
import { useNow } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { formatTime } from '../../widgets/time.ts'
import { allZones, offsetText, zoneRows, zoneText } from './time-zones.ts'
import type { ZoneRow } from './time-zones.ts'
import styles from './settings.module.css'

const minuteMs = 60_000

/** In which zone all times are shown, with what time it is there. */
export function TimeZoneCard() {
  const chosen = usePreferences(state => state.preferences.timeZone)
  const zone = useTimeZone()
  const minute = Math.floor(useNow(1_000) / minuteMs)
  const rows = useMemo(() => zoneRows(allZones(), minute * minuteMs), [minute])
  return (
    <Card
      title="Time zone"
      aside={
        <span className="muted">
          {formatTime(minute * minuteMs, zone, 'minute')} in {zone}
        </span>
      }
    >
      <div className={styles.system}>
        <Checkbox
          label={`As the system (${systemTimeZone()})`}
          checked={chosen === 'system'}
          onChange={isSystem => setPreferences({ timeZone: isSystem ? 'system' : zone })}
        />
      </div>
      <div className={styles.zones}>
        <DataTable
          name="Time zones"
          rowNoun="zone"
          rows={rows}
          columns={columns}
          rowKey={row => row.zone}
          storageKey="settings.zones"
          selectedKey={zone}
          onSelect={row => setPreferences({ timeZone: row.zone })}
          empty={null}
        />
      </div>
    </Card>
  )
}

const columns: readonly Column<ZoneRow>[] = [
  { id: 'zone', title: 'Zone', widthPx: 200, grows: true, value: row => zoneText(row.zone) },
  { id: 'clock', title: 'Now', widthPx: 70, align: 'end', mono: true, value: row => row.clock },
  {
    id: 'offset',
    title: 'Offset',
    widthPx: 100,
    align: 'end',
    mono: true,
    value: row => row.offsetMinutes,
    render: row => offsetText(row.offsetMinutes),
  },
]
