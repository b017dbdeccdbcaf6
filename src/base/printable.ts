// Nobody's text drives the terminal: control characters of C0 and C1, and those that turn the direction of writing,
// which can hide what a line says. A byte of a name that is no UTF-8 (tree/byte-name.ts) is said as what it is.

const controls = /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
/** And halves of surrogate pairs that stand alone. */
const strange = /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu;

/** One line, for people: each control character becomes a picture. */
export function printable(text: string): string {
  return text.replace(strange, (character) => {
    const code = character.charCodeAt(0);
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code & 0xff).toString(16)}`;
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

/** For programs: JSON of the same value. `json` has no line breaks between its members. */
export function printableJson(json: string): string {
  return json.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
