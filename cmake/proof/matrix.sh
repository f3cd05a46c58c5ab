#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# matrix.sh <sources> <folder for what is built>: compilers, libraries and options that shardline is
# held to beside those of CI, each by the quickstart, whose output is the README's, by two translation
# units in a library of hidden symbols, and by what is refused under -ffast-math. A line each, what it
# took in seconds, and what failed; compilers that are not there are named. BOOST: folders of
# other Boost headers, with colons between.
set -u
source=$1
built=$2
mkdir -p "$built"
include="-I$source/include"
failures=0
skipped=

say() { printf '%-58s %s\n' "$1" "$2"; }

# row <name> <command...>: runs it, and says how it went.
row() {
  name=$1
  shift
  start=$(date +%s)
  if "$@" >"$built/log" 2>&1; then
    say "$name" "ok, $(($(date +%s) - start)) s"
  else
    say "$name" "FAILED"
    sed -n '1,5p' "$built/log"
    failures=$((failures + 1))
  fi
}

# Compiles and runs the quickstart.
quickstart() {
  "$@" $include "$source/examples/quickstart.cpp" -o "$built/quickstart" || return 1
  "$built/quickstart" >"$built/quickstart.out" || return 1
  cmp "$built/quickstart.out" "$source/examples/quickstart.out"
}
# Two translation units that both include everything, one of them in a library without symbols.
hidden() {
  "$@" $include -fPIC -shared -fvisibility=hidden -DSHARDLINE_MATRIX_LIBRARY \
    "$built/library.cpp" -o "$built/libpriced.so" || return 1
  "$@" $include -fvisibility=hidden "$built/program.cpp" -L"$built" -lpriced \
    "-Wl,-rpath,$built" -o "$built/program" || return 1
  "$built/program"
}
fast_math() {
  "$@" $include -O2 -ffast-math "$source/tests/fast_math/main.cpp" -o "$built/fast_math" || return 1
  "$built/fast_math"
}
file_by_file() {
  for file in "$source"/examples/planner/*.cpp; do
    g++ -std=c++20 -fsyntax-only $include "$file" || return 1
  done
}
compiles() { "$@" $include -fsyntax-only "$source/examples/quickstart.cpp"; }

priced='#include <shardline/catalog/accelerators.hpp>
#include <shardline/catalog/models.hpp>
#include <shardline/shardline.hpp>
inline double priced() {
  using namespace shardline;
  const auto c = make_cluster(with_efficiency(catalog::h100_sxm, constant{}), 8);
  return estimate(c, catalog::llama_3_1_8b, layout{{8, 1, 1}, {8, 1, 1}}, workload{}).serving.tpot.value();
}
'
printf '%s__attribute__((visibility("default"))) double priced_there() { return priced(); }\n' \
  "$priced" >"$built/library.cpp"
printf '%sdouble priced_there();\nint main() { return priced() == priced_there() ? 0 : 1; }\n' \
  "$priced" >"$built/program.cpp"

for compiler in g++-11 g++-12 g++-13 clang++-13 clang++-14 clang++-15 clang++-16 clang++-19; do
  if ! command -v "$compiler" >/dev/null; then
    skipped="$skipped $compiler"
    continue
  fi
  for std in c++20 c++2b; do
    row "$compiler -std=$std" quickstart "$compiler" -std=$std
  done
  row "$compiler, hidden symbols, two translation units" hidden "$compiler" -std=c++20
  row "$compiler -O2 -ffast-math, what is no number" fast_math "$compiler" -std=c++20
  case $compiler in
    clang++-*)
      printf '#include <version>\n#ifndef _LIBCPP_VERSION\n#error\n#endif\n' >"$built/libcpp.cpp"
      if "$compiler" -stdlib=libc++ -fsyntax-only "$built/libcpp.cpp" 2>"$built/log"; then
        row "$compiler -stdlib=libc++" quickstart "$compiler" -std=c++20 -stdlib=libc++
      else
        skipped="$skipped $compiler:libc++"
      fi
      ;;
  esac
done
for compiler in g++-12 clang++-14; do
  command -v "$compiler" >/dev/null || continue
  for level in -O0 -O1 -O2 "-O3 -march=native"; do
    # shellcheck disable=SC2086
    row "$compiler $level" quickstart "$compiler" -std=c++20 $level
  done
  row "$compiler -fno-exceptions -fno-rtti" compiles "$compiler" -std=c++20 -fno-exceptions -fno-rtti
done
if command -v clang++-14 >/dev/null && [ -d /usr/include/wasm32-wasi ]; then
  row "clang++-14 --target=wasm32-wasi" compiles clang++-14 -std=c++20 --target=wasm32-wasi \
    -fno-exceptions -fno-rtti -isystem /usr/include/wasm32-wasi/c++/v1 -idirafter /usr/include
else
  skipped="$skipped wasm32"
fi
# The planner file by file, as nobody's preset builds it.
row "planner, each file alone" file_by_file
for boost in $(printf '%s' "${BOOST:-}" | tr ':' ' '); do
  version=$(sed -n 's/#define BOOST_LIB_VERSION "\(.*\)"/\1/p' "$boost/boost/version.hpp")
  row "g++-12, Boost $version" quickstart g++-12 -std=c++20 "-I$boost"
done
printf 'Boost of the system: %s\n' \
  "$(sed -n 's/#define BOOST_LIB_VERSION "\(.*\)"/\1/p' /usr/include/boost/version.hpp)"
[ -z "$skipped" ] || printf 'not there:%s\n' "$skipped"
exit $failures
