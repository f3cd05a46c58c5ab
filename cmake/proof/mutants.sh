#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# mutants.sh <sources> <folder> <number> [<seed>]: so many small faults, one at a time, in headers of
# work, kernels, memory and serve: a sum for a difference, a bound on the other side, a factor left
# out. Each is compiled with the tests of its folder and of estimate and laws (bounds, conservation); one that they all pass is a
# survivor, and is listed. Lines are drawn from a seed, so that a list can be made again.
set -u
source=$1
built=$2
number=$3
seed=${4:-1}
mkdir -p "$built"
here=$(cd "$(dirname "$0")" && pwd)
for folder in ${FOLDERS:-work kernels memory serve}; do
  find "$source/include/shardline/$folder" -name '*.hpp'
done | sort >"$built/headers"
xargs awk -f "$here/mutants.awk" <"$built/headers" >"$built/all"
awk -v N="$number" -v SEED="$seed" 'BEGIN { srand(SEED) } { key[NR] = rand(); line[NR] = $0 }
  END { for (i = 1; i <= N && i <= NR; ++i) { best = 0
    for (j = 1; j <= NR; ++j) if (j in key && (!best || key[j] < key[best])) best = j
    print line[best]; delete key[best] } }' "$built/all" >"$built/drawn"
killed=0
refused=0
survived=0
while IFS="$(printf '\t')" read -r file line what text; do
  rm -rf "$built/include"
  cp -r "$source/include" "$built/include"
  mutant="$built/include/${file#"$source"/include/}"
  awk -v L="$line" -v TEXT="$text" 'NR == L { print TEXT; next } { print }' "$file" >"$mutant"
  folder=$(printf '%s' "${file#"$source"/include/shardline/}" | cut -d/ -f1)
  : >"$built/tests.cpp"
  for test in "$source/tests/$folder"/*.cpp "$source"/tests/time/*.cpp \
    "$source/tests/laws/conservation.cpp"; do
    [ -e "$test" ] && printf '#include "%s"\n' "$test" >>"$built/tests.cpp"
  done
  if ! ${CXX:-g++} -std=c++20 -O0 -w "-I$built/include" -isystem /usr/include/eigen3 \
    "$source/tests/main.cpp" "$built/tests.cpp" -o "$built/tests" >"$built/log" 2>&1; then
    refused=$((refused + 1))
    result="does not compile"
  elif timeout "${LIMIT:-300}" "$built/tests" --minimal >"$built/log" 2>&1; then
    survived=$((survived + 1))
    result=SURVIVED
  else
    killed=$((killed + 1))
    result=killed
  fi
  printf '%-16s %s:%s: %s\n' "$result" "${file#"$source"/include/}" "$line" "$what"
done <"$built/drawn"
printf '%d faults of %d: %d found by a test, %d by the compiler, %d survived\n' \
  $((killed + refused + survived)) "$(wc -l <"$built/all")" "$killed" "$refused" "$survived"
