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
  # Behind an option its values, and nothing where they are numbers.
  found=$(in_bash "search --engine vllm-0.2")
  [ "$found" = vllm-0.21 ] || complain "bash: --engine vllm-0.2 is completed to '$found'"
  found=$(in_bash "launch --gpus 8 --format ''" | tr '\n' ' ')
  [ "$found" = "shell slurm lws dynamo llm-d " ] || complain "bash: --format has '$found'"
  found=$(in_bash "search --objective g" | tr '\n' ' ')
  [ "$found" = "goodput gpus " ] || complain "bash: --objective g is completed to '$found'"
  found=$(in_bash "search --gpus ''")
  [ -z "$found" ] || complain "bash: --gpus has '$found'"
  found=$(in_bash "completion ''" | sort | tr '\n' ' ')
  [ "$found" = "--help bash fish zsh " ] || complain "bash: completion has '$found'"
  in_bash "search --model deepseek-" | grep -qx deepseek-v3 || complain "bash: no deepseek-v3"
  in_bash "estimate --json --acc" | grep -qx -- --accelerator || complain "bash: no --accelerator"
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
