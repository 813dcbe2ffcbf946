import { describe, expect, it } from 'vitest'
import { CommandLineError, parseBrokerOptions, parseFormatOptions, parseServeOptions } from '../../../src-main/command-line.ts'
import { parseJavaProperties } from '../../../src-main/contract/java-properties.ts'
import { windowArguments } from '../../../src-main/desktop/window-arguments.ts'
import { parseOpenTarget } from '../../../src-main/workbench/open-target.ts'

describe('serve', () => {
  it('reads its flags, written with a blank or an equals sign', () => {
    const options = parseServeOptions([
      '--brokers',
      '3',
      '--port=19092',
      '--data',
      '/d',
      '--override',
      'a.b=c=d',
      '--override=a.b=e',
    ])
    expect(options).toEqual({
      brokers: 3,
      port: 19_092,
      dataDirectory: '/d',
      uiPort: undefined,
      ui: true,
      overrides: { 'a.b': 'e' },
      open: undefined,
    })
    expect(parseServeOptions(['--no-ui']).ui).toBe(false)
  })

  it.each([
    [['--brokers', '0'], /--brokers must be a whole number from 1 to 9/],
    [['--brokers', '1e0'], /--brokers must be a whole number/],
    [['--port', '65536'], /--port must be/],
    [['--port'], /--port needs a value/],
    [['--data='], /--data needs a value/],
    [['--no-ui=1'], /takes no value/],
    [['--override', 'novalue'], /name=value/],
    [['--config', 'x'], /unknown argument/],
    [['stray'], /unknown argument stray/],
  ])('refuses %j in one line', (args, message) => {
    expect(() => parseServeOptions(args)).toThrow(CommandLineError)
    expect(() => parseServeOptions(args)).toThrow(message)
  })
})

describe('broker', () => {
  it('needs a file', () => {
    expect(() => parseBrokerOptions([])).toThrow('broker needs --config FILE')
    expect(parseBrokerOptions(['--config', 'server.properties', '--override', 'node.id=3'])).toEqual({
      configFile: 'server.properties',
      overrides: { 'node.id': '3' },
    })
  })

  it('reads properties by the rules of Java', () => {
    const text = [
      '# comment = no',
      '! another',
      'node.id=1',
      'log.dirs : /a b',
      'listeners PLAINTEXT://:9092,\\',
      '    CONTROLLER://:9093',
      'a\\ b=c\\u00fc\\t.',
      'empty',
      'node.id = 2',
      'path=C:\\\\kafka\\\\',
      'last=yes',
    ].join('\r\n')
    expect(Object.fromEntries(parseJavaProperties(text))).toEqual({
      'node.id': '2',
      'log.dirs': '/a b',
      listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      'a b': 'cü\t.',
      empty: '',
      path: 'C:\\kafka\\',
      last: 'yes',
    })
  })
})

describe('format', () => {
  const read = (...args: readonly string[]) => parseFormatOptions(['--config', 'f', ...args])

  it('takes a release and levels of single features; without them a cluster has the newest of everything', () => {
    expect(read('--cluster-id', 'c').features).toBeUndefined()
    expect(read('--release-version', '4.0').features).toEqual({ release: '4.0', levels: new Map() })
    expect(read('--release-version=4.1', '--feature', 'share.version=1', '--feature=group.version=0').features).toEqual({
      release: '4.1',
      levels: new Map([
        ['share.version', 1],
        ['group.version', 0],
      ]),
    })
  })

  it.each([[['--feature', 'share.version']], [['--feature', 'share.version=x']], [['--feature', '=1']]])('refuses %j', args => {
    expect(() => read(...args)).toThrow('--feature must look like name=level')
  })

  it('has its flags for itself', () => {
    expect(() => parseBrokerOptions(['--config', 'f', '--release-version', '4.0'])).toThrow('unknown argument --release-version')
  })
})

describe('the window', () => {
  it("picks its own arguments from among Chromium's", () => {
    const args = ['--no-sandbox', '--user-data-dir=/x', '/project', '--port', '19092', '--data=/d', '--inspect=0', 'stray']
    expect(windowArguments(args)).toEqual(['--port', '19092', '--data=/d'])
  })
})

describe('open', () => {
  it('tells addresses from folders', () => {
    expect(parseOpenTarget('127.0.0.1:9092')).toEqual({ kind: 'cluster', bootstrap: ['127.0.0.1:9092'] })
    expect(parseOpenTarget('a:9092, [::1]:9093')).toEqual({ kind: 'cluster', bootstrap: ['a:9092', '[::1]:9093'] })
    for (const path of ['/var/lib/kafka', './data', 'data', 'C:\\kafka', 'a:99999'])
      expect(parseOpenTarget(path)).toEqual({ kind: 'directory', path })
  })
})
