# SPDX-License-Identifier: BSL-1.0
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

# tree(<outcome> <file> <text>): a tree of that file and a good one, through CheckLicence.cmake.
function(tree outcome file text)
  file(REMOVE_RECURSE ${TREE})
  file(WRITE ${TREE}/include/good.hpp "// SPDX-License-Identifier: BSL-1.0\n#pragma once\n")
  file(WRITE ${TREE}/${file} "${text}")
  expect("${outcome}" RUN ${CMAKE_COMMAND} -DROOT=${TREE} -P ${CMAKE}/CheckLicence.cmake)
endfunction()

tree(ok tests/one.cpp "// SPDX-License-Identifier: BSL-1.0\nint main() {}\n")
tree(ok bench/run.sh "#!/bin/sh\n# SPDX-License-Identifier: BSL-1.0\ntrue\n")
tree(ok tests/CMakeLists.txt "# SPDX-License-Identifier: BSL-1.0\n")
tree("tests/one.cpp does not begin with" tests/one.cpp "int main() {}\n")
tree("tests/one.cpp does not begin with" tests/one.cpp
  "int main() {}\n// SPDX-License-Identifier: BSL-1.0\n")
tree("bench/run.sh does not begin with" bench/run.sh "#!/bin/sh\ntrue\n")
