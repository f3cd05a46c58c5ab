#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# sh scripts.sh <shardline-plan>
# The scripts beside this one find what the search finds: Slurm's array, its tasks run one by one, and
# GNU parallel where it is.
SHARDLINE_PLAN=$1
export SHARDLINE_PLAN
scripts=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
complaints=0
search="--model mixtral-8x7b --accelerator h100-sxm --gpus 4..8:x2 --engine vllm --top 4"

# Words of the command line are wanted as such.
# shellcheck disable=SC2086
"$SHARDLINE_PLAN" search $search >"$folder/whole"

export SLURM_ARRAY_TASK_COUNT=3 SLURM_CPUS_PER_TASK=2
for task in 0 1 2; do
  # shellcheck disable=SC2086
  SLURM_ARRAY_TASK_ID=$task sh "$scripts/slurm_array.sh" "$folder/slurm" $search || complaints=1
done
"$SHARDLINE_PLAN" merge "$folder"/slurm/part-*.json | cmp - "$folder/whole" || complaints=1

if command -v parallel >/dev/null; then
  # shellcheck disable=SC2086
  sh "$scripts/gnu_parallel.sh" 3 $search | cmp - "$folder/whole" || complaints=1
else
  echo "no GNU parallel: gnu_parallel.sh was not tried"
fi
exit $complaints
