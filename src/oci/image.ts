// The OCI image as data (image-spec 1.1): descriptors, manifest, config. Every blob named here lies in the cache;
// how it came there (a registry, a layout, our own component builder) makes no difference to what follows.
import type { Digest } from '../base/digest.ts';

export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
} as const;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The part of the image config that says how to run it; member names are the standard's. */
export interface ExecutionConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
}

export interface ImageConfig {
  /** Empty where it does not say. */
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly created?: string;
  readonly config?: ExecutionConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly Digest[] };
}

/** One image for one platform, wholly in the cache. */
export interface Image {
  /** Of the manifest's bytes. */
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
}

/** LinuxKit's label: default run options of a container, as JSON or YAML. */
export const runtimeLabel = 'org.mobyproject.config';
/** Ours: the kernel modules that a component needs, separated by spaces. An initrd has them, any other finds them loaded. */
export const modulesLabel = 'org.catamaran.modules';

export const modulesOf = ({ config }: Pick<Image, 'config'>): string[] =>
  (config.config?.Labels?.[modulesLabel] ?? '').split(' ').filter(Boolean);
