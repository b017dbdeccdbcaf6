// The env file: a GRUB environment block that holds one SlotState. Read as GRUB's loadenv reads it
// (grub-core/lib/envblk.c), so that the agent and the boot loader never disagree about what a copy says.
import { envSector, envSize } from './constants.ts';
import { assumedState, type SlotState, type SlotStatus } from './state.ts';

const header = '# GRUB Environment Block\n';
const form =
  /^([1-9][0-9]{0,8}) (A_B|B_A) (good|try[0-3]|bad|none) (good|try[0-3]|bad|none) ([1-9][0-9]{0,8})$/;

/** The form above in a POSIX extended regular expression, for the GRUB script. */
export const envForm = form.source;
/** The variables of `envForm`, in its order. */
export const envVariables = ['gen', 'order', 'A', 'B', 'end'] as const;

/** 1024 bytes, all that counts within the first sector. `end` after all else repeats `gen`: a torn write is seen. */
export function serialiseEnv(state: SlotState): Uint8Array {
  const order = state.first === 'A' ? 'A_B' : 'B_A';
  const values = [state.gen, order, state.A, state.B, state.gen];
  if (!form.test(values.join(' '))) throw new RangeError(`not a slot state: ${values.join(' ')}`);
  const text = header + envVariables.map((name, index) => `${name}=${values[index]}\n`).join('');
  if (text.length > envSector) throw new RangeError(`slot state of ${text.length} bytes`);
  return Uint8Array.from(text.padEnd(envSize, '#'), (character) => character.charCodeAt(0));
}

/** Undefined when the copy is not valid: torn, erased, or with a value that is none. */
export function parseEnv(bytes: Uint8Array): SlotState | undefined {
  if (bytes.length < envSize) return undefined;
  const text = String.fromCharCode(...bytes.subarray(0, envSize));
  if (!text.startsWith(header)) return undefined;
  const found = readVariables(text);
  const match = form.exec(envVariables.map((name) => found.get(name) ?? '').join(' '));
  if (!match || match[1] !== match[5]) return undefined;
  return {
    gen: Number(match[1]),
    first: match[2] === 'A_B' ? 'A' : 'B',
    A: match[3] as SlotStatus,
    B: match[4] as SlotStatus,
  };
}

/**
 * The newer of the valid copies. Of two with one `gen` the first: GRUB lowers a count without changing `gen`, and
 * writes env1 first, as everyone does.
 */
export function chooseState(env1: Uint8Array, env2: Uint8Array): SlotState | undefined {
  const [first, second] = [parseEnv(env1), parseEnv(env2)];
  if (first && second) return second.gen > first.gen ? second : first;
  return first ?? second;
}

/** What is acted upon: with no valid copy, A and then B. */
export function currentState(env1: Uint8Array, env2: Uint8Array): SlotState {
  return chooseState(env1, env2) ?? assumedState;
}

function endOfLine(text: string, at: number): number {
  const ends = [text.indexOf('\n', at), text.indexOf('\r', at)].filter((end) => end !== -1);
  return Math.min(...ends, text.length);
}

/** grub_envblk_iterate: `#` opens a comment, a backslash takes the next character, the last of a name counts. */
function readVariables(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = header.length; at < text.length; ) {
    if (text[at] !== '#') {
      const equals = text.indexOf('=', at);
      if (equals === -1) break;
      let value = '';
      let end = equals + 1;
      for (; end < text.length && text[end] !== '\n' && text[end] !== '\r'; end++) {
        if (text[end] === '\\') end++;
        value += text[end] ?? '';
      }
      if (end >= text.length) break;
      found.set(text.slice(at, equals), value);
      at = end;
    }
    at = endOfLine(text, at);
    while (text[at] === '\n' || text[at] === '\r') at++;
  }
  return found;
}
