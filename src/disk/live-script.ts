// GRUB's script on an ISO, under one name on the volume itself, where a BIOS reads it, and on the ESP, where UEFI does.
// It starts the slot's boot archive, which lies on the medium as it is, without a prompt and without a choice.

/** Directory of the volume. */
export const mediaDirectory = 'catamaran';
export const liveConfigName = 'live.cfg';
export const liveConfigSize = 512;

/** `label`: of the volume. */
export function liveScript(label: string): string {
  return `# Catamaran live system.
# The medium is the disk that this very file was read from, or a volume on it.
regexp --set=1:medium '^([^,]+)' "$root"
if [ -e "($medium)/${mediaDirectory}/${liveConfigName}" ]; then true; else
  search --no-floppy --set=medium --label ${label}
fi
set files="($medium)/${mediaDirectory}"

# Comes back only when the system cannot be started.
function start {
  if source "$files/${liveConfigName}"; then true; else return 1; fi
  if loopback slot "$files/boot.img"; then true; else return 1; fi
  unset slot_args
  if source (slot)/slot.cfg; then true; else return 1; fi
  if [ -z "$slot_args" ]; then return 1; fi
  if crc --prefix (slot) --check (slot)/sums; then true; else return 1; fi
  unset arguments
  load_env --file "$files/config.env" arguments
  echo "catamaran: live system from $medium"
  if linux (slot)/kernel $slot_args $live_args $arguments; then
    if initrd (slot)/initrd; then boot; fi
  fi
  return 1
}

start
echo "catamaran: the medium is damaged or not complete, the system cannot be started; trying again in 30 seconds"
sleep 30
reboot
`;
}

export interface LiveFacts {
  readonly label: string;
  /** In bytes from the volume's beginning. */
  readonly root: number;
  readonly hash: number;
  readonly config: number;
  /** Absent where no disk can be made from the medium. */
  readonly install?: number | undefined;
}

/** Sourced by the script. Where initrd and installer find what lies on the medium, in sectors of 512 bytes; of fixed size. */
export function writeLiveConfig({ label, root, hash, config, install }: LiveFacts): Uint8Array {
  const offsets = [root, hash, config, ...(install === undefined ? [] : [install])];
  const place = [label, ...offsets.map((offset) => offset / 512)].join(',');
  const text = `set live_args='catamaran.live=${place}'\n`;
  return Buffer.from(text.padEnd(liveConfigSize, '\n'), 'latin1');
}
