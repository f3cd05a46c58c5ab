#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# coverage.sh <sources> <folder for what is built> [<ctest -R>]: which lines of the headers the tests
# run, of those that any test compiles: g++ and its gcov. The folder is configured and built if it has
# not been. Prints the share of each folder of headers and of all, and writes the lines that no test
# ran into <folder>/uncovered.txt.
set -eu
source=$1
built=$2
tests=${3:-.}
cmake -S "$source" -B "$built" -G Ninja -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS=--coverage -DCMAKE_CXX_FLAGS_DEBUG= -DSHARDLINE_TESTS=ON \
  -DSHARDLINE_QUICK_CHECKS=ON -DSHARDLINE_PLANNER=OFF -DSHARDLINE_INSTALL=OFF \
  ${CMAKE_ARGUMENTS:-} >"$built.log"
targets=$(ninja -C "$built" -t targets all | sed -n 's/^\(test_[a-z_]*\): phony$/\1/p')
for target in ${TARGETS:-$targets}; do ninja -C "$built" "$target" >>"$built.log"; done
find "$built" -name '*.gcda' -exec rm {} +
(cd "$built" && ctest -R "$tests" -j 2 >>"../$(basename "$built").log" || true)
find "$built" -name '*.gcda' | while read -r data; do
  (cd "$built" && gcov --stdout --source-prefix "$source/include" --relative-only "$data" 2>/dev/null)
done | awk -v OUT="$built/uncovered.txt" -f "$(dirname "$0")/coverage.awk"
