#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# sh output.sh <shardline-plan>
# Output that cannot be written: one line on standard error and exit status 74, in every command.
plan=$1
complaints=0
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

target="--model llama-3.1-8b --accelerator h100-sxm --gpus 8"

# expect <where> <why> <command line>: what came back lies in $here.
expect() {
  status=$(cat "$here/status")
  line="shardline-plan: standard output cannot be written: $2"
  if [ "$status" != 74 ] || [ "$(cat "$here/error")" != "$line" ]; then
    echo "$3 to $1: exit status $status, '$(cat "$here/error")'"
    complaints=1
  fi
}

# Nobody reads the pipe any more when the program starts to write: until then, not even this can.
to_closed_pipe() {
  {
    trap '' PIPE
    while printf . 2>/dev/null; do :; done
    trap - PIPE
    "$plan" "$@" 2>"$here/error"
    echo $? >"$here/status"
  } | :
}

for command in \
  "--help" "estimate --help" "search --help" "fit --help" \
  "estimate $target --layout vllm:tp=8" "estimate $target --layout vllm:tp=8 --json" \
  "estimate $target --layout vllm:tp=4 --prefill-gpus 4 --decode-gpus 4" \
  "search $target" "search $target --json" "search $target --price 2" \
  "recommend $target --rate 1" "compare vllm:tp=8 vllm:tp=4 $target" "sensitivity $target --layout vllm:tp=8" \
  "launch $target --layout vllm:tp=8 --engine vllm" \
  "fit $target --layout vllm:tp=8" "fit $target --layout vllm:tp=8 --json"; do
  # Words of the command line are wanted as such.
  # shellcheck disable=SC2086
  if [ -w /dev/full ]; then
    "$plan" $command >/dev/full 2>"$here/error"
    echo $? >"$here/status"
    expect "a full device" "No space left on device" "$command"
  fi
  # shellcheck disable=SC2086
  "$plan" $command >&- 2>"$here/error"
  echo $? >"$here/status"
  expect "a closed descriptor" "Bad file descriptor" "$command"
  # shellcheck disable=SC2086
  to_closed_pipe $command
  expect "a closed pipe" "Broken pipe" "$command"
done

# A page that cannot be written is no page either.
for file in "$here" "$here/none/plan.html" /dev/full; do
  [ -w "$file" ] || [ "$file" != /dev/full ] || continue
  # shellcheck disable=SC2086
  "$plan" search $target --html "$file" >"$here/text" 2>"$here/error"
  status=$?
  if [ "$status" != 74 ] ||
    [ "$(cat "$here/error")" != "shardline-plan: --html: $file: cannot be written" ]; then
    echo "--html $file: exit status $status, '$(cat "$here/error")'"
    complaints=1
  fi
done

# A page of DeepSeek-V3 on 64 accelerators, sliders and all, has at most 400 KB.
"$plan" search --model "$(dirname "$0")/deepseek-v3.json" --accelerator h200-sxm --gpus 64 \
  --input 2048 --output 512 --concurrency 512 --html "$here/page.html" >/dev/null
size=$(wc -c <"$here/page.html")
if [ "$size" -gt 400000 ]; then
  echo "the page of DeepSeek-V3 on 64 accelerators: $size bytes, 400000 at most"
  complaints=1
fi

exit $complaints
