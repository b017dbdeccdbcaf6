// The order of versions, as UAPI.10 (Version Format Specification) defines it and systemd implements it. Total on any
// text; `1.4.0~rc1` < `1.4.0` < `1.4.0^1` < `1.4.1`.
import type { ReleaseVersion } from '../base/flavour.ts';

const separators = ['-', '^', '.'] as const;

/** Negative where `a` is older, positive where it is newer; zero where they are the same version. */
export function compareReleaseVersions(a: ReleaseVersion, b: ReleaseVersion): number {
  for (let [left, right] = [a, b]; ; ) {
    left = left.replace(/^[^A-Za-z0-9~^.-]+/, '');
    right = right.replace(/^[^A-Za-z0-9~^.-]+/, '');
    // "~": before everything, even the end.
    if (left[0] === '~' || right[0] === '~') {
      if (left[0] !== right[0]) return left[0] === '~' ? -1 : 1;
      left = left.slice(1);
      right = right.slice(1);
    }
    if (left === '' || right === '') return Math.sign(left.length - right.length);
    for (const separator of separators) {
      if (left[0] !== separator && right[0] !== separator) continue;
      if (left[0] !== right[0]) return left[0] === separator ? -1 : 1;
      left = left.slice(1);
      right = right.slice(1);
    }
    const numeric = /^[0-9]/.test(left) || /^[0-9]/.test(right);
    const form = numeric ? /^[0-9]*/ : /^[A-Za-z]*/;
    const x = form.exec(left)![0];
    const y = form.exec(right)![0];
    const order = numeric ? compareNumbers(x, y) : compareLetters(x, y);
    if (order !== 0) return order;
    left = left.slice(x.length);
    right = right.slice(y.length);
  }
}

/** Digits of any length; a number is newer than none. */
function compareNumbers(a: ReleaseVersion, b: ReleaseVersion): number {
  if (a === '' || b === '') return Math.sign(a.length - b.length);
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length !== y.length ? Math.sign(x.length - y.length) : compareLetters(x, y);
}

function compareLetters(a: ReleaseVersion, b: ReleaseVersion): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
