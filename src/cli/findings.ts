/** Findings as a person reads them: what, where, because, the lines around it, and what to do. */
import type { Finding } from '../base/index.ts'
import type { Style } from './terminal.ts'
import { counted, harmless } from './text.ts'

const STYLES = { refusal: 'bad', warning: 'warn', note: 'faint' } as const satisfies Record<Finding['severity'], Style>

export function findingLines(findings: readonly Finding[], paint: (style: Style, text: string) => string): string[] {
  return findings.flatMap(({ code, severity, place, because, remedy, frame }) => [
    `${paint(STYLES[severity], severity)} ${paint('strong', code)}${place === undefined ? '' : `  ${harmless(place.file)}:${place.line}:${place.column}`}`,
    `  ${harmless(because, { lines: true }).replaceAll('\n', '\n  ')}`,
    ...(frame === undefined
      ? []
      : [
          '',
          ...harmless(frame, { lines: true })
            .split('\n')
            .map((line) => `    ${line}`.trimEnd()),
          '',
        ]),
    `  ${paint('faint', 'remedy:')} ${harmless(remedy, { lines: true }).replaceAll('\n', '\n  ')}`,
    '',
  ])
}

/** `2 refusals, 1 warning`, or an empty text. */
export function findingCounts(findings: readonly Finding[]): string {
  return (['refusal', 'warning', 'note'] as const)
    .map((severity) => ({ severity, amount: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ amount }) => amount > 0)
    .map(({ severity, amount }) => counted(amount, severity))
    .join(', ')
}
