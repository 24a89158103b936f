// Read by a Node that is new enough.
'use strict'
import('../lib/cli/main.js')
