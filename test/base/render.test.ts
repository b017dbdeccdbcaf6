import { describe, expect, it } from 'vitest';
import { positionAt } from '../../src/base/position.ts';
import { renderDiagnostic } from '../../src/base/render.ts';

/** The diagnostic of the first `what` in `line`. */
function render(line: string, what: string): string[] {
  const position = positionAt('a.yml', line, line.indexOf(what), what.length);
  return renderDiagnostic({ code: 'spec-malformed', message: 'wrong', position }).split('\n');
}

describe('renderDiagnostic', () => {
  it('shows place, message, excerpt, caret and hint', () => {
    const position = positionAt('a.yml', 'os:\n  id: Bad\n', 10, 3);
    const text = renderDiagnostic({
      code: 'spec-malformed',
      message: 'bad id',
      hint: 'Write bad.',
      position,
    });
    expect(text).toBe('a.yml:2:7: error: bad id\n 2 |   id: Bad\n   |       ^^^\n  hint: Write bad.');
  });

  it('shows the code on demand, and where there is one', () => {
    const diagnostic = { code: 'spec-malformed', message: 'bad id', hint: 'Write bad.' } as const;
    expect(renderDiagnostic(diagnostic, { codes: true })).toBe(
      'error: bad id [spec-malformed]\n  hint: Write bad.',
    );
    expect(renderDiagnostic({ message: 'bad id' }, { codes: true })).toBe('error: bad id');
  });

  it('needs no position and no hint', () => {
    expect(renderDiagnostic({ code: 'spec-malformed', message: 'm' }, { severity: 'warning' })).toBe(
      'warning: m',
    );
  });

  it.each([
    ['tabs', 'a\tb', 'b', 4, 1],
    ['wide characters', '日本 x', 'x', 5, 1],
    ['a wide character itself', 'a日b', '日', 1, 2],
    ['emoji of several code points', '👩‍👩‍👧 é x', 'x', 5, 1],
    ['combining marks', 'e\u0301 x', 'x', 2, 1],
    ['a byte order mark', '\ufeffos: x', 'os', 0, 2],
  ])('keeps the caret right after %s', (_, line, what, indent, length) => {
    expect(render(line, what)[2]).toBe(`   | ${' '.repeat(indent)}${'^'.repeat(length)}`);
  });

  it('cuts a long line around the place', () => {
    const [, excerpt, caret] = render(`${'a'.repeat(1000)}HERE${'b'.repeat(1000)}`, 'HERE');
    expect(excerpt!.length).toBeLessThan(180);
    expect(excerpt!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('lets nobody drive the terminal', () => {
    const position = positionAt('a\x1b[2J.yml', 'x\x1b]0;t\x07 \u202e', 0);
    const text = renderDiagnostic({
      code: 'spec-malformed',
      message: 'm\x1b[31m\r',
      hint: 'h\x00',
      position,
    });
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
  });

  it('colours on demand, and only then', () => {
    const position = positionAt('f', 'text', 0, 4);
    const diagnostic = { message: 'm', hint: 'h', position };
    const colored = renderDiagnostic(diagnostic, { color: true });
    expect(colored.replace(/\x1b\[[\d;]*m/g, '')).toBe(renderDiagnostic(diagnostic));
    expect(colored).toContain('\x1b[1;31m^^^^\x1b[0m');
  });
});
