// Texts and numbers of a kind, that the compiler keeps from being taken for those of another kind: a path for a pointer,
// a sector for a byte, a package's version for a release's. What is plain is taken for either: parsers check it, not types.
// Digests, which only a parser may make, are branded more strictly (digest.ts).

declare const flavour: unique symbol;
export type Flavoured<T, Name extends string> = T & { readonly [flavour]?: Name };

/** 512 bytes of a disk: an address, or a count of them. */
export type Sectors = Flavoured<number, 'sectors'>;
/** Of an operating system's release; src/tuf/version.ts has their order. */
export type ReleaseVersion = Flavoured<string, 'release version'>;
