// An answer with 200 to 299 by HTTP, whatever proxy the machine else goes by.
import { quote } from '../host/quote.ts';
import type { Script } from './script.ts';

export const http: Script<'http'> = ({ url }, { network }) =>
  `exec ${network}wget -q -Y off -O /dev/null ${quote(url)}`;
