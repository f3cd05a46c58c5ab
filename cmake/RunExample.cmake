# SPDX-License-Identifier: BSL-1.0
# cmake -DEXPECTED=<file> -DACTUAL=<file> -P cmake/RunExample.cmake -- <program> [args...]
cmake_minimum_required(VERSION 3.25)

set(command)
set(separator_seen OFF)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(separator_seen)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(separator_seen ON)
  endif()
endforeach()

execute_process(COMMAND ${command} OUTPUT_FILE ${ACTUAL} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "exit status ${status}: ${command}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${EXPECTED} ${ACTUAL}
  RESULT_VARIABLE differs ERROR_QUIET)
if(differs)
  execute_process(COMMAND diff -u ${EXPECTED} ${ACTUAL})
  message(FATAL_ERROR "the output is not what the file says; if it should be:\n"
    "  cp ${ACTUAL} ${EXPECTED}")
endif()
