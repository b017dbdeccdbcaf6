/**
 * The shell's command for bytes of a file or device, by words of the shell: path, first byte, count. In megabytes, for BusyBox's
 * head takes them byte by byte; what dd says of itself is not passed on.
 */
export function readRange(path: string, offset: string | number, size: string): string {
  return `dd if=${path} bs=1048576 skip=${offset} count=${size} iflag=skip_bytes,count_bytes,fullblock 2>/dev/null`;
}
