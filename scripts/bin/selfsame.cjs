#!/usr/bin/env node
// The command of the published package. It says which Node is needed in words that every Node can read, so it is
// written as for browsers of 2009; what needs the newer Node is in a file of its own, which an older one never parses.
'use strict'
var needed = require('../package.json').engines.node
var has = process.versions.node
if (parseInt(has, 10) < parseInt(needed.replace(/^\D+/, ''), 10)) {
  process.stderr.write(
    ['selfsame needs Node ', needed, '; this is Node ', has, ' (', process.execPath, ').\n'].join(''),
  )
  process.exit(1)
} else {
  require('./start.cjs')
}
