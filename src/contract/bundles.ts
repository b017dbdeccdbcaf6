// The three lists of containers of a spec, and where their bundles are on the machine (DESIGN, section 5).

export const sections = ['onboot', 'services', 'onshutdown'] as const;
export type Section = (typeof sections)[number];

export function parseSection(text: string): Section | undefined {
  return sections.find((section) => section === text);
}

/** Of the bundle's directory: what runs one after the other has its place in the order before its name. */
export function bundleName(section: Section, name: string, index: number): string {
  return section === 'services' ? name : `${String(index).padStart(3, '0')}-${name}`;
}

export function bundlePath(section: Section, directory: string): string {
  return `/containers/${section}/${directory}`;
}

/** Where the `nth` former version of a service lies, from 1 on, the newest first; nobody starts it there. */
export function keptPath(service: string, nth: number): string {
  return `${keptDirectory}/${service}/${nth}`;
}

export const keptDirectory = '/containers/kept';
/** In a kept bundle: the version of the release that it comes from. */
export const keptReleaseName = 'release';
