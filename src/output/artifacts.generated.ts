// Generated from schemas/artifacts.schema.json by scripts/generate.mjs. Do not edit.
/** What a build has written: artifacts.json, beside the outputs. */
export interface ArtifactsDocument {
  /** The format’s version. */
  readonly 'catamaran-artifacts': number;
  /** The operating system. */
  readonly os: RawBuiltSystem;
  /** What it is built for. */
  readonly arch: string;
  /** One for each format, by name. */
  readonly outputs: readonly RawBuiltOutput[];
}

/** The operating system. */
export interface RawBuiltSystem {
  /** Its short name. */
  readonly id: string;
  /** Its name for people. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
}

/** What one format came to. */
export interface RawBuiltOutput {
  /** Its name. */
  readonly format: string;
  /** Where it is meant for; absent where that is anywhere. */
  readonly platform?: string;
  /** What starts it; absent where no firmware does. */
  readonly firmware?: readonly ('bios' | 'uefi')[];
  /**
   * The smallest disk that holds it, in bytes, as its platform counts them; absent where it is not written
   * to one.
   */
  readonly disk?: number;
  /** The least memory of a machine that runs it, in bytes; absent where it is no whole system. */
  readonly memory?: number;
  /** Its files. */
  readonly files: readonly RawBuiltFile[];
}

/** One file. */
export interface RawBuiltFile {
  /** Its path, from where this document lies. */
  readonly file: string;
  /** In bytes. */
  readonly size: number;
  /** Of its bytes, in hex. */
  readonly sha256: string;
  /** What it is when it is unpacked, where it is compressed as a whole. */
  readonly uncompressed?: RawUnpackedFile;
}

/** What it is when it is unpacked, where it is compressed as a whole. */
export interface RawUnpackedFile {
  /** In bytes. */
  readonly size: number;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}
