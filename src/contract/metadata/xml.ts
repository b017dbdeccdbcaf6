// As much of XML as the documents of Azure and VMware have: elements and attributes by their local names, with the five
// entities and numbers. No DTD, and so nothing that expands.

/** The text of the first element of this name, whatever prefix it has; what is inside it stays as it is written. */
export function elementIn(xml: string, name: string): string | undefined {
  return elementsIn(xml, name)[0];
}

export function elementsIn(xml: string, name: string): string[] {
  const found: string[] = [];
  const opening = new RegExp(`<(?:[\\w.-]{1,40}:)?${name}(?:\\s[^<>]{0,2000})?>`, 'g');
  for (let match = opening.exec(xml); match !== null && found.length < 200; match = opening.exec(xml)) {
    if (match[0].endsWith('/>')) continue;
    const start = match.index + match[0].length;
    const prefix = match[0].slice(1, match[0].indexOf(name));
    const end = xml.indexOf(`</${prefix}${name}`, start);
    if (end === -1) break;
    found.push(xml.slice(start, end));
    opening.lastIndex = end;
  }
  return found;
}

/** The attributes of every element of this name, by their local names. */
export function attributesOf(xml: string, name: string): Map<string, string>[] {
  const elements = xml.match(new RegExp(`<(?:[\\w.-]{1,40}:)?${name}\\s[^<>]*>`, 'g')) ?? [];
  return elements.slice(0, 500).map((element) => {
    const pairs = element.matchAll(/(?:[\w.-]{1,40}:)?([\w.-]{1,60})\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
    return new Map([...pairs].map(([, key, double, single]) => [key!, unescapeXml(double ?? single ?? '')]));
  });
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function unescapeXml(text: string): string {
  return text.replace(/&(#x?[\da-fA-F]{1,6}|\w{1,4});/g, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole;
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

export function quoteXml(text: string): string {
  return text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}
