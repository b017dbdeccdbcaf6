// A file that is there.
import { quote } from '../host/quote.ts';
import type { Script } from './script.ts';

export const file: Script<'file'> = ({ path }, { root }) => `[ -e ${root}${quote(path)} ]`;
