#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# sh completion.sh <shardline-plan>
# What is completed, as the shells that are there complete it: every command, and every option of one.
plan=$1
complaints=0

complain() {
  echo "$1"
  complaints=1
}

# Of help: names of options, "--gpus", in their order.
options_in_help() { "$plan" "$1" --help | sed -n 's/^  \(-h,\)\{0,1\}\(--[a-z0-9-]*\).*/\2/p' | sort; }

in_bash() {
  bash -c 'eval "$("$0" completion bash)"
    COMP_WORDS=(shardline-plan '"$1"'); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _shardline_plan; printf "%s\n" "${COMPREPLY[@]}"' "$plan"
}

if command -v bash >/dev/null; then
  [ "$(in_bash rec)" = recommend ] || complain "bash: rec is completed to '$(in_bash rec)'"
  for command in estimate search recommend launch compare explain sensitivity fit; do
    found=$(in_bash "$command --" | sort)
    [ "$found" = "$(options_in_help $command)" ] || complain "bash: $command has '$found'"
  done
fi
for shell in bash zsh fish; do
  script=$("$plan" completion $shell)
  case $script in
    *max-num-batched-tokens*) ;;
    *) complain "$shell: no --max-num-batched-tokens" ;;
  esac
  if command -v $shell >/dev/null; then
    printf '%s\n' "$script" | $shell -n || complain "$shell: not its language"
  fi
done
exit $complaints
