/**
 * A headless browser out of a package, so that a test needs nothing installed. It is unpacked once per version into the
 * folder for temporary files; a half-unpacked one is never used, because it gets its name when it is whole.
 */
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'

/** Why there is no browser here, or false, as the option `skip` of a test takes it. */
export const noBrowserBecause =
  process.platform === 'linux' && process.arch === 'x64' ? false : 'the packaged browser is for Linux on x64'

/** Open until the test ends. A browser whose test is killed ends by itself, when its pipe closes. */
export async function openBrowser(t: TestContext): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: await unpacked(), args: ['--disable-gpu'] })
  t.after(() => browser.close())
  return browser
}

async function unpacked(): Promise<string> {
  const packed = fileURLToPath(new URL('..', import.meta.resolve('@sparticuz/chromium')))
  const { version }: { version: string } = JSON.parse(await readFile(join(packed, 'package.json'), 'utf8'))
  const path = join(tmpdir(), `chromium-${version}`)
  if (existsSync(path)) return path
  const partial = `${path}-${process.pid}`
  const source = createReadStream(join(packed, 'bin/chromium.br'))
  await pipeline(source, createBrotliDecompress({ chunkSize: 2 ** 21 }), createWriteStream(partial, { mode: 0o700 }))
  await rename(partial, path)
  return path
}
