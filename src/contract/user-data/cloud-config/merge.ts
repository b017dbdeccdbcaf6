// Several cloud-configs to one, as cloud-init merges them: a key of a later part takes the place of an earlier one's, unless
// the later part's `merge_how` (or `merge_type`) says that lists and mappings grow.
import { type Findings, shown } from '../../document/finding.ts';
import type { Entry, Mapping, Node } from '../../document/node.ts';

/** For each kind, the words after its name: `list(append)` has `append`. */
type Rules = Readonly<Record<'dict' | 'list' | 'str', ReadonlySet<string>>>;

const usual: Rules = { dict: new Set(['replace']), list: new Set(), str: new Set() };

export function mergeCloudConfigs(parts: readonly Mapping[], findings: Findings): Mapping | undefined {
  const [first, ...others] = parts.map((part) => ({ ...splitRules(part, findings) }));
  if (!first) return undefined;
  let merged = first.config;
  for (const { rules, config } of others) {
    const entries = mergeEntries(merged, config, rules, (key, entry, earlier) => {
      findings.note(
        entry.at,
        `takes the place of ${key} in line ${earlier.at.line} of ${earlier.at.part}`,
        'Write merge_how: "list(append)+dict(recurse_array)" where both count.',
      );
    });
    merged = { ...merged, entries };
  }
  return merged;
}

function splitRules(part: Mapping, findings: Findings): { rules: Rules; config: Mapping } {
  const entries = new Map(part.entries);
  const how = entries.get('merge_how') ?? entries.get('merge_type');
  entries.delete('merge_how');
  entries.delete('merge_type');
  return { rules: how ? readRules(how.value, findings) : usual, config: { ...part, entries } };
}

/** `list(append)+dict(recurse_array,no_replace)+str()`, or a list of {name, settings}. */
function readRules(node: Node, findings: Findings): Rules {
  const rules = { dict: new Set<string>(), list: new Set<string>(), str: new Set<string>() };
  const take = (name: string, settings: readonly string[]) => {
    if (name in rules)
      for (const each of settings)
        rules[name as keyof Rules].add(each.replace('recurse_list', 'recurse_array'));
    else findings.error(node.at, `has ${shown(name)}: it must be dict, list or str`);
  };
  if (node.kind === 'list') {
    for (const item of node.items) {
      const name = item.kind === 'mapping' ? item.entries.get('name')?.value : undefined;
      const settings = item.kind === 'mapping' ? item.entries.get('settings')?.value : undefined;
      if (name?.kind === 'scalar')
        take(
          name.text,
          settings?.kind === 'list'
            ? settings.items.flatMap((each) => (each.kind === 'scalar' ? [each.text] : []))
            : [],
        );
    }
  } else if (node.kind === 'scalar') {
    for (const word of node.text
      .split('+')
      .map((each) => each.trim())
      .filter(Boolean)) {
      const [, name, settings = ''] = /^([a-z]+)\(([a-z_, ]*)\)$/.exec(word) ?? [];
      if (name === undefined)
        findings.error(
          node.at,
          `has ${shown(word)}`,
          'Write it such as "list(append)+dict(recurse_array)+str()".',
        );
      else
        take(
          name,
          settings
            .split(',')
            .map((each) => each.trim())
            .filter(Boolean),
        );
    }
  }
  return rules;
}

type Replaced = (key: string, entry: Entry, earlier: Entry) => void;

function mergeEntries(
  earlier: Mapping,
  later: Mapping,
  rules: Rules,
  replaced?: Replaced,
): Map<string, Entry> {
  const entries = new Map(earlier.entries);
  for (const [key, entry] of later.entries) {
    const before = entries.get(key);
    const value = before ? mergeValues(before.value, entry.value, rules) : entry.value;
    if (before && value === entry.value) replaced?.(key, entry, before);
    entries.set(key, { at: value === before?.value ? before.at : entry.at, value });
  }
  return entries;
}

function mergeValues(earlier: Node, later: Node, rules: Rules): Node {
  const { dict, list, str } = rules;
  if (earlier.kind === 'list' && later.kind === 'list') {
    if (list.has('append')) return { ...later, items: [...earlier.items, ...later.items] };
    if (list.has('prepend')) return { ...later, items: [...later.items, ...earlier.items] };
    return list.has('no_replace') && dict.has('no_replace') ? earlier : later;
  }
  if (
    earlier.kind === 'mapping' &&
    later.kind === 'mapping' &&
    (dict.has('recurse_dict') || dict.has('recurse_array'))
  )
    return { ...later, entries: mergeEntries(earlier, later, rules) };
  if (earlier.kind === 'scalar' && later.kind === 'scalar' && str.has('append') && dict.has('recurse_str'))
    return { ...later, text: earlier.text + later.text };
  return dict.has('no_replace') || !dict.has('replace') ? (dict.size === 0 ? later : earlier) : later;
}
