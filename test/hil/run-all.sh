#!/bin/bash
# Every group of tests against real Linux kernels in QEMU. Needs root only to install Debian's packages where they are
# missing. Each guest says HIL_OK at its end, and nothing else counts. Usage: run-all.sh [GROUP...]
set -euo pipefail
HIL=$(dirname "$(realpath "$0")"); ROOT=$(realpath "$HIL/../.."); CACHE=${HIL_CACHE:-$ROOT/out/hil}
mkdir -p "$CACHE"; cd "$ROOT"
. "$HIL/kernel.sh"

packages="qemu-system-x86 busybox-static cpio kmod make gcc xz-utils v4l-utils gpiod i2c-tools e2fsprogs socat"
missing=$(for package in $packages; do dpkg -s "$package" >/dev/null 2>&1 || echo "$package"; done)
if [ -n "$missing" ] || [ -z "$(kernel_version 6.1)" ]; then
  apt-get update -q >/dev/null
  # shellcheck disable=SC2086
  [ -z "$missing" ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
fi
node "$HIL/build-guest.js"

old=$(kernel_version 6.1); new=$(kernel_version 6.12)

# group NAME KERNEL: boots the guest script of that name and shows what it said.
group() {
  local name=$1 version=$2 log=$CACHE/$1-${2%%-*}.log began=$SECONDS verdict=ok
  case $name in
    power-cut) bash "$HIL/power-cut.sh" "$version" >"$log" 2>&1 || verdict=FAILED ;;
    kiosk) boot "$version" "$log" "$name" || verdict=FAILED ;;
    *) boot "$version" "$log" "$name" || verdict=FAILED ;;
  esac
  {
    grep -E '^(ok|NOT OK|hil:|  )' "$log" | sed 's/^ */  /' || true
    [ $verdict = ok ] || { tail -40 "$log"; echo "$name($version)" >>"$CACHE/failed"; }
    echo "hil: $name on $version: $verdict in $((SECONDS - began)) s"
  } | flock "$CACHE/console.lock" cat
}

# The longest first, so that both of them end together.
jobs=""
wanted=" ${*:-kiosk hardware power-cut serial} "
case $wanted in *" kiosk "*) jobs="$jobs kiosk:$old"; bash systemd/release.sh "$CACHE/release" >/dev/null ;; esac
case $wanted in *" hardware "*) jobs="$jobs hardware:$new hardware:$old"; prepare_kernel "$new" ;; esac
for name in $wanted; do
  case $name in kiosk | hardware) ;; *) jobs="$jobs $name:$old" ;; esac
done
prepare_kernel "$old"
rm -f "$CACHE/failed"; echo "$jobs" | tr ' ' '\n' | sed '/^$/d' >"$CACHE/jobs"

# worker: takes the next group until none is left. Guests wait much, so three of them share two cores well.
worker() {
  local job
  while job=$(flock "$CACHE/jobs.lock" sh -c 'head -1 "$1"; sed -i 1d "$1"' take "$CACHE/jobs"); [ -n "$job" ]; do
    group "${job%%:*}" "${job#*:}"
  done
}
worker & worker & worker; wait
[ ! -e "$CACHE/failed" ] || { echo "hil: failed: $(tr '\n' ' ' <"$CACHE/failed")"; exit 1; }
echo "hil: all groups passed in $SECONDS s"
