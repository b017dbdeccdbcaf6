// Options and arguments that several commands of `catamaran release` have.
import { Argument, Option } from 'commander';
import { parsePoints, parseVersion } from '../../release-values.ts';
import { parseUrl } from '../../values.ts';

/** Of all of them. */
export const places = () => [
  new Option('--repo <dir>', 'the repository').default('release'),
  new Option('--keys <dir>', 'the directory of keys').default('keys'),
];

export const version = () => new Argument('<version>', 'as in the spec’s os.version').argParser(parseVersion);

export const channel = () => new Option('--channel <name>', 'the channel').makeOptionMandatory();

export const against = () =>
  new Option(
    '--against <url>',
    'where machines read it: refuse if what is there is newer than what is here',
  ).argParser(parseUrl);

export const signLater = () =>
  new Option('--sign-later', 'where signatures are missing, keep what is to be signed for `release sign`');

export function curve(standard?: string): Option {
  const option = new Option(
    '--curve <points>',
    'share of the machines by time, such as "0:1%,1d:20%,3d:100%"',
  );
  option.argParser(parsePoints);
  return standard === undefined
    ? option.makeOptionMandatory()
    : option.default(parsePoints(standard), standard);
}
