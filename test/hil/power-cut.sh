#!/bin/bash
# Kills the emulator while alerts are being committed: everything that was promised has to be there afterwards, and with
# the database's syncs switched off (the control) something has to be lost, or the method proves nothing.
set -euo pipefail
HIL=$(dirname "$(realpath "$0")"); ROOT=$(realpath "$HIL/../.."); CACHE=${HIL_CACHE:-$ROOT/out/hil}
. "$HIL/kernel.sh"
version=$1
prepare_kernel "$version"

# cut MODE BOOT: boots, waits for promises, cuts the power. The console is in $CACHE/power-MODE-BOOT.log.
cut() {
  local log=$CACHE/power-$1-$2.log pid
  : >"$log"
  start_guest "$version" "$log" power-cut "hil.mode=$1,$2" & pid=$!
  for _ in $(seq 900); do
    [ "$(grep -c '^ACK' "$log")" -ge 100 ] && break
    kill -0 $pid 2>/dev/null || break
    sleep 0.2
  done
  # The timeout is the child, the emulator its own: no chance for either to put anything in order.
  pkill -9 -P $pid 2>/dev/null || true
  kill -9 $pid 2>/dev/null || true
  wait $pid 2>/dev/null || true
}

# lost MODE: promised and not held at the last check.
lost() {
  sed -n 's/\r//; s/^ACK //p' "$CACHE"/power-"$1"-[0-9].log | sort -u >"$CACHE/promised"
  sed -n 's/\r//; s/^HELD //p' "$CACHE/power-$1-check.log" | tail -1 | tr ' ' '\n' | sort -u >"$CACHE/held"
  comm -23 "$CACHE/promised" "$CACHE/held" | wc -l
}

# cuts MODE BOOTS
cuts() {
  rm -f "$CACHE/power.img"; truncate -s 128M "$CACHE/power.img"; mkfs.ext4 -q -F "$CACHE/power.img"
  rm -f "$CACHE"/power-"$1"-*.log
  for boot in $2; do cut "$1" "$boot"; done
  local log=$CACHE/power-$1-check.log
  boot "$version" "$log" power-cut "hil.mode=$1,check" || { tail -20 "$log"; return 1; }
}

export DISK=$CACHE/power.img
cuts FULL "1 2 3"
full=$(lost FULL); promised=$(wc -l <"$CACHE/promised")
echo "  ${promised} alerts promised over 3 power cuts, $full lost"
cuts OFF "1"
off=$(lost OFF)
echo "  control without syncs: $(wc -l <"$CACHE/promised") promised, $off lost"
[ "$promised" -ge 300 ] && [ "$full" = 0 ] && [ "$off" -gt 0 ]
