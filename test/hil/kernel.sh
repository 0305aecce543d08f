# Sourced. Fetches a Debian kernel and its headers, builds our two modules for it, and packs a small initrd; all of it
# below $CACHE/<version>, so that a second run starts at once. Nothing is installed on the machine.

# kernel_version 6.1|6.12: the newest image of that series which Debian offers.
kernel_version() {
  if [ "$1" = 6.1 ]; then
    apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: linux-image-//p' | head -1
  else
    apt-cache pkgnames "linux-image-$1." | sed -n 's/^linux-image-\(.*+deb12-amd64\)$/\1/p' | sort -V | tail -1
  fi
}

# prepare_kernel VERSION
prepare_kernel() {
  local version=$1 dir=$CACHE/$1 flavourless=${1%-amd64} kbuild
  local stamp; stamp=$(cat "$HIL"/modules/* "$HIL/kernel.sh" "$HIL/init.sh" | sha256sum | cut -c1-16)
  [ "$(cat "$dir/ready" 2>/dev/null)" = "$stamp" ] && return
  echo "hil: preparing kernel $version"
  mkdir -p "$dir/debs" "$dir/root"
  case $version in
    6.1.*) kbuild=linux-kbuild-6.1 ;;
    *) kbuild=linux-kbuild-$flavourless ;;
  esac
  if [ ! -e "$dir/unpacked" ]; then
    (cd "$dir/debs" && apt-get download -q "linux-image-$version" "linux-headers-$version" \
      "linux-headers-$flavourless-common" "$kbuild" >download.log 2>&1) || { cat "$dir/debs/download.log"; return 1; }
    for deb in "$dir"/debs/*.deb; do dpkg-deb -x "$deb" "$dir/root"; done
    rm -f "$dir"/debs/*.deb
    # The headers name each other by absolute paths of an installed system.
    local headers=$dir/root/usr/src/linux-headers-$version
    sed -i "s#/usr/src/#$dir/root/usr/src/#g" "$headers/Makefile"
    for tree in "$headers" "$dir/root/usr/src/linux-headers-$flavourless-common"; do
      for link in scripts tools; do
        [ -L "$tree/$link" ] && ln -sfn "$dir/root/usr/lib/$kbuild/$link" "$tree/$link"
      done
    done
    touch "$dir/unpacked"
  fi
  rm -rf "$dir/modules"; cp -r "$HIL/modules" "$dir/modules"
  make -s -C "$dir/root/usr/src/linux-headers-$version" M="$dir/modules" CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$dir/modules.log" 2>&1 ||
    { tail -30 "$dir/modules.log"; return 1; }
  local library=$dir/root/lib/modules/$version
  mkdir -p "$library/extra"
  cp "$dir"/modules/*.ko "$library/extra"; strip -g "$library"/extra/*.ko
  depmod -b "$dir/root" "$version"
  pack_initrd "$version"
  echo "$stamp" >"$dir/ready"
}

# Busybox, the modules that mount the host's root file system read-only, and the init script.
pack_initrd() {
  local version=$1 dir=$CACHE/$1 n=10 module tree=$CACHE/$1/initrd
  rm -rf "$tree"; mkdir -p "$tree"/{bin,proc,sys,dev,mod,lower,rw,newroot}
  cp /bin/busybox "$tree/bin"
  for module in virtio_pci 9pnet_virtio 9p overlay virtio_blk ext4; do
    modprobe -d "$dir/root" -S "$version" --show-depends "$module"
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
    n=$((n + 1))
    case $file in
      *.xz) xz -dc "$file" >"$tree/mod/$n.ko" ;;
      *) cp "$file" "$tree/mod/$n.ko" ;;
    esac
  done
  cp "$HIL/init.sh" "$tree/init"; chmod 755 "$tree/init"
  (cd "$tree" && find . | cpio -oH newc --quiet | gzip -1) >"$dir/initrd.gz"
}

# start_guest VERSION LOG GUEST_COMMAND [KERNEL_ARGUMENT]: becomes the emulator; the console goes to LOG.
# DISK names a disk image, MEM its memory in MiB, LIMIT the patience in seconds. The guest's clock counts instructions (a
# nanosecond each), so a machine that is busy with other things makes a test longer and never wrong.
start_guest() {
  local version=$1 log=$2 command=$3 more=${4:-}
  exec timeout --foreground -s KILL "${LIMIT:-1800}" qemu-system-x86_64 -M q35 -accel tcg,thread=single -icount shift=0,sleep=on \
    -cpu max -smp 1 -m "${MEM:-1536}" -nodefaults -no-user-config -display none -serial "file:$log" -no-reboot \
    ${DISK:+-drive file="$DISK",if=virtio,format=raw,cache=writeback} \
    -kernel "$CACHE/$version/root/boot/vmlinuz-$version" -initrd "$CACHE/$version/initrd.gz" \
    -append "console=ttyS0 panic=-1 quiet loglevel=3 mitigations=off hil.command=$command hil.kernel=$CACHE/$version/root hil.home=$ROOT hil.node=$(dirname "$(readlink -f "$(command -v node)")") $more" \
    -virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap </dev/null
}

# boot VERSION LOG GUEST_COMMAND: succeeds iff the guest says HIL_OK at its end.
boot() {
  (start_guest "$@") || true
  sed -i 's/\r//' "$2"
  grep -q '^HIL_OK' "$2"
}
