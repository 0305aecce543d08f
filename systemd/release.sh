#!/bin/bash
# What a kiosk gets, in one folder: compiled program, pages, configuration, units. Usage: systemd/release.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."; target=${1:?a folder to fill}
npm run -s build
rm -rf "$target"; mkdir -p "$target/src/cli"
cp -r dist/src dist/device dist/ui config systemd package.json package-lock.json "$target/"
install -m 755 src/cli/greenlane.js "$target/src/cli/"
# Its scripts build and test what is built and tested already, with tools that a kiosk doesn't get.
npm pkg delete scripts --prefix "$target"
