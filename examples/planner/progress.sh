#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# sh progress.sh <shardline-plan>
# A search that takes its time says what it is doing after a second, on a terminal; else it is silent.
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

# 30 million layouts, which it is not left to finish.
command="$1 search --model deepseek-v3 --accelerator h100-sxm --gpus 55440"
said="shardline-plan: search of 55440 GPUs: [0-9]* layouts looked at"
complaints=0

# A chroot without /dev/pts, say, has none to give.
script --quiet --command true /dev/null >/dev/null 2>&1 </dev/null || {
  echo "no terminal to be had here"
  exit 77
}

# script(1) runs a command on a terminal of its own and records what appears there.
script --quiet --flush --command "exec $command" "$here/terminal" >/dev/null 2>&1 </dev/null &
terminal=$!
waited=0
while ! grep -q "$said" "$here/terminal" 2>/dev/null && [ $waited -lt 120 ]; do
  sleep 0.25
  waited=$((waited + 1))
done
kill $terminal
wait $terminal
if ! grep -q "$said" "$here/terminal"; then
  echo "nothing said on a terminal: '$(cat "$here/terminal")'"
  complaints=1
fi

# Words of the command line are wanted as such.
# shellcheck disable=SC2086
timeout 2 $command >"$here/output" 2>"$here/error"
if [ -s "$here/error" ]; then
  echo "said to a file: '$(cat "$here/error")'"
  complaints=1
fi

exit $complaints
