// Shapes of single values. YAML's own ideas of what a scalar is do not count: `on`, `0644` and `1.10` are read as the key
// wants them.
import { type Findings, shown } from '../finding.ts';
import { describeKind, type Node, type Scalar } from '../node.ts';
import type { Shape } from './shape.ts';

/** What a text must look like. `rule` ends the sentence "it must be …". */
export interface Form {
  readonly pattern: RegExp;
  readonly rule: string;
  readonly example?: string;
}

const longest = 4096;

/** A text on one line or, with no form, any text. Numbers stand for themselves, as YAML's users write them. */
export function text(form?: Form): Shape<string> {
  return {
    schema: {
      type: ['string', 'number'],
      ...(form && {
        pattern: form.pattern.source,
        examples: form.example === undefined ? [] : [form.example],
      }),
    },
    read(node, findings) {
      const scalar = requireScalar(node, findings, 'a text');
      if (!scalar) return undefined;
      if (scalar.form === 'json') return refuse(scalar, findings, 'a text', 'Put it in quotes.');
      if (form && (scalar.text.length > longest || !form.pattern.test(scalar.text)))
        return refuse(scalar, findings, form.rule, form.example && `For example: ${form.example}`);
      return scalar.text;
    },
  };
}

/** YAML 1.1's words, which the users of cloud-init write. */
export const truth: Shape<boolean> = {
  schema: { type: 'boolean' },
  read(node, findings) {
    const scalar = requireScalar(node, findings, 'true or false');
    const word = scalar?.text.toLowerCase();
    if (/^(true|yes|on|y|1)$/.test(word ?? '')) return true;
    if (/^(false|no|off|n|0)$/.test(word ?? '')) return false;
    return scalar && refuse(scalar, findings, 'true or false');
  },
};

export function whole(least = 0, most = Number.MAX_SAFE_INTEGER): Shape<number> {
  return {
    schema: { type: 'integer', minimum: least, maximum: most },
    read(node, findings) {
      const rule = `a whole number from ${least} to ${most}`;
      const scalar = requireScalar(node, findings, rule);
      if (!scalar) return undefined;
      const value = /^[-+]?(0|[1-9]\d{0,15}|0x[\da-f]{1,13}|0o[0-7]{1,17})$/i.test(scalar.text)
        ? Number(scalar.text)
        : Number.NaN;
      return value >= least && value <= most ? value : refuse(scalar, findings, rule);
    },
  };
}

/** Permission bits, in octal however they are written. */
export const mode: Shape<number> = {
  schema: { type: ['string', 'integer'], pattern: '^(0o?)?[0-7]{1,4}$', examples: ['0644'] },
  read(node, findings) {
    const scalar = requireScalar(node, findings, 'permission bits');
    const digits = /^(?:0o)?0*([0-7]{1,4})$/.exec(scalar?.text ?? '')?.[1];
    if (digits !== undefined) return Number.parseInt(digits, 8);
    return scalar && refuse(scalar, findings, 'permission bits in octal', 'Write them such as "0644".');
  },
};

export function choice<const W extends string>(...words: readonly W[]): Shape<W> {
  return {
    schema: { enum: words },
    read(node, findings) {
      const rule = `one of ${words.join(', ')}`;
      const scalar = requireScalar(node, findings, rule);
      const word = words.find((each) => each === scalar?.text);
      return word ?? (scalar && refuse(scalar, findings, rule));
    },
  };
}

/** Bytes of a file: text, or `!!binary`. */
export const content: Shape<string | Uint8Array> = {
  schema: { type: 'string' },
  read: (node, findings) => {
    const scalar = requireScalar(node, findings, 'a text');
    return scalar?.bytes ?? scalar?.text;
  },
  empty: '',
};

/** A scalar, a list or a mapping as JSON has it; for what is handed on as it is. */
export const anything: Shape<unknown> = { schema: {}, read: toJson, empty: null };

function toJson(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(toJson);
  if (node.kind === 'mapping')
    return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, toJson(value)]));
  if (node.form === 'empty') return null;
  if (node.form === 'quoted') return node.text;
  if (/^(true|false)$/i.test(node.text)) return /^true$/i.test(node.text);
  return /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/.test(node.text) ? Number(node.text) : node.text;
}

function requireScalar(node: Node, findings: Findings, rule: string): Scalar | undefined {
  if (node.kind === 'scalar' && node.form !== 'empty') return node;
  findings.error(node.at, `is ${describeKind(node)}: it must be ${rule}`);
  return undefined;
}

function refuse({ at, text }: Scalar, findings: Findings, rule: string, hint?: string): undefined {
  findings.error(at, `is ${shown(text)}: it must be ${rule}`, hint);
}
