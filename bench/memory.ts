// What a machine takes.

/** In shell, KiB: what the kernel does not call available. */
export const unavailableMemory = `awk '/MemTotal/ {t = $2} /MemAvailable/ {a = $2} END {print t - a}' /proc/meminfo`;
