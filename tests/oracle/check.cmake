# SPDX-License-Identifier: BSL-1.0
# cmake -DORACLE=<program> -DTREE=<folder> -P check.cmake
# The oracle finds one figure that moved in its last digit, and none where none has.
cmake_minimum_required(VERSION 3.25)

function(expect code)
  execute_process(COMMAND ${ORACLE} ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
  if(NOT result STREQUAL code)
    message(FATAL_ERROR "oracle ${ARGN} ended with ${result}, not ${code}:\n${output}${errors}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${TREE})
expect(0 print 1 40)
set(printed "${output}")
file(WRITE ${TREE}/one.txt "${printed}")
expect(0 print 1 40)
file(WRITE ${TREE}/again.txt "${output}")
expect(0 compare ${TREE}/one.txt ${TREE}/again.txt 0)

# A figure is printed without trailing zeros: taking its last digit changes it.
string(REGEX REPLACE "(\n@ 1 [^\n]*\\.[0-9a-f]*)[0-9a-f]p" "\\1p" changed "${printed}")
file(WRITE ${TREE}/changed.txt "${changed}")
expect(1 compare ${TREE}/one.txt ${TREE}/changed.txt 0)
if(NOT output MATCHES "1 beyond, deployment 1 .*: 1 differ")
  message(FATAL_ERROR "one figure of deployment 1 was changed, but found was:\n${output}")
endif()
expect(0 compare ${TREE}/one.txt ${TREE}/changed.txt 1)

string(REGEX REPLACE "\n@ 39 [^\n]*\n$" "\n" shorter "${printed}")
file(WRITE ${TREE}/shorter.txt "${shorter}")
expect(2 compare ${TREE}/one.txt ${TREE}/shorter.txt)
expect(2 compare ${TREE}/one.txt ${TREE}/missing.txt)
expect(0 show 1 7)
expect(2 print)
