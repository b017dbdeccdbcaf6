// Machine architectures, by Debian's names, which are OCI's too for those that we build.
export const architectures = ['amd64', 'arm64'] as const;
export type Arch = (typeof architectures)[number];

export function isArch(text: string): text is Arch {
  return (architectures as readonly string[]).includes(text);
}
