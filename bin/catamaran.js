#!/usr/bin/env node
// The command as it is installed: says in a line what is missing where the program itself could not even be loaded, and
// hands over to dist, which `npm ci` makes. Written for any Node, so nothing newer than Node 14 may stand here.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const root = fileURLToPath(new URL('..', import.meta.url));
const here =
  'Run it in a Linux machine: `limactl start template://debian` on macOS, `wsl --install Debian` on Windows, or a container with Node 20.19 or later.';

/** Bundled, and its packages are there. */
function isSetUp() {
  try {
    return existsSync(`${root}dist/catamaran.js`) && import.meta.resolve('yaml') !== '';
  } catch {
    return false;
  }
}

/** @param {string} message @param {string} hint */
function refuse(message, hint) {
  process.stderr.write(`error: ${message}\n  ${hint}\n`);
  process.exit(6);
}

if (process.platform !== 'linux') refuse(`catamaran runs on Linux, and this is ${process.platform}`, here);
else if (major < 20 || (major === 20 && minor < 19))
  refuse(`catamaran needs Node 20.19 or later, and this is ${process.versions.node}`, 'Install a newer one.');
else if (!isSetUp()) refuse('this clone is not set up yet', `Run: cd ${root} && npm ci`);
else import('../dist/catamaran.js');
