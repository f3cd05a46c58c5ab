#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# gnu_parallel.sh <parts> <options of search>
# A search, its parts side by side under GNU parallel (whose options, such as --sshloginfile, PARALLEL
# may hold), and what it found.
set -eu
plan=${SHARDLINE_PLAN:-shardline-plan}
parts=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A part is a line; those of hosts that PARALLEL names come back on standard output too.
seq 0 $((parts - 1)) | parallel --will-cite --halt now,fail=1 \
  --quote "$plan" search "$@" --part "{}/$parts" >"$folder/parts"
split -a 6 -l 1 --additional-suffix=.json "$folder/parts" "$folder/part-"
"$plan" merge "$folder"/part-*.json
