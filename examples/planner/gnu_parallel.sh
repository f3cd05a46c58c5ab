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
seq 0 $((parts - 1)) | parallel --will-cite --halt now,fail=1 --results "$folder/part-{}.json" \
  --quote "$plan" search "$@" --part "{}/$parts" >/dev/null
"$plan" merge "$folder"/part-*.json
