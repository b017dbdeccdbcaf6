// Text inside XML 1.0, in an element or between double quotes.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** What XML has no way to say (2.2: control characters, halves of pairs) becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\0-\x08\v\f\x0e-\x1f\ufffe\uffff\p{Surrogate}]/gu, '\ufffd')
    .replace(/[&<>"\t\n\r]/g, (character) => entities[character]!);
}
