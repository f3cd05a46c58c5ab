#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# sh slurm.sh <shardline-plan>
# Scripts that launch prints, and those beside this one: bash takes them, and every option of sbatch,
# srun and GNU parallel is one that their manuals have (Slurm 24.05, GNU parallel 20240522).
plan=$1
scripts=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
complaints=0

sbatch_options=" account acctg-freq array batch bb bbf begin chdir cluster-constraint clusters comment
constraint container container-id contiguous core-spec cores-per-socket cpu-freq cpus-per-gpu
cpus-per-task deadline delay-boot dependency distribution error exclude exclusive export export-file
extra extra-node-info get-user-env gid gpu-bind gpu-freq gpus gpus-per-node gpus-per-socket
gpus-per-task gres gres-flags help hint hold ignore-pbs input job-name kill-on-invalid-dep licenses
mail-type mail-user mcs-label mem mem-bind mem-per-cpu mem-per-gpu mincpus network nice no-kill
no-requeue nodefile nodelist nodes ntasks ntasks-per-core ntasks-per-gpu ntasks-per-node
ntasks-per-socket open-mode output overcommit oversubscribe parsable partition prefer priority profile
propagate qos quiet reboot requeue reservation resv-ports segment signal sockets-per-node spread-job
stepmgr switches test-only thread-spec threads-per-core time time-min tmp tres-bind tres-per-task uid
usage use-min-nodes verbose version wait wait-all-nodes wckey wrap "
srun_options=" account acctg-freq bb bcast begin chdir clusters comment compress constraint container
container-id contiguous core-spec cores-per-socket cpu-bind cpu-freq cpus-per-gpu cpus-per-task
deadline delay-boot dependency disable-status distribution epilog error exact exclude exclusive export
external-launcher extra extra-node-info gid gpu-bind gpu-freq gpus gpus-per-node gpus-per-socket
gpus-per-task gres gres-flags help het-group hint hold immediate input interactive jobid job-name
kill-on-bad-exit label licenses mail-type mail-user mcs-label mem mem-bind mem-per-cpu mem-per-gpu
mincpus mpi msg-timeout multi-prog network nice no-allocate no-kill nodefile nodelist nodes ntasks
ntasks-per-core ntasks-per-gpu ntasks-per-node ntasks-per-socket open-mode output overcommit overlap
oversubscribe partition prefer preserve-env priority profile prolog propagate pty qos quiet
quit-on-interrupt reboot relative reservation resv-ports segment send-libs signal slurmd-debug
sockets-per-node spread-job stepmgr switches task-epilog task-prolog test-only thread-spec
threads-per-core threads time time-min tmp treewidth tres-bind tres-per-task uid unbuffered usage
use-min-nodes verbose version wait wckey x11 "
parallel_options=" arg-file bar colsep delay dry-run env eta halt joblog jobs keep-order line-buffer
load max-args memfree nice noswap pipe plain progress quote resume retries results sshlogin
sshloginfile tag timeout transferfile trim wd will-cite "

complain() {
  echo "$*"
  complaints=1
}

# check_options <whose> <those that there are> <words>: each word that begins with two dashes.
check_options() {
  for word in $3; do
    case $word in
      --) return ;;
      --*) ;;
      *) continue ;;
    esac
    name=${word#--}
    name=${name%%=*}
    case $(echo "$2" | tr '\n' ' ') in
      *" $name "*) ;;
      *) complain "$1 has no option --$name" ;;
    esac
  done
}

# check_script <file>: its syntax, its directives, its steps, and that it names no node beyond them.
check_script() {
  bash -n "$1" || complain "bash does not take $1"
  check_options sbatch "$sbatch_options" "$(sed -n 's/^#SBATCH //p' "$1")"
  # Behind the options of srun comes the program.
  check_options srun "$srun_options" "$(sed -n 's/^srun \(.*[^\\]\) *\\*$/\1/p' "$1")"
  nodes=$(sed -n 's/^#SBATCH --nodes=//p' "$1")
  last=$(grep -o 'nodes\[[0-9]*\]' "$1" | tr -dc '0-9\n' | sort -n | tail -n 1)
  if [ -n "$nodes" ] && [ -n "$last" ] && [ "$last" -ge "$nodes" ]; then
    complain "$1 names node $last of $nodes"
  fi
}

launched=0
# launch <options>: both scripts that a command prints.
launch() {
  launched=$((launched + 1))
  for format in slurm shell; do
    script=$folder/$launched.$format
    "$plan" launch --accelerator h100-sxm "$@" --format $format >"$script" ||
      complain "launch $* --format $format was refused"
    check_script "$script"
  done
  grep -q '^#SBATCH --nodes=[1-9]' "$folder/$launched.slurm" || complain "launch $*: no nodes"
  grep -q '^srun --' "$folder/$launched.slurm" || complain "launch $*: no step"
}
launch --model llama-3.1-8b --gpus 1 --engine vllm --layout vllm:tp=1
launch --model llama-3.1-70b --gpus 16 --engine vllm --layout vllm:tp=8,pp=2
launch --model deepseek-v3 --gpus 32 --engine vllm --layout vllm:tp=1,dp=32,ep=on
launch --model llama-3.1-70b --gpus 16 --engine sglang --layout sglang:tp=16
launch --model llama-3.1-70b --gpus 16 --engine trtllm --layout trtllm:tp=8,pp=2
launch --model llama-3.1-70b --gpus 16 --engine vllm --layout vllm:tp=4 --prefill-gpus 8 \
  --decode-gpus 8
launch --model llama-3.1-70b --gpus 24 --engine sglang --layout sglang:tp=8 --prefill-gpus 16 \
  --decode-gpus 8
launch --model llama-3.1-70b --gpus 16 --engine trtllm --layout trtllm:tp=8 --prefill-gpus 8 \
  --decode-gpus 8

check_script "$scripts/slurm_array.sh"
check_options sbatch "$sbatch_options" "$(sed -n 's/^# sbatch \(.*\) slurm_array.sh.*/\1/p' \
  "$scripts/slurm_array.sh")"
bash -n "$scripts/gnu_parallel.sh" || complain "bash does not take gnu_parallel.sh"
check_options "GNU parallel" "$parallel_options" "$(sed -n 's/.*| parallel \(.*\)\\$/\1/p' \
  "$scripts/gnu_parallel.sh")"
# "--quote" is the last of its own: the search's come behind the program.
check_options "GNU parallel" "$parallel_options" "$(sed -n 's/^ *\(--quote\) .*/\1/p' \
  "$scripts/gnu_parallel.sh")"
exit $complaints
