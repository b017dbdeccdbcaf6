// The names by which a layer takes away what lies below it (image-spec, layer.md: "Whiteouts").

export const whiteout = '.wh.';
export const opaque = '.wh..wh..opq';
/** aufs kept its own notes under such names; they are no files of the image. */
export const reserved = '.wh..wh.';
