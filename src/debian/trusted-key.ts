// A key whose signature is taken, as text in a module: the bundle has it too.

export interface TrustedKey {
  readonly name: string;
  /** Of the primary key: 40 upper-case hex digits. Checked when the key is read. */
  readonly fingerprint: string;
  readonly armored: string;
}
