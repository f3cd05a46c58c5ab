#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# User seconds of -fsyntax-only on each header alone, median of 3, by compiler; "-" means that the
# compiler or something the header includes is not installed.
#   bench/compile/compile_cost.sh [header...]        headers as a user writes them, default all
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
export LC_ALL=C TIMEFORMAT=%U

flags=(-std=c++20 -fsyntax-only -x c++ -I"$root/include")
for eigen in /usr/include/eigen3 /usr/local/include/eigen3; do
  [ -d "$eigen" ] && flags+=(-isystem "$eigen")
done

if [ $# -eq 0 ]; then
  mapfile -t headers < <(cd "$root/include" && find shardline -name '*.hpp' | sort)
else
  headers=("$@")
fi

# seconds <compiler> <header>
seconds() {
  local times=() run
  for run in 1 2 3; do
    times+=("$({ time "$1" "${flags[@]}" - <<<"#include <$2>" 2>/dev/null || echo -; } 2>&1)")
  done
  case "${times[*]}" in *-*) echo - ;; *) printf '%s\n' "${times[@]}" | sort -n | sed -n 2p ;; esac
}

printf '%-44s %8s %8s\n' header g++ clang++
for header in "${headers[@]}"; do
  printf '%-44s %8s %8s\n' "$header" "$(seconds g++ "$header")" "$(seconds clang++ "$header")"
done
