// What a part is shown by: one row for each, in tables of those that share a machine.
import type { PartsMachine } from '../../support/parts.ts';

export interface Part {
  readonly name: string;
  /** Components for `init`; default: its own name. */
  readonly init?: readonly string[];
  /** Lines of YAML for the spec's `services:`. */
  readonly services?: readonly string[];
  /** Lines of YAML for the spec's `files:`. Equal ones of two parts are there once. */
  readonly files?: readonly string[];
  /** In YAML, for the spec's `firewall.allow`. */
  readonly allow?: readonly string[];
  /** Programs whose memory and sockets are the part's at rest: their names or, after the name and a space, how they were started. */
  readonly processes?: readonly string[];
  /** Until it answers, in shell. */
  readonly ready?: string;
  /** Takes minutes: in the full matrix, and by its name. */
  readonly long?: true;
  /** Throws where the part does not do what it is there for. */
  show(machine: PartsMachine): Promise<void>;
}

/** Relative to test/boot/fixtures, which the spec's directory has a copy of. */
export const fixture = (path: string, source: string) => `{path: ${path}, source: fixtures/${source}}`;
export const images = [
  '{path: usr/share/images/busybox.tar, source: busybox.tar}',
  '{path: usr/share/page/index.html, contents: "served by a container"}',
];

/** A service that only its schedule starts, each minute. */
export const due =
  '{name: due, image: "component:sysctl", command: [/bin/sh, -c, "echo is due"], schedule: "* * * * *"}';

/** The root file system of the image, for engines that take a directory. */
export const unpackRoot = (directory: string) =>
  `mkdir -p ${directory} && cd ${directory} && tar -xOf /usr/share/images/busybox.tar manifest.json | ` +
  `sed 's/.*"Layers":\\["\\([^"]*\\)".*/\\1/' | xargs tar -xOf /usr/share/images/busybox.tar | tar -xf -`;
