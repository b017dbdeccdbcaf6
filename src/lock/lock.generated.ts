// Generated from schemas/lock.schema.json by scripts/generate.mjs. Do not edit.
/** What every reference of a spec resolved to. Made by catamaran beside the spec, to be committed. */
export interface LockDocument {
  /** The format’s version. */
  readonly 'catamaran-lock': number;
  /** The default of SOURCE_DATE_EPOCH: the newest Release date, in seconds. */
  readonly epoch: number;
  /** The Debian suites that packages come from. */
  readonly suites: readonly RawSuite[];
  /** What is built, by architecture. */
  readonly targets?: RawTargetTable;
  /** The host’s tools, by the host’s architecture. */
  readonly tools?: RawTargetTable;
}

/** A Debian suite. */
export interface RawSuite {
  /** Its name. */
  readonly suite: string;
  /** The Release file’s Date, as ISO 8601 in UTC. */
  readonly date: string;
}

/** By architecture. */
export interface RawTargetTable {
  /** What references resolved to for one architecture. */
  readonly amd64?: RawTargetEntry;
  /** What references resolved to for one architecture. */
  readonly arm64?: RawTargetEntry;
}

/** What references resolved to for one architecture. */
export interface RawTargetEntry {
  /** By the reference in the spec. */
  readonly components?: Readonly<Record<string, RawComponentEntry>>;
  /** Image references of other kinds, and what they resolved to. */
  readonly images?: Readonly<Record<string, string>>;
  /** All packages, each once. */
  readonly packages?: readonly string[];
}

/** What one component resolved to. */
export interface RawComponentEntry {
  /** Of what was asked for: when that changes, the component is resolved anew. */
  readonly request: string;
  /** NAME=VERSION of its packages, which the list of all has in full. */
  readonly packages: readonly string[];
}
