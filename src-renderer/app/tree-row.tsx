import { Star } from 'lucide-react'
import type { TreeItem } from './tree-items.ts'
import { classes } from '../widgets/classes.ts'
import styles from './app.module.css'

export interface TreeRowProps {
  readonly item: TreeItem
  readonly isSelected: boolean
  readonly isFocused: boolean
  readonly onRun: () => void
  readonly onFold: (section: string) => void
  readonly onFavourite: (topic: string) => void
}

export function TreeRow({ item, isSelected, isFocused, onRun, onFold, onFavourite }: TreeRowProps) {
  const isSection = item.kind === 'section' && item.isOpen !== undefined
  return (
    <div
      role="treeitem"
      aria-level={item.level}
      aria-selected={isSelected}
      {...(isSection ? { 'aria-expanded': item.isOpen } : {})}
      data-level={item.level}
      data-focused={isFocused}
      title={item.label}
      className={classes(styles.treeItem, item.kind === 'section' && item.isOpen !== undefined && styles.treeHead)}
      onClick={onRun}
      onDoubleClick={() => isSection && onFold(item.key)}
    >
      {item.kind === 'topic' && <Favourite topic={item.label} isOn={item.isFavourite} onFavourite={onFavourite} />}
      <span className="cut">{item.label}</span>
      {item.count !== null && <span className={classes(styles.count, item.isBehind && 'warn')}>{item.count}</span>}
    </div>
  )
}

function Favourite({
  topic,
  isOn,
  onFavourite,
}: {
  readonly topic: string
  readonly isOn: boolean
  readonly onFavourite: (topic: string) => void
}) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.star}
      aria-pressed={isOn}
      aria-label={`Favourite ${topic}`}
      style={{ marginLeft: -18 }}
      onClick={event => {
        event.stopPropagation()
        onFavourite(topic)
      }}
    >
      <Star size={11} fill={isOn ? 'currentColor' : 'none'} aria-hidden />
    </button>
  )
}
