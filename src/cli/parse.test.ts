import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from './parse.ts'
import { conditionOption, durationOption } from './values.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  name: 'try',
  summary: '',
  usage: [],
  takes: ['<a>', '<b>?'],
  options: {
    data: { value: '<folder>', about: '' },
    where: { value: '<x>', about: '', several: true },
    inspect: { value: 'port', bare: '9229', about: '' },
    follow: { about: '' },
  },
  run: async () => 0,
}
const parsed = (...args: string[]) => parse({ verb, args })
const refuses = (code: string, ...args: string[]) => assert.throws(() => parsed(...args), { code })

test('options and arguments may come in any order, and the last of an option counts', () => {
  const input = parsed('--follow', 'one', '--data=x', 'two', '--where', 'a', '--where=b', '--data', 'y')
  assert.deepEqual(input.positionals, ['one', 'two'])
  assert.deepEqual(
    [input.text('data'), input.texts('where'), input.flag('follow'), input.json],
    ['y', ['a', 'b'], true, false],
  )
  assert.deepEqual([input.text('inspect'), input.argument(1)], [undefined, 'two'])
})

test('a bare option stands for its default, and does not eat the next word', () => {
  assert.equal(parsed('a', '--inspect').text('inspect'), '9229')
  assert.equal(parsed('a', '--inspect=1').text('inspect'), '1')
  assert.deepEqual(parsed('--inspect', 'a').positionals, ['a'])
})

test('nothing after -- is an option', () => {
  const input = parsed('--', '--follow', '-h')
  assert.deepEqual([input.positionals, input.flag('follow'), input.flag('help')], [['--follow', '-h'], false, false])
})

test('what is not declared is refused', () => {
  refuses('OPTION_UNKNOWN', 'a', '--nope')
  refuses('OPTION_UNKNOWN', 'a', '--constructor')
  refuses('OPTION_UNKNOWN', 'a', '-x')
  refuses('OPTION_INVALID', 'a', '--follow=1')
  refuses('OPTION_INVALID', 'a', '--data')
  refuses('OPTION_INVALID', 'a', '--data=')
  refuses('OPTION_INVALID', 'a', '--data', '--follow')
  refuses('ARGUMENT_MISSING')
  refuses('ARGUMENT_UNEXPECTED', 'a', 'b', 'c')
})

test('a value that starts with a dash is written with an equals sign', () => {
  assert.equal(parsed('a', '--data=-5').text('data'), '-5')
})

test('help needs no arguments', () => {
  assert.equal(parsed('--help').flag('help'), true)
  assert.equal(parsed('-h').flag('help'), true)
})

test('a condition is a JSON scalar or a text', () => {
  const values = ['a=open', 'a=5', 'a=true', 'a="5"', 'a=', 'a=b=c', 'a=null', 'a={"x":1}'].map(
    (given) => conditionOption(given).value,
  )
  assert.deepEqual(values, ['open', 5, true, '5', '', 'b=c', 'null', '{"x":1}'])
  assert.throws(() => conditionOption('=x'), { code: 'OPTION_INVALID' })
})

test('a duration has a unit and a bound', () => {
  const duration = (given: string) =>
    durationOption({ input: parsed('a', `--data=${given}`), option: 'data', max: 60_000 })
  assert.deepEqual([duration('500ms'), duration('10s'), duration('1m')], [500, 10_000, 60_000])
  for (const wrong of ['10', '0s', '2m', '1h', '1.5s', '-1s'])
    assert.throws(() => duration(wrong), { code: 'OPTION_INVALID' })
})
