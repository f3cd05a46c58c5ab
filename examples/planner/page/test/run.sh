#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# run.sh <shardline-plan> <node> <chromium> <folder to work in>
# The browser test, with axe-core of package-lock.json where npm can fetch it; without it the test says
# that it did not check accessibility.
set -eu
here=$(dirname "$0")
plan=$1 node=$2 chromium=$3 work=$4
mkdir -p "$work"
if [ ! -f "$work/node_modules/axe-core/axe.min.js" ] && command -v npm >/dev/null; then
  cp "$here/package.json" "$here/package-lock.json" "$work"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund >/dev/null 2>&1) ||
    echo "npm could not fetch axe-core"
fi
exec "$node" "$here/page.mjs" "$plan" "$chromium" "$work" "$work/node_modules/axe-core/axe.min.js"
