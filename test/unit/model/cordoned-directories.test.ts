import { describe, expect, it } from 'vitest'
import { cordonedAmong, cordonProblem } from '../../../broker-core/model/cordoned-directories.ts'

const directories = ['/a', '/b']

describe('KIP-1066: cordoned.log.dirs', () => {
  it.each([
    ['', []],
    [' /b ', ['/b']],
    ['/b,/a', ['/a', '/b']],
    ['*', ['/a', '/b']],
  ])('%j names %j', (value, paths) => {
    expect(cordonProblem(value, directories)).toBeUndefined()
    expect(cordonedAmong(value, directories)).toEqual(paths)
  })

  it.each([
    ['/a,/x,/y', 'All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : /x, /y'],
    ['/a,*', 'When cordoned.log.dirs is set to *, it must not contain other values'],
  ])('%j is refused in the words of Kafka', (value, problem) => expect(cordonProblem(value, directories)).toBe(problem))
})
