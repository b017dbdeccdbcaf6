// The version, from the package's own description (the bundler writes it into the code).
import description from '../../package.json' with { type: 'json' };

export const version: string = description.version;
