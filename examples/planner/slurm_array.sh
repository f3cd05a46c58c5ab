#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# sbatch --array=0-63 slurm_array.sh <folder> <options of search>
# A search, a part of it in each task of an array. When all are done, what it found:
#   shardline-plan merge <folder>/part-*.json
#SBATCH --job-name=shardline-plan
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
set -eu
plan=${SHARDLINE_PLAN:-shardline-plan}
folder=$1
shift
: "${SLURM_ARRAY_TASK_COUNT:?run it with sbatch --array=0-63}"
part=$folder/part-$SLURM_ARRAY_TASK_ID.json
mkdir -p "$folder"
"$plan" search "$@" --part "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
  --jobs "${SLURM_CPUS_PER_TASK:-1}" >"$part.unfinished"
mv "$part.unfinished" "$part"
