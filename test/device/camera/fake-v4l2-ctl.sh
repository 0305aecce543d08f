#!/bin/sh
# Plays v4l2-ctl for the tests: fake-v4l2-ctl.sh STATE ...args. STATE is a folder: `gone` makes every call fail, `frozen`
# stops the picture, `hang` stops the stream without ending it, `deaf` makes the first setting of each control be
# ignored; `ctrl-NAME` holds a control's value. Calls are written to `calls`.
state=$1
shift
echo "$*" >>"$state/calls"
[ -e "$state/gone" ] && { echo "Cannot open device, exiting." >&2; exit 1; }
for arg; do
  case $arg in
    --get-fmt-video)
      printf "\tWidth/Height      : 16/8\n\tPixel Format      : 'YUYV' (x)\n\tBytes per Line    : 32\n" ;;
    --list-ctrls)
      for file in "$state"/ctrl-*; do
        echo "   ${file##*/ctrl-} 0x009a0901 (int)    : min=0 max=10000 step=1 default=0 value=0"
      done ;;
    --set-ctrl=*)
      setting=${arg#--set-ctrl=}
      name=${setting%=*}
      if [ -e "$state/deaf" ] && [ ! -e "$state/ignored-$name" ]; then : >"$state/ignored-$name"
      else echo "${setting#*=}" >"$state/ctrl-$name"; fi ;;
    --get-ctrl=*)
      for name in $(echo "${arg#--get-ctrl=}" | tr , ' '); do echo "$name: $(cat "$state/ctrl-$name")"; done ;;
    --stream-to=-)
      number=$$
      while [ ! -e "$state/gone" ]; do
        [ -e "$state/frozen" ] || number=$((number + 1))
        if [ ! -e "$state/hang" ]; then
          read -r taken _ </proc/uptime
          printf '%0256d' "$number"
          echo "cap dqbuf: 0 seq: $number bytesused: 256 ts: ${taken}0000 (ts-monotonic)" >&2
        fi
        sleep 0.02
      done ;;
  esac
done
