# SPDX-License-Identifier: BSL-1.0
# shardline_example_test(<name> <target> <expected file> [args...])
# The program's standard output must be the file, byte for byte. It runs in the source tree, so that
# arguments may name files there, as the README's commands do.
function(shardline_example_test name target expected)
  cmake_path(ABSOLUTE_PATH expected)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND}
    -DEXPECTED=${expected}
    -DACTUAL=${CMAKE_CURRENT_BINARY_DIR}/${name}.out
    -P ${shardline_SOURCE_DIR}/cmake/RunExample.cmake -- $<TARGET_FILE:${target}> ${ARGN}
    WORKING_DIRECTORY ${shardline_SOURCE_DIR})
endfunction()
