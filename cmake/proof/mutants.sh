#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# mutants.sh <sources> <folder> <number> [<seed>]: so many small faults, one at a time, in headers of
# work, kernels, memory and serve (FOLDERS): a sum for a difference, a bound on the other side, a
# factor left out. Each is compiled with the tests of its folder and, where these pass, with those of
# time and then with laws/bounds.cpp. One that all pass is a survivor, and is listed. Lines are drawn
# from a seed, so that a list can be made again.
set -u
source=$1
built=$2
number=$3
seed=${4:-1}
here=$(cd "$(dirname "$0")" && pwd)
compiler=${CXX:-g++}
mkdir -p "$built"

# passes <folder of headers> <group of tests>: 0 where tests pass, 1 where they do not, 2 where they
# do not compile.
passes() {
  case $2 in
    laws) ls "$source/tests/laws/bounds.cpp" ;;
    *) find "$source/tests/$2" -maxdepth 1 -name '*.cpp' | sort ;;
  esac | sed 's/.*/#include "&"/' >"$built/tests.cpp"
  [ -s "$built/tests.cpp" ] || return 0
  "$compiler" -std=c++20 -O0 -w "-I$1" -isystem /usr/include/eigen3 "$built/main.o" \
    "$built/tests.cpp" -o "$built/tests" >"$built/log" 2>&1 || return 2
  timeout "${LIMIT:-300}" "$built/tests" --minimal >"$built/log" 2>&1 || return 1
}
# judged <folder of headers> <folder that is at fault>: how the first group of tests ends that finds it.
judged() {
  for group in "$2" time laws; do
    passes "$1" "$group" || return $?
  done
}

"$compiler" -std=c++20 -O0 -w -c "$source/tests/main.cpp" -o "$built/main.o" || exit 1
for folder in ${FOLDERS:-work kernels memory serve}; do
  find "$source/include/shardline/$folder" -name '*.hpp'
done | sort >"$built/headers"
xargs awk -f "$here/mutants.awk" <"$built/headers" >"$built/all"
awk -v N="$number" -v SEED="$seed" 'BEGIN { srand(SEED) } { key[NR] = rand(); line[NR] = $0 }
  END { for (i = 1; i <= N && i <= NR; ++i) { best = 0
    for (j = 1; j <= NR; ++j) if (j in key && (!best || key[j] < key[best])) best = j
    print line[best]; delete key[best] } }' "$built/all" >"$built/drawn"
for group in $(sed 's,.*/shardline/\([a-z/]*\)/.*,\1,' "$built/drawn" | sort -u) time laws; do
  passes "$source/include" "$group" || { echo "tests of $group fail without a fault"; exit 1; }
done
killed=0
refused=0
survived=0
while IFS="$(printf '\t')" read -r file line what text; do
  rm -rf "$built/include"
  cp -r "$source/include" "$built/include"
  printf '%s\n' "$text" >"$built/text"
  awk -v L="$line" -v FROM="$built/text" 'NR == L { getline faulty < FROM; print faulty; next }
    { print }' "$file" >"$built/include/${file#"$source"/include/}"
  judged "$built/include" "$(dirname "${file#"$source"/include/shardline/}")"
  case $? in
    0) survived=$((survived + 1)) result=SURVIVED ;;
    1) killed=$((killed + 1)) result=found ;;
    *) refused=$((refused + 1)) result="no program" ;;
  esac
  printf '%-12s %s:%s: %s\n' "$result" "${file#"$source"/include/}" "$line" "$what"
done <"$built/drawn"
printf '%d faults of %d: %d found by a test, %d make no program, %d survived\n' \
  $((killed + refused + survived)) "$(wc -l <"$built/all")" "$killed" "$refused" "$survived"
