// Nobody's text drives the terminal: control characters of C0 and C1, and those that turn the direction of writing,
// which can hide what a line says.

const controls = /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** One line, for people: each control character becomes a picture. */
export function printable(text: string): string {
  return text.replace(controls, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

/** For programs: JSON of the same value. `json` has no line breaks between its members. */
export function printableJson(json: string): string {
  return json.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
