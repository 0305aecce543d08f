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
failed=""

# group NAME KERNEL: boots the guest script of that name and shows what it said.
group() {
  local name=$1 version=$2 log=$CACHE/$1-${2%%-*}.log began=$SECONDS
  prepare_kernel "$version"
  if boot "$version" "$log" "$name"; then verdict=ok; else verdict=FAILED; failed="$failed $name($version)"; fi
  grep -E '^(ok|NOT OK|hil:)' "$log" | sed "s/^/  /" || true
  [ $verdict = ok ] || tail -40 "$log"
  echo "hil: $name on $version: $verdict in $((SECONDS - began)) s"
}

wanted=${*:-hardware serial power-cut}
for name in $wanted; do
  case $name in
    hardware) group hardware "$old"; group hardware "$new" ;;
    kiosk) npm run -s build >/dev/null; LIMIT=900 group kiosk "$old" ;;
    power-cut) bash "$HIL/power-cut.sh" "$old" || failed="$failed power-cut" ;;
    *) group "$name" "$old" ;;
  esac
done
[ -z "$failed" ] || { echo "hil: failed:$failed"; exit 1; }
echo "hil: all groups passed in $SECONDS s"
