// The one grub.cfg, on the ESP, for SeaBIOS and UEFI, every architecture; written once, when the image is made.
// slots/boot-model.ts says the same as a pure function. What must hold: never a prompt, never a wait for a key, never a
// trial whose count could not be lowered first. GRUB's shell has no arithmetic, hence the chain of tries.
import { envNames, partitionNumber, slotRole } from '../slots/constants.ts';
import { envForm, envVariables } from '../slots/env.ts';
import { assumedState } from '../slots/state.ts';

const [env1, env2] = envNames;

export const grubScript = `# Catamaran boot selection. Written at build time; updates never touch it.
# The disk is the one that this very file was read from.
regexp --set=1:disk '^([^,]+),' "$root"
set state="($disk,gpt${partitionNumber('ab-state')})"
probe --set=state_uuid --part-uuid "$disk,gpt${partitionNumber('ab-state')}"

function forget_env {
  unset ${envVariables.join('\n  unset ')}
}

function assume_env {
  set gen=${assumedState.gen}
  set order=A_B
  set A=${assumedState.A}
  set B=${assumedState.B}
  set end=${assumedState.gen}
}

# $1: the file. True when that copy of the state is valid; its variables are then set.
function read_env {
  forget_env
  if load_env --file "$state/$1" ${envVariables.join(' ')}; then true; else return 1; fi
  if regexp '${envForm}' "${envVariables.map((name) => `$${name}`).join(' ')}"; then true; else return 1; fi
  if [ "$gen" = "$end" ]; then return 0; else return 1; fi
}

function choose_env {
  set gen1=0
  set gen2=0
  if read_env ${env1}; then set gen1="$gen"; fi
  if read_env ${env2}; then set gen2="$gen"; fi
  set found_gen=0
  if [ "$gen1" = 0 -a "$gen2" = 0 ]; then
    assume_env
    return
  elif [ "$gen2" -gt "$gen1" ]; then
    read_env ${env2}
  else
    read_env ${env1}
  fi
  set found_gen="$gen"
}

function write_env {
  if save_env --file "$state/${env1}" ${envVariables.join(' ')}; then true; else return 1; fi
  if save_env --file "$state/${env2}" ${envVariables.join(' ')}; then return 0; else return 1; fi
}

# $1: the slot. True when it may be started; the count of a trial is then already lowered, in both copies.
function may_start {
  if [ "$1" = A ]; then set status="$A"; else set status="$B"; fi
  if [ "$status" = good ]; then
    return 0
  elif [ "$status" = try3 ]; then
    set status=try2
  elif [ "$status" = try2 ]; then
    set status=try1
  elif [ "$status" = try1 ]; then
    set status=try0
  else
    return 1
  fi
  set kept="$A $B"
  if [ "$1" = A ]; then set A="$status"; else set B="$status"; fi
  if write_env; then return 0; fi
  echo "catamaran: the slot state cannot be written, no trial of slot $1"
  regexp --set=1:A --set=2:B '^([^ ]+) ([^ ]+)$' "$kept"
  return 1
}

# $1: the slot. $2: more kernel arguments. Comes back only when the slot cannot be started.
function start {
  set slot="$1"
  if [ "$slot" = A ]; then
    set root="$disk,gpt${partitionNumber(slotRole('boot', 'A'))}"
  else
    set root="$disk,gpt${partitionNumber(slotRole('boot', 'B'))}"
  fi
  unset slot_args
  if source "($root)/slot.cfg"; then true; else return 1; fi
  if [ -z "$slot_args" ]; then return 1; fi
  if [ -e "($root)/sums" ]; then
    if crc --prefix "($root)" --check "($root)/sums"; then true; else return 1; fi
  fi
  echo "catamaran: slot $slot $2"
  if linux "($root)/kernel" $slot_args "catamaran.slot=$slot" "catamaran.state=$state_uuid" "catamaran.gen=$found_gen" $2; then
    if initrd "($root)/initrd"; then boot; fi
  fi
  return 1
}

choose_env
if [ "$order" = B_A ]; then
  set first=B
  set second=A
else
  set first=A
  set second=B
fi
for candidate in $first $second; do
  if may_start $candidate; then start $candidate; fi
done
for candidate in $first $second; do
  start $candidate catamaran.rescue
done
echo "catamaran: no slot can be started; trying again in 30 seconds"
sleep 30
reboot
`;

/**
 * What is built into GRUB's own image and runs before `place`, where its script is, has been read: without it, a GRUB that cannot read the
 * script would wait at a prompt for ever. Its parser knows no `if`; a command that fails is passed over, so a machine
 * without a UART keeps its console.
 */
export function grubStub({
  serial,
  place = 'the EFI system partition',
}: {
  serial: boolean;
  place?: string;
}): string {
  const terminals = `serial --unit=0 --speed=115200
terminal_output console serial
terminal_input console serial
`;
  return `${serial ? terminals : ''}source $prefix/grub.cfg
echo "catamaran: ${place} cannot be read; trying again in 30 seconds"
sleep 30
reboot
`;
}
