# SPDX-License-Identifier: BSL-1.0
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

file(WRITE ${TREE}/first.cpp
  "int main() {\n  // [readme:begin first]\n  f(a[0]);\n  if (b)\n    c = \"\\\\n;\";\n  // [readme:end first]\n}\n")
file(WRITE ${TREE}/first.out "one; two\n")

function(readme outcome text)
  file(WRITE ${TREE}/README.md "# Title\n${text}\ntail\n")
  expect("${outcome}" RUN ${CMAKE_COMMAND} -DREADME=${TREE}/README.md -DEXAMPLES=${TREE}
    -P ${CMAKE}/CheckReadme.cmake)
endfunction()

set(code "<!-- example: first -->\n```cpp\nf(a[0]);\nif (b)\n  c = \"\\\\n;\";\n```\n")
set(output "<!-- output: first.out -->\n```\none; two\n```\n")
readme(ok "${code}${output}")
string(REPLACE "f(a" "g(a" drifted "${code}")
readme("shows another example first" "${output}${drifted}")
string(REPLACE "two" "three" drifted "${output}")
readme("shows another output first.out" "${code}${drifted}")
readme("has no example second" "<!-- example: second -->\n```cpp\n```\n")
readme("has no output second.out" "<!-- output: second.out -->\n```\n```\n")
readme("no fenced block follows" "<!-- output: first.out -->\nprose\n")
